"""Making the statutory papers of a case: rendered once, kept with their digest, never changed."""

import hashlib
from collections.abc import Sequence
from typing import Any

from simpul.papers.render import PaperFile, list_papers, render_paper
from simpul.portal.cases.models import Case
from simpul.portal.papers.models import Paper
from simpul.portal.people.models import Person


def make_paper(
    case: Case,
    kind: str,
    facts: dict[str, Any],
    *,
    step: str,
    step_no: int,
    round_no: int,
    person: Person | None,
    suffix: str = "",
    formats: Sequence[str] | None = None,
) -> list[Paper]:
    """Render a paper in its formats and keep each file. Runs inside the action's transaction.

    Raises: FactsIncomplete when the case lacks what the paper must say.
    """
    files = render_paper(kind, {k: v for k, v in facts.items() if v is not None}, formats, sample=case.is_sample)
    title = next(one.title for one in list_papers() if one.kind == kind)
    return [keep_file(case, kind, title, file, step, step_no, round_no, person, suffix) for file in files]


def keep_file(
    case: Case,
    kind: str,
    title: str,
    file: PaperFile,
    step: str,
    step_no: int,
    round_no: int,
    person: Person | None,
    suffix: str = "",
) -> Paper:
    """Keep one made file as a paper of the case; its name carries case, round and suffix."""
    stem, _, extension = file.name.rpartition(".")
    name = "-".join(part for part in (case.number, stem, suffix, f"r{round_no}" if round_no > 1 else "") if part)
    return Paper.objects.create(
        case=case,
        step=step,
        step_no=step_no,
        round=round_no,
        kind=kind,
        title=title,
        name=f"{name}.{extension}",
        media_type=file.media_type,
        size_bytes=len(file.content),
        digest=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
        made_by=person,
    )
