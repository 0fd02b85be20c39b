"""The rules of motion: from a case's state and what an actor does to the next events. Pure; nothing is written here.

A caller locks the case's row, takes its state, asks one of these functions for events, and keeps them in the
same transaction. Each function refuses with an error of `procedure.errors` and then nothing has happened.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from simpul.kernel.words import Words
from simpul.procedure.errors import (
    AlreadyDone,
    CannotReturn,
    NotOpen,
    NotYourTurn,
    PartiesMissing,
    StaleRound,
    UnknownAnswer,
)
from simpul.procedure.events import ActDone, Event, Parties
from simpul.procedure.graph import list_steps_in_blocks
from simpul.procedure.model import PARTY_ACTORS, Act, Flow, Procedure, Step
from simpul.procedure.state import OpenAct, OpenStep, State

__all__ = [
    "ActDone",
    "Event",
    "OpenAct",
    "OpenStep",
    "Parties",
    "State",
    "begin",
    "complete_act",
    "list_return_targets",
    "send_back",
    "set_parties",
    "stop",
    "withdraw",
]


def begin(procedure: Procedure, parties: Parties) -> tuple[Event, ...]:
    """Return the first events of a case: it starts, its parties are set, its first steps are entered."""
    started = Event("case_started", data={"procedure": procedure.key, "version": procedure.version})
    state = State(procedure).apply(started)
    named = Event("parties_set", data=parties.as_data())
    start = next(node for node in procedure.nodes if node.kind == "start")
    route = _find_route(procedure, start.id, frozenset(), None)
    return (started, named, *_enter_steps(state.apply(named), route))


def complete_act(procedure: Procedure, state: State, done: ActDone) -> tuple[Event, ...]:
    """Return what follows from one act: the act itself, and where it was the last one, the step's end and the next.

    Raises: NotOpen, StaleRound, AlreadyDone, NotYourTurn, UnknownAnswer, PartiesMissing.
    Cost: depends on the size of the procedure, never on how often its steps were entered.
    """
    step, act, organization = _find_act(procedure, state, done)
    answers = _check_answers(step, act, done.answers)
    event = Event("act_done", step.key, done.round, act.key, organization, answers, dict(done.data))
    return (event, *_advance(state.apply(event), step))


def set_parties(state: State, parties: Parties, successors: Mapping[str, str] | None = None) -> tuple[Event, ...]:
    """Return the events of naming the parties anew. Open acts follow at once.

    Args: successors: old organization code → new one; what the old one has done in an open step stays done.
    Raises: NotOpen when the case is over, PartiesMissing when an open step would lose its actor.
    """
    _check_running(state)
    event = Event("parties_set", data={**parties.as_data(), **({"successors": dict(successors)} if successors else {})})
    state, events = state.apply(event), [event]
    for step in state.list_open_steps():
        _check_actors(state, step)
        for following in _advance(state, step):
            state = state.apply(following)
            events.append(following)
    return tuple(events)


def withdraw(state: State, data: Mapping[str, Any] | None = None) -> tuple[Event, ...]:
    """Return the event of the applicant's *menarik*; `data` holds the reason. Raises: NotOpen when it is over."""
    _check_running(state)
    return (Event("case_withdrawn", data=dict(data or {})),)


def stop(state: State, data: Mapping[str, Any] | None = None) -> tuple[Event, ...]:
    """Return the event of Bidang's *menghentikan*; `data` holds the reason. Raises: NotOpen when it is over."""
    _check_running(state)
    return (Event("case_stopped", data=dict(data or {})),)


def send_back(state: State, step_no: int, data: Mapping[str, Any] | None = None) -> tuple[Event, ...]:
    """Return the events of Bidang's *mengembalikan*: every open step closes, the earlier one opens in a new round.

    Raises: NotOpen when the case is over, CannotReturn when `step_no` isn't one of `list_return_targets`.
    """
    _check_running(state)
    targets = list_return_targets(state)
    if step_no not in [step.no for step in targets]:
        raise CannotReturn(no=step_no, choices=", ".join(str(step.no) for step in targets) or "–")
    step = state.procedure.step_by_no[step_no]
    event = Event("case_sent_back", step.key, data=dict(data or {}))
    return (event, *_enter_steps(state.apply(event), Route((step.key,), frozenset(), False)))


def list_return_targets(state: State) -> tuple[Step, ...]:
    """Return the steps a case may be sent back to, in order: entered before, earlier than each open one, and outside
    parallel blocks (where the other branches would be missing)."""
    first_open = min((step.no for step in state.list_open_steps()), default=0)
    inside = list_steps_in_blocks(state.procedure)
    return tuple(
        step
        for step in state.procedure.steps
        if step.no < first_open and step.key in state.rounds and step.key not in inside
    )


class Route(NamedTuple):
    """Where a token comes to rest: steps entered, flows waiting at joins afterwards, whether an end was reached."""

    entered: tuple[str, ...]
    arrived: frozenset[str]
    has_ended: bool


def _find_route(procedure: Procedure, node_id: str, arrived: frozenset[str], answer: str | None) -> Route:
    entered: list[str] = []
    waiting, has_ended = set(arrived), False
    flows = list(procedure.outgoing[node_id])
    while flows:
        flow = flows.pop(0)
        target = procedure.node_by_id[flow.target]
        if target.kind == "task":
            entered.append(target.id)
        elif target.kind == "end":
            has_ended = True
        elif target.kind == "exclusive":
            flows.append(_choose_flow(procedure, target.id, answer))
        else:
            flows.extend(_pass_parallel(procedure, flow, waiting))
    return Route(tuple(entered), frozenset(waiting), has_ended)


def _choose_flow(procedure: Procedure, gateway_id: str, answer: str | None) -> Flow:
    flows = procedure.outgoing[gateway_id]
    if len(flows) == 1:
        return flows[0]
    default = next(flow for flow in flows if flow.is_default)
    return next((flow for flow in flows if flow.condition and flow.condition.answer == answer), default)


def _pass_parallel(procedure: Procedure, flow: Flow, waiting: set[str]) -> tuple[Flow, ...]:
    """Let a token into a parallel gateway: a split sends it on at once, a join once every branch has arrived."""
    needed = {incoming.id for incoming in procedure.incoming[flow.target]}
    waiting.add(flow.id)
    if not needed <= waiting:
        return ()
    waiting -= needed
    return procedure.outgoing[flow.target]


def _enter_steps(state: State, route: Route) -> Iterator[Event]:
    for key in route.entered:
        _check_actors(state, state.procedure.step_by_key[key])
        data = {"arrived": sorted(route.arrived)} if route.arrived != state.arrived else {}
        event = Event("step_entered", key, state.rounds.get(key, 0) + 1, data=data)
        state = state.apply(event)
        yield event
    if route.has_ended:
        yield Event("case_ended")


def _advance(state: State, step: Step) -> tuple[Event, ...]:
    """Complete an open step if nothing more is waited for in it."""
    opened = state.open[step.key]
    if not _is_finished(state, step):
        return ()
    answer = _find_answer(step, opened)
    route = _find_route(state.procedure, step.key, state.arrived, answer)
    completed = Event(
        "step_completed",
        step.key,
        opened.round,
        answers={step.question.name: answer} if step.question and answer else {},
        data={"arrived": sorted(route.arrived)} if route.arrived != state.arrived else {},
    )
    return (completed, *_enter_steps(state.apply(completed), route))


def _is_finished(state: State, step: Step) -> bool:
    """A step is finished when all is done, or when a stage before the one waited for holds a veto."""
    stage = state.find_stage(step)
    if stage is None:
        return True
    return any(
        step.act_by_key[done.act].stage < stage and _is_veto(step.act_by_key[done.act], done.answers)
        for done in state.open[step.key].done
    )


def _is_veto(act: Act, answers: Mapping[str, str]) -> bool:
    return act.veto is not None and act.question is not None and answers.get(act.question) == act.veto


def _find_answer(step: Step, opened: OpenStep) -> str | None:
    """The veto answer if any act gave it, otherwise the one that was given; None for a step without a question."""
    if step.question is None:
        return None
    given = [(step.act_by_key[done.act], done.answers) for done in opened.done if step.question.name in done.answers]
    deciding = next((answers for act, answers in given if _is_veto(act, answers)), given[-1][1])
    return deciding[step.question.name]


def _find_act(procedure: Procedure, state: State, done: ActDone) -> tuple[Step, Act, str]:
    step = procedure.step_by_key.get(done.step)
    act = step.act_by_key.get(done.act) if step else None
    if step is None or act is None:
        raise NotOpen(no=step.no if step else done.step)
    _check_round(state, step, act, done.round)
    organization = (done.organization or "") if act.actor in PARTY_ACTORS else ""
    if organization not in state.list_actors(act):
        raise _make_not_your_turn(state, step, act)
    if state.open[step.key].find_done(act.key, organization):
        raise _make_already_done(step, act, done.round)
    if act.stage != state.find_stage(step):
        raise _make_not_your_turn(state, step, act)
    return step, act, organization


def _check_round(state: State, step: Step, act: Act, round_no: int) -> None:
    current = state.rounds.get(step.key, 0)
    if current and round_no < current:
        raise StaleRound(no=step.no, current=current, round=round_no)
    if step.key in state.open and round_no == current:
        return
    if step.key not in state.open and round_no and state.completed.get(step.key) == round_no:
        raise _make_already_done(step, act, round_no)
    raise NotOpen(no=step.no)


def _make_already_done(step: Step, act: Act, round_no: int) -> AlreadyDone:
    return AlreadyDone(_fill(AlreadyDone.message, act.label, no=step.no, round=round_no))


def _make_not_your_turn(state: State, step: Step, act: Act) -> NotYourTurn:
    waiting = dict.fromkeys((waited.label, waited.actor) for waited in state.list_open_acts(step.key))
    listed = Words(
        *(", ".join(f"“{label.in_language(tag)}” ({actor})" for label, actor in waiting) for tag in ("id", "en"))
    )
    hint = Words(NotYourTurn.hint.id.format(waiting=listed.id), NotYourTurn.hint.en.format(waiting=listed.en))
    return NotYourTurn(_fill(NotYourTurn.message, act.label, no=step.no), hint=hint)


def _fill(message: Words, label: Words, **values: object) -> Words:
    return Words(message.id.format(label=label.id, **values), message.en.format(label=label.en, **values))


def _check_answers(step: Step, act: Act, answers: Mapping[str, str]) -> dict[str, str]:
    allowed = step.question.answers if step.question and act.question else ()
    wanted = {act.question} if act.question else set()
    unknown = sorted(set(answers) ^ wanted)
    if unknown or any(answers[name] not in allowed for name in wanted if name):
        raise UnknownAnswer(question=unknown[0] if unknown else act.question, answers=", ".join(allowed) or "–")
    return dict(answers)


def _check_running(state: State) -> None:
    if state.ended or not state.open:
        raise NotOpen(
            Words("Permohonan ini sudah berakhir.", "This case is over."),
            hint=Words("Ajukan permohonan baru bila diperlukan.", "Open a new case if one is needed."),
        )


def _check_actors(state: State, step: Step) -> None:
    for act in step.acts:
        if not state.list_actors(act):
            raise PartiesMissing(no=step.no, actor=act.actor)
