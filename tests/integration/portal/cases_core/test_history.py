"""The history can't be rewritten, and where a case stands follows from it."""

import pytest
from django.db import DatabaseError, transaction

from simpul.portal.activities.errors import AnswersInvalid
from simpul.portal.cases import history
from simpul.portal.cases.actions import comment
from simpul.portal.cases.models import CaseEvent
from sop_world import Play, Sop

APPEND_ONLY = (
    "case_event",
    "case_comment",
    "agreement",
    "paper",
    "audit_entry",
    "procedure_version",
    "calendar_version",
)


@pytest.fixture(scope="module")
def play(sop: Sop) -> Play:
    """Give a case before its agreement, with a comment."""

    made = sop.open_case().reach(6)
    comment(sop.persons["penyedia"], made.number, "Segera kami siapkan.")
    made.formulate()
    return made


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_changes_the_history(sop: Sop, play: Play, table: str, act: str) -> None:
    [(before,)] = sop.execute(f"SELECT count(*) FROM {table}")
    assert before > 0
    with pytest.raises(Exception, match=r"append-only"):
        sop.execute(act.format(table))
    assert sop.execute(f"SELECT count(*) FROM {table}") == [(before,)]


def test_portal_itself_may_not_change_an_event(play: Play) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(case=play.case).update(at=play.case.created_at)


def test_position_rebuilt_from_the_events_is_the_kept_one(play: Play) -> None:
    case = play.case
    assert history.rebuild_state(case) == history.load_state(case)
    waited = {(one.step, one.act, one.organization) for one in history.rebuild_state(case).list_open_acts()}
    rows = case.open_acts.select_related("organization")
    assert waited == {(one.step, one.act, one.organization.code if one.organization else "") for one in rows}


def test_events_count_from_one_without_gap(play: Play) -> None:
    numbers = list(play.case.events.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, play.case.last_sequence + 1))


def test_refused_act_leaves_no_trace_but_the_refusal(sop: Sop) -> None:

    play = sop.open_case().reach(2)
    before = play.case.last_sequence, play.case.papers.count()
    with pytest.raises(AnswersInvalid):
        play.complete(2, "disposisi", {"recipients": [], "instructions": ["periksa"]})
    assert (play.case.last_sequence, play.case.papers.count()) == before
