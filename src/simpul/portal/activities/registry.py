"""Which module is in charge of which row of the SOP."""

from simpul.kernel.words import Words
from simpul.portal.activities import (
    a01_letter,
    a02_disposition,
    a03_completeness,
    a04_coordination,
    a05_definition,
    a06_scenario,
    a07_interchange,
    a08_api,
    a09_handover,
    a10_storage,
    a11_check,
    a12_validation,
    a13_documents,
    a14_dashboard,
    a15_closing,
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
        a05_definition.Definition(),
        a06_scenario.Scenario(),
        a07_interchange.Interchange(),
        a08_api.Api(),
        a09_handover.Handover(),
        a10_storage.Storage(),
        a11_check.Check(),
        a12_validation.Validation(),
        a13_documents.Documents(),
        a14_dashboard.Dashboard(),
        a15_closing.Closing(),
    )
}


def get_handler(step_no: int, act: str) -> Handler:
    """Return the handler of an act. Raises: ActNotOpen for an act that no activity knows."""
    activity = ACTIVITIES.get(step_no)
    handler = activity.handlers.get(act) if activity else None
    if handler is None:
        raise ActNotOpen(
            Words(f"Aktivitas {step_no} tidak mengenal “{act}”.", f"Activity {step_no} doesn't know “{act}”.")
        )
    return handler
