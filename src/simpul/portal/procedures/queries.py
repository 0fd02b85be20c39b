"""Reads versions of the SOP and of the calendar; parsed ones stay in memory, as versions never change."""

from functools import lru_cache

from django.db.models import QuerySet

from simpul.portal.procedures.content import read_content
from simpul.portal.procedures.errors import CalendarNotFound, ProcedureNotFound
from simpul.portal.procedures.models import CalendarVersion, ProcedureVersion
from simpul.procedure.bpmn import read_procedure
from simpul.procedure.calendar import WorkingCalendar
from simpul.procedure.model import Procedure

SPLP = "splp"
"""The key of the SOP that the hub runs."""

_parsed: dict[str, Procedure] = {}
_PARSED_MOST = 64


def get_current(key: str = SPLP) -> ProcedureVersion:
    """Return the newest version, which new cases take. Raises: ProcedureNotFound."""
    version = ProcedureVersion.objects.filter(key=key).order_by("-number").first()
    if version is None:
        raise ProcedureNotFound
    return version


def get_version(key: str, number: int) -> ProcedureVersion:
    """Return one version by its number. Raises: ProcedureNotFound."""
    version = ProcedureVersion.objects.filter(key=key, number=number).first()
    if version is None:
        raise ProcedureNotFound
    return version


def list_versions(key: str = SPLP) -> QuerySet[ProcedureVersion]:
    """Return all versions without their files, the newest first."""
    return ProcedureVersion.objects.filter(key=key).defer("bpmn").select_related("created_by")


def load(version: ProcedureVersion) -> Procedure:
    """Return the procedure that a version's file describes. Cost: parsed once in a process, by its digest."""
    procedure = _parsed.get(version.digest)
    if procedure is None:
        procedure = read_procedure(version.bpmn.encode())
        while len(_parsed) >= _PARSED_MOST:
            _parsed.pop(next(iter(_parsed)), None)
        _parsed[version.digest] = procedure
    return procedure


def get_current_calendar() -> CalendarVersion:
    """Return the newest version of the working calendar. Raises: CalendarNotFound."""
    version = CalendarVersion.objects.order_by("-number").first()
    if version is None:
        raise CalendarNotFound
    return version


def list_calendars() -> QuerySet[CalendarVersion]:
    """Return all versions of the calendar without their content, the newest first."""
    return CalendarVersion.objects.defer("content").select_related("created_by")


def get_calendar() -> WorkingCalendar:
    """Return the working calendar in force. Cost: one query for its number; content is read once a process."""
    newest = CalendarVersion.objects.order_by("-number").values_list("number", "created_at").first()
    if newest is None:
        raise CalendarNotFound
    return _load_calendar(newest[0], str(newest[1]))


@lru_cache(maxsize=4)
def _load_calendar(number: int, made_at: str) -> WorkingCalendar:
    return read_content(CalendarVersion.objects.get(number=number).content, version=str(number))
