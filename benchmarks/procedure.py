"""How long one step of a case takes in the interpreter, from the first loop to the fiftieth: it must stay flat."""

from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from simpul.procedure.bpmn import read_procedure
from simpul.procedure.interpreter import ActDone, Event, Parties, State, begin, complete_act
from simpul.procedure.model import Procedure

SPLP = Path(__file__).parents[1] / "library" / "procedures" / "splp.v1.bpmn"
PARTIES = Parties("pemohon", "penyedia", ("pemanfaat_1", "pemanfaat_2"))


class Measured(NamedTuple):
    """Milliseconds a step in each loop, milliseconds to rebuild the whole case, and its number of events."""

    loop_ms: list[float]
    rebuild_ms: float
    events: int

    @property
    def growth(self) -> float:
        """The median of the last ten loops over that of the first ten; about 1 when flat."""
        return sorted(self.loop_ms[-10:])[5] / sorted(self.loop_ms[:10])[5]


def measure_procedure(loops: int = 50) -> Measured:
    """Take a case through the whole SOP `loops` times, by the long way back from activity 14 to 3, then to its end."""
    procedure = read_procedure(SPLP.read_bytes())
    events = list(begin(procedure, PARTIES))
    state = State.rebuild(procedure, events)
    loop_ms = []
    for loop in range(loops):
        started, steps = perf_counter(), 0
        is_last = loop == loops - 1
        while not state.ended and state.rounds.get("a14", 0) <= loop + 1:
            state, is_completed = _do_next(procedure, state, events, is_last)
            steps += is_completed
            if is_completed and "a03" in state.open and state.rounds.get("a14", 0) == loop + 1:
                break
        loop_ms.append((perf_counter() - started) * 1000 / steps)
    started = perf_counter()
    is_same = State.rebuild(procedure, events) == state
    rebuild_ms = (perf_counter() - started) * 1000
    if not is_same:
        raise RuntimeError("the history doesn't lead to the state")
    return Measured(loop_ms, rebuild_ms, len(events))


def _do_next(procedure: Procedure, state: State, events: list[Event], is_last: bool) -> tuple[State, bool]:
    waited = state.list_open_acts()[0]
    question = procedure.step_by_key[waited.step].act_by_key[waited.act].question
    answer = "tidak" if waited.no == 14 and not is_last else "ya"
    done = ActDone(waited.step, waited.round, waited.act, waited.organization, {question: answer} if question else {})
    following = complete_act(procedure, state, done)
    for event in following:
        state = state.apply(event)
    events.extend(following)
    return state, any(event.kind == "step_completed" for event in following)


if __name__ == "__main__":
    measured = measure_procedure()
    print(
        f"ms a step: loop 1 {measured.loop_ms[0]:.3f}, loop 50 {measured.loop_ms[-1]:.3f}, growth {measured.growth:.2f}"
    )
    print(f"rebuild {measured.events} events: {measured.rebuild_ms:.1f} ms")
