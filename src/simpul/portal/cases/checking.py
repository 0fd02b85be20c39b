"""Checks that what is kept of each case beside its history still follows from the history alone."""

from collections.abc import Iterator
from itertools import groupby

from simpul.kernel.errors import Finding, SimpulError
from simpul.kernel.words import Words
from simpul.portal.cases import history
from simpul.portal.cases.models import Case, CaseEvent, OpenAct
from simpul.portal.cases.positions import read_position
from simpul.procedure.state import State

CASES_A_TURN = 200


def list_differences() -> list[Finding]:
    """Return each case whose position, open acts or count of events differs from what its events lead to.

    Cost: every event is read once; three queries for 200 cases.
    """
    numbers = list(Case.objects.order_by("id").values_list("pk", flat=True))
    turns = [numbers[start : start + CASES_A_TURN] for start in range(0, len(numbers), CASES_A_TURN)]
    return [finding for turn in turns for finding in _list_turn(turn)]


def _list_turn(numbers: list[int]) -> Iterator[Finding]:
    cases = Case.objects.filter(pk__in=numbers).select_related("procedure_version").order_by("id")
    events = _group_by_case(
        CaseEvent.objects.filter(case__in=numbers).select_related("organization").order_by("case", "sequence")
    )
    acts = _group_by_case(OpenAct.objects.filter(case__in=numbers).select_related("organization").order_by("case"))
    for case in cases:
        yield from _list_case(case, events.get(case.pk, []), acts.get(case.pk, []))


def _group_by_case(rows):
    return {case: list(group) for case, group in groupby(rows, key=lambda row: row.case_id)}


def _list_case(case: Case, events: list[CaseEvent], acts: list[OpenAct]) -> Iterator[Finding]:
    if [row.sequence for row in events] != list(range(1, case.last_sequence + 1)):
        yield _find(case, "case-sequence", "ada peristiwa yang hilang atau berlebih", "events are missing or too many")
    procedure = history.load_procedure(case)
    moves = (history.to_event(row) for row in events if not row.kind.startswith("note_"))
    try:
        state = State.rebuild(procedure, moves)
    except (SimpulError, LookupError, ValueError):
        yield _find(case, "case-history", "riwayatnya tidak menurut SOP-nya", "its history doesn't follow its SOP")
        return
    if read_position(procedure, case.position) != state:
        yield _find(case, "case-position", "posisinya berbeda dari riwayat", "its position differs from its history")
    kept = {(one.step, one.round, one.act, one.organization.code if one.organization else "") for one in acts}
    if kept != {(one.step, one.round, one.act, one.organization) for one in state.list_open_acts()}:
        yield _find(
            case, "case-open-acts", "tugas terbukanya berbeda dari riwayat", "its open acts differ from its history"
        )


def _find(case: Case, rule: str, indonesian: str, english: str) -> Finding:
    words = Words(f"Permohonan {case.number}: {indonesian}.", f"Case {case.number}: {english}.")
    return Finding(case.number, rule, words)
