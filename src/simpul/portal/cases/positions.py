"""The interpreter's state as JSON: kept with the case so that a step costs the same in every round."""

from typing import Any

from simpul.procedure.events import Parties
from simpul.procedure.model import Procedure
from simpul.procedure.state import DoneAct, OpenStep, State


def write_position(state: State) -> dict[str, Any]:
    """Return the state as JSON values; `read_position` gives it back."""
    return {
        "parties": state.parties.as_data(),
        "open": [
            {"step": one.key, "round": one.round, "done": [[d.act, d.organization, dict(d.answers)] for d in one.done]}
            for one in state.open.values()
        ],
        "rounds": dict(state.rounds),
        "completed": dict(state.completed),
        "answers": {key: dict(answers) for key, answers in state.answers.items()},
        "arrived": sorted(state.arrived),
        "ended": state.ended,
    }


def read_position(procedure: Procedure, data: dict[str, Any]) -> State:
    """Return the state that `write_position` wrote; an empty dict is a case that has not begun."""
    if not data:
        return State(procedure)
    return State(
        procedure,
        parties=Parties.from_data(data["parties"]),
        open={
            one["step"]: OpenStep(one["step"], one["round"], tuple(DoneAct(*done) for done in one["done"]))
            for one in data["open"]
        },
        rounds=data["rounds"],
        completed=data["completed"],
        answers=data["answers"],
        arrived=frozenset(data["arrived"]),
        ended=data["ended"],
    )
