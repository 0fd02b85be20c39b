"""One act of a sample request as it is being done: who does it, when, and the hands to do it with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from simpul.kernel import clock
from simpul.portal.activities import actions as activities
from simpul.portal.activities.activity import ActContext
from simpul.portal.activities.registry import get_handler
from simpul.portal.cases import attachments
from simpul.portal.cases.actions import ActRef
from simpul.portal.cases.models import Case, OpenAct
from simpul.portal.demo.content import Plan
from simpul.portal.people.models import Person, Role
from simpul.portal.procedures import queries as procedures

OPENS_AT = time(8, 30)
MINUTES_AN_EVENT = 3


@dataclass(frozen=True)
class Scene:
    """One open act with its person; all its methods act as that person, at the clock's instant."""

    plan: Plan
    case: Case
    act: OpenAct
    person: Person

    @property
    def ref(self) -> ActRef:
        """Return what names the act."""
        code = self.act.organization.code if self.act.organization else ""
        return ActRef(self.act.step, self.act.round, self.act.act, code)

    @property
    def context(self) -> ActContext:
        """Return the act's context now."""
        return activities.make_context(self.person, self.case, self.act)

    @property
    def today(self) -> date:
        """Return the day on the wall clock."""
        return clock.local(clock.now()).date()

    def get_initial(self) -> dict[str, Any]:
        """Return what the act's form opens with."""
        return get_handler(self.act.step_no, self.act.act).get_initial(self.context)

    def is_held(self) -> bool:
        """Return whether something besides its form holds the act."""
        return bool(get_handler(self.act.step_no, self.act.act).list_missing(self.context))

    def use_tool(self, name: str, **values: Any) -> dict[str, Any]:
        """Run one of the act's tools."""
        return activities.run_tool(self.person, self.case.number, self.ref, name, values)

    def attach(self, kind: str, name: str, content: bytes) -> int:
        """Give a file to the act and return its id."""
        act = self.act
        return attachments.attach(self.person, self.case, act.step, act.round, kind, name, content).pk


def make_scene(plan: Plan, case: Case, act: OpenAct) -> Scene:
    """Return an open act with the sample person whose turn it is."""
    people = Person.objects.select_related("organization").filter(is_active=True).order_by("id")
    if act.organization is None:
        person = people.filter(assignments__role=act.actor)
    else:
        person = people.filter(assignments__role=Role.OPD, organization=act.organization)
    return Scene(plan, case, act, person[:1].get())


def find_instant(plan: Plan, no: int, events: int) -> datetime | None:
    """Return when a row was done by the plan, within office hours; None: now.

    Args: `events` is how many events the case has already, so that each comes after the one before.
    """
    days = plan.days_ago[no - 1] if no <= len(plan.days_ago) else 0
    if days == 0:
        return None
    calendar, day = procedures.get_calendar(), clock.local(clock.now()).date() - timedelta(days=days)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return datetime.combine(day, OPENS_AT, clock.ZONE) + timedelta(minutes=MINUTES_AN_EVENT * events)
