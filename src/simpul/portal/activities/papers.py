"""One call to make a paper of the step that is being done."""

from collections.abc import Sequence
from typing import Any

from simpul.portal.activities.activity import ActContext
from simpul.portal.organizations.models import Organization
from simpul.portal.papers import facts as paper_facts
from simpul.portal.papers.actions import make_paper
from simpul.portal.papers.models import Paper


def make_step_paper(
    context: ActContext,
    kind: str,
    facts: dict[str, Any],
    *,
    office: Organization | None = None,
    suffix: str = "",
    formats: Sequence[str] | None = None,
) -> list[Paper]:
    """Make a paper of the step being done, under Kominfo's letterhead unless `office` names another."""
    head = office or paper_facts.get_kominfo()
    common = {"office": paper_facts.describe_office(head), "case": paper_facts.describe_case(context.case)}
    act = context.act
    return make_paper(
        context.case,
        kind,
        {**common, **facts},
        step=act.step,
        step_no=act.step_no,
        round_no=act.round,
        person=context.person,
        suffix=suffix,
        formats=formats,
    )
