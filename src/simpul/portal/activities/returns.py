"""Why an act is to be done again: what those wrote who sent the case back to it."""

from typing import NamedTuple

from simpul.portal.activities.a03_completeness import list_missing_requirements
from simpul.portal.cases.models import Case, CaseEvent, OpenAct
from simpul.portal.cases.naming import name_actor
from simpul.portal.people.models import Role
from simpul.portal.procedures import queries as procedures


class Reason(NamedTuple):
    """What was found missing or who objected, and the words."""

    label: str
    text: str


def list_reasons(act: OpenAct) -> list[Reason]:
    """Return why a step was entered again: row 3's list, the objections of a decision, or Bidang's word.

    Empty in the first round, and where the step was only come by on the way from an earlier one.
    """
    entered = act.case.events.filter(kind="step_entered", step=act.step, round=act.round).first()
    if entered is None or act.round == 1:
        return []
    turns = act.case.events.filter(sequence__lt=entered.sequence, kind__in=["step_completed", "case_sent_back"])
    turn = turns.select_related("person").order_by("-sequence").first()
    if turn is None:
        return []
    if turn.kind == "case_sent_back":
        who = turn.person.name if turn.person else ""
        return [Reason(f"{Role.BIDANG.label}, {who}", str(turn.data.get("reason", "")))]
    return _list_answers(act.case, turn) if "tidak" in turn.answers.get("gate", {}).values() else []


def _list_answers(case: Case, turn: CaseEvent) -> list[Reason]:
    """Return the reasons in the answers of a decision's round, in the order they were given."""
    rows = case.events.filter(kind="act_done", step=turn.step, round=turn.round).select_related("organization")
    acts = procedures.load(case.procedure_version).step_by_key[turn.step].act_by_key
    reasons: list[Reason] = []
    for row in rows.order_by("sequence"):
        form = row.answers.get("form", {})
        if turn.step_no == 3:
            reasons.extend(Reason(str(one["label"]), one["reason"]) for one in list_missing_requirements(form))
        elif form.get("reason"):
            reasons.append(Reason(name_actor(acts[row.act].actor, row.organization), form["reason"]))
    return reasons
