"""The real SOP and a case that runs on it, for the tests."""

from collections.abc import Mapping
from pathlib import Path

from simpul.procedure.bpmn import read_procedure
from simpul.procedure.interpreter import ActDone, Event, OpenAct, Parties, State, begin, complete_act

FILE = Path(__file__).parents[3] / "library" / "procedures" / "splp.v1.bpmn"
XML = FILE.read_bytes()
SPLP = read_procedure(XML)
PARTIES = Parties("bappelitbang", "dukcapil", ("bappelitbang", "dinkes"))


class Case:
    """A case: its events, and the state that follows from them."""

    def __init__(self, parties: Parties = PARTIES) -> None:
        self.events: list[Event] = []
        self.state = State(SPLP)
        self.keep(begin(SPLP, parties))

    def keep(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Keep new events."""
        self.events.extend(events)
        for event in events:
            self.state = self.state.apply(event)
        return events

    def act(
        self, no: int, act: str, organization: str = "", answers: Mapping[str, str] | None = None, round_no: int = 0
    ) -> tuple[Event, ...]:
        """Do one act of a step, in its current round unless another is named."""
        key = SPLP.step_by_no[no].key
        done = ActDone(key, round_no or self.state.rounds.get(key, 1), act, organization, answers or {})
        return self.keep(complete_act(SPLP, self.state, done))

    def do_next(self, veto: bool = False) -> OpenAct:
        """Do the first open act, with the positive answer or the negative one."""
        waited = self.state.list_open_acts()[0]
        question = SPLP.step_by_no[waited.no].act_by_key[waited.act].question
        answers = {question: "tidak" if veto else "ya"} if question else {}
        self.act(waited.no, waited.act, waited.organization, answers)
        return waited

    def go_to(self, no: int) -> None:
        """Do everything, with positive answers, until a step is open."""
        while not self.is_open(no):
            self.do_next()

    def is_open(self, no: int) -> bool:
        """Say whether a step is open."""
        return SPLP.step_by_no[no].key in self.state.open

    def list_waited(self) -> list[tuple[int, str, str]]:
        """Return (no, act, organization) of what is waited for."""
        return [(act.no, act.act, act.organization) for act in self.state.list_open_acts()]
