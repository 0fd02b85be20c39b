"""Which module is in charge of which row of the SOP."""

from simpul.kernel.words import Words
from simpul.portal.activities import (
    a01_letter,
    a02_disposition,
    a03_completeness,
    a04_coordination,
)
from simpul.portal.activities.activity import Activity, Handler
from simpul.portal.cases.errors import ActNotOpen

ACTIVITIES: dict[int, Activity] = {
    activity.no: activity
    for activity in (
        a01_letter.Letter(),
        a02_disposition.Disposition(),
        a03_completeness.Completeness(),
        a04_coordination.Coordination(),
    )
}


def get_handler(step_no: int, act: str) -> Handler:
    """Return the handler of an act. Raises: ActNotOpen for an act that no activity knows."""
    activity = ACTIVITIES.get(step_no)
    handler = activity.handlers.get(act) if activity else None
    if handler is None:
        raise ActNotOpen(Words(f"Aktivitas {step_no} tidak mengenal “{act}”.", f"Activity {step_no} doesn't know “{act}”."))
    return handler
