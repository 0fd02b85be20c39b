"""Where a case stands: which steps are open in which round, and whose acts are missing. Made from events alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from simpul.kernel.words import Words
from simpul.procedure.events import ENDINGS, Event, Parties
from simpul.procedure.model import PARTY_ACTORS, Act, Procedure, Step


@dataclass(frozen=True)
class DoneAct:
    """An act done in the current round of an open step."""

    act: str
    organization: str
    answers: Mapping[str, str]


@dataclass(frozen=True)
class OpenStep:
    """A step that is open: its round, and the acts done in it so far."""

    key: str
    round: int
    done: tuple[DoneAct, ...] = ()

    def find_done(self, act: str, organization: str) -> DoneAct | None:
        """Return the act that this organization has done in this round, if it has."""
        return next((done for done in self.done if (done.act, done.organization) == (act, organization)), None)


@dataclass(frozen=True)
class OpenAct:
    """An act that is waited for; `organization` is empty for an act of a Kominfo lane."""

    step: str
    no: int
    round: int
    act: str
    actor: str
    organization: str
    label: Words


@dataclass(frozen=True)
class State:
    """A case at one moment. Nothing in it grows with the number of rounds.

    `answers` holds each completed step's last answer, cleared when the step is entered again; `arrived` the flows
    that wait at a parallel join; `completed` the last round completed; `ended` is "", ended, withdrawn or stopped.
    """

    procedure: Procedure = field(repr=False, compare=False)
    parties: Parties = field(default_factory=lambda: Parties(""))
    open: Mapping[str, OpenStep] = field(default_factory=dict)
    rounds: Mapping[str, int] = field(default_factory=dict)
    completed: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    arrived: frozenset[str] = frozenset()
    ended: str = ""

    @classmethod
    def rebuild(cls, procedure: Procedure, events: Iterable[Event]) -> "State":
        """Make the state from a case's whole history, in order.

        Cost: linear in the number of events.
        """
        state = cls(procedure)
        for event in events:
            state = state.apply(event)
        return state

    def apply(self, event: Event) -> "State":
        """Return the state after one more event."""
        if event.kind in ENDINGS:
            return replace(self, open={}, arrived=frozenset(), ended=ENDINGS[event.kind])
        match event.kind:
            case "parties_set":
                return self._set_parties(event)
            case "step_entered":
                return self._enter(event)
            case "act_done":
                done = DoneAct(event.act, event.organization, event.answers)
                opened = self.open[event.step]
                return self._with_open(replace(opened, done=(*opened.done, done)))
            case "step_completed":
                return self._complete(event)
            case "case_sent_back":
                return replace(self, open={}, arrived=frozenset())
        return self

    def list_open_steps(self) -> tuple[Step, ...]:
        """Return the open steps in the order of their numbers; none once the case is over."""
        return tuple(step for step in self.procedure.steps if step.key in self.open)

    def list_open_acts(self, step_key: str | None = None) -> tuple[OpenAct, ...]:
        """Return the acts that are waited for now, of one open step or of all, in the file's order."""
        steps = self.list_open_steps()
        return tuple(
            OpenAct(step.key, step.no, self.open[step.key].round, act.key, act.actor, organization, act.label)
            for step in steps
            if step_key in (None, step.key)
            for act, organization in self._list_missing(step)
        )

    def find_stage(self, step: Step) -> int | None:
        """Return the stage whose acts are waited for in an open step, or None when all acts are done."""
        opened = self.open[step.key]
        stages = (
            act.stage for act, organization in self.list_assigned(step) if not opened.find_done(act.key, organization)
        )
        return min(stages, default=None)

    def list_assigned(self, step: Step) -> tuple[tuple[Act, str], ...]:
        """Return each act of a step with each organization that owes it ("" for a lane of Kominfo)."""
        return tuple((act, organization) for act in step.acts for organization in self.list_actors(act))

    def list_actors(self, act: Act) -> tuple[str, ...]:
        """Return the organizations that owe an act; `("",)` for a lane of Kominfo."""
        return self.parties.list_organizations(act.actor) if act.actor in PARTY_ACTORS else ("",)

    def _list_missing(self, step: Step) -> list[tuple[Act, str]]:
        stage, opened = self.find_stage(step), self.open[step.key]
        return [
            (act, organization)
            for act, organization in self.list_assigned(step)
            if act.stage == stage and not opened.find_done(act.key, organization)
        ]

    def _with_open(self, opened: OpenStep) -> "State":
        return replace(self, open={**self.open, opened.key: opened})

    def _enter(self, event: Event) -> "State":
        return replace(
            self._with_open(OpenStep(event.step, event.round)),
            rounds={**self.rounds, event.step: event.round},
            answers={key: answers for key, answers in self.answers.items() if key != event.step},
            arrived=frozenset(event.data.get("arrived", self.arrived)),
        )

    def _complete(self, event: Event) -> "State":
        return replace(
            self,
            open={key: opened for key, opened in self.open.items() if key != event.step},
            completed={**self.completed, event.step: event.round},
            answers={**self.answers, event.step: event.answers} if event.answers else self.answers,
            arrived=frozenset(event.data.get("arrived", self.arrived)),
        )

    def _set_parties(self, event: Event) -> "State":
        """Set the parties; what a predecessor has done counts for its successor, what a leaver has done is dropped."""
        state = replace(self, parties=Parties.from_data(event.data))
        successors: Mapping[str, str] = event.data.get("successors", {})
        return replace(state, open={key: _keep_done(state, opened, successors) for key, opened in self.open.items()})


def _keep_done(state: State, opened: OpenStep, successors: Mapping[str, str]) -> OpenStep:
    kept: dict[tuple[str, str], DoneAct] = {}
    acts = state.procedure.step_by_key[opened.key].act_by_key
    for done in opened.done:
        organization = successors.get(done.organization, done.organization)
        if organization in state.list_actors(acts[done.act]):
            kept.setdefault((done.act, organization), replace(done, organization=organization))
    return replace(opened, done=tuple(kept.values()))
