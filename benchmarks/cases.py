"""One real case through the database, round after round: an act must cost the same in the fiftieth as in the first.

Acts are done by the action that pages and programs use, with their papers. Two loops of the SOP are driven: the letter
that comes back from row 3, and the objection that leads from row 6 to row 5.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection

from benchmarks.figures import Figure, Result, time_ms
from benchmarks.procedure import measure_procedure
from simpul.portal.activities.actions import complete_act
from simpul.portal.cases.checking import list_differences
from simpul.portal.cases.models import Case, OpenAct
from simpul.portal.demo.answers import ANSWERS
from simpul.portal.demo.content import Plan, Rest, get_plan
from simpul.portal.demo.playing import begin
from simpul.portal.demo.regency import make_regency
from simpul.portal.demo.scene import Scene, make_scene
from simpul.store.launcher import Database

RETURNED, OBJECTED = "rows 1-3", "rows 5-6"


def measure(_database: Database, loops: int) -> Result:
    """Measure the interpreter alone, then whole acts; `loops` rounds of each loop."""
    make_regency()
    figures = [*_measure_interpreter(loops), *measure_loop(RETURNED, loops), *measure_loop(OBJECTED, loops)]
    differences = [finding.where for finding in list_differences()]
    return Result("procedure", {"loops": loops}, figures, {"cases_that_differ_from_their_history": differences})


def _measure_interpreter(loops: int) -> list[Figure]:
    measured = measure_procedure(loops)
    first, last = measured.loop_ms[0], measured.loop_ms[-1]
    return [
        Figure(
            f"interpreter alone, a step in loop {loops}", round(last, 4), "ms", round(first, 4), "the same in loop 1"
        ),
        Figure("interpreter alone, rebuild the whole case", round(measured.rebuild_ms, 2), "ms"),
    ]


def measure_loop(name: str, loops: int) -> list[Figure]:
    """Return what an act takes in the first and the last rounds of a loop: time, the hub's own work, queries."""
    play_round = _start_returned() if name == RETURNED else _start_objected()
    rounds = [_measure_round(play_round) for _ in range(loops)]
    some = max(1, loops // 10)
    first, last = _take_best(rounds[1 : some + 1]), _take_best(rounds[-some:])
    trip = time_ms(_select_one, 200)
    return [
        Figure(f"{name}: an act in the last rounds", last.ms, "ms", first.ms, "the same in the first rounds"),
        Figure(f"{name}: the hub's own work for an act", last.work_ms, "ms", first.work_ms, "in the first rounds"),
        Figure(f"{name}: queries an act", last.queries, "queries", first.queries, "in the first rounds"),
        Figure(f"{name}: an act", last.ms, "ms", round(trip, 4), "SELECT 1"),
    ]


class Round(NamedTuple):
    """What one act of a round took on average: time on the clock, time of this process alone, queries."""

    ms: float
    work_ms: float
    queries: float


def _take_best(rounds: list[Round]) -> Round:
    """Return the least of each figure: what else runs on the machine only ever adds."""
    return Round(*(round(min(values), 2) for values in zip(*rounds, strict=True)))


def _measure_round(play_round: Callable[[], int]) -> Round:
    sent: list[str] = []

    def count(execute: Any, sql: str, *arguments: Any) -> Any:
        sent.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(count):
        started, worked = time.perf_counter(), time.process_time()
        acts = play_round()
        taken, work = time.perf_counter() - started, time.process_time() - worked
    return Round(taken * 1000 / acts, work * 1000 / acts, len(sent) / acts)


def _start_returned() -> Callable[[], int]:
    plan = get_plan("dikembalikan")
    case = begin(plan)

    def play_round() -> int:
        for no in (1, 2, 3):
            _act(plan, case, no)
        return 3

    return play_round


def _start_objected() -> Callable[[], int]:
    plan = get_plan("menunggu-kesepakatan")
    case = begin(plan)
    for no in (1, 2, 3, 4):
        _act(plan, case, no)

    def play_round() -> int:
        _act(plan, case, 5)
        _act(plan, case, 6)
        _act(plan, case, 6)
        _act(plan, case, 6, {"sepakat": "tidak", "reason": "Mohon uraian kolom dilengkapi."})
        return 4

    return play_round


def _act(plan: Plan, case: Case, no: int, answers: dict[str, Any] | None = None) -> None:
    """Complete the first open act of a row as its sample officer."""
    scene = _make_scene(plan, case, no)
    given = answers if answers is not None else ANSWERS[scene.act.step_no, scene.act.act](scene)
    complete_act(scene.person, case.number, scene.ref, given or {})


def _make_scene(plan: Plan, case: Case, no: int) -> Scene:
    acts = OpenAct.objects.select_related("organization", "holder", "case").filter(case=case, step_no=no)
    today = Plan(**{**plan.__dict__, "days_ago": (), "rests_at": Rest(15)})
    return make_scene(today, case, acts.order_by("id")[:1].get())


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
