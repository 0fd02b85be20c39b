"""Brings a sample request to its place, one act after another, by the actions that people use."""

from contextlib import nullcontext

from simpul.kernel import clock
from simpul.portal.activities.actions import complete_act
from simpul.portal.cases import actions as cases
from simpul.portal.cases.errors import ActAlreadyDone
from simpul.portal.cases.models import Case, OpenAct
from simpul.portal.demo.answers import ANSWERS, draft_letter
from simpul.portal.demo.content import Plan
from simpul.portal.demo.scene import find_instant, make_scene
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person, Role

GOING = (Case.State.DRAFT, Case.State.RUNNING)


def begin(plan: Plan) -> Case:
    """Open a sample request as its applicant; one that rests in row 1 keeps its letter as a draft."""
    applicant = Organization.objects.get(code=plan.applicant)
    person = Person.objects.filter(organization=applicant, assignments__role=Role.OPD).order_by("id")[:1].get()
    instant = find_instant(plan, 1, 0)
    with clock.at(instant) if instant else nullcontext():
        case = cases.open_case(person, applicant, is_sample=True)
        if plan.rests_at and (plan.rests_at.no, plan.rests_at.round) == (1, 1):
            scene = make_scene(plan, case, case.open_acts.select_related("organization").get())
            cases.save_draft(person, case.number, scene.ref, draft_letter(scene))
    return case


def play(plan: Plan, case: Case) -> bool:
    """Do every act up to where the plan rests. Returns: whether it rests now; False: it waits for worker or exchange.

    An act that somebody who tries the demo does meanwhile is taken as done.
    Raises: SampleTestsFailed, and what the acts raise.
    """
    while True:
        case.refresh_from_db()
        act = _find_next(plan, case)
        if act is None:
            return True
        try:
            if not _do(plan, case, act):
                return False
        except ActAlreadyDone:
            continue


def _find_next(plan: Plan, case: Case) -> OpenAct | None:
    if case.state not in GOING:
        return None
    acts = case.open_acts.select_related("organization", "holder", "case").order_by("step_no", "id")
    rests_at = plan.rests_at
    return next((one for one in acts if not (rests_at and rests_at.holds(one.step_no, one.act, one.round))), None)


def _do(plan: Plan, case: Case, act: OpenAct) -> bool:
    instant = find_instant(plan, act.step_no, case.last_sequence)
    with clock.at(instant) if instant else nullcontext():
        scene = make_scene(plan, case, act)
        answers = ANSWERS[act.step_no, act.act](scene)
        if answers is None:
            return False
        complete_act(scene.person, case.number, scene.ref, answers)
    return True
