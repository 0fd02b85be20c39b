"""Stopping calls at once: of a whole publication, of one consumer on it, or of one application wherever it calls.

The exchange is told at commit (NOTIFY) and refuses within two seconds; the refusal names the office and the time, the
reason stays in the portal. Rows, grants and keys stay as they are. A paused service still takes its provider's uploads in
the portal, so that wrong rows can be mended meanwhile.
"""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from simpul.kernel.clock import now
from simpul.portal.audit.actions import record
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import RoleMissing, has_role
from simpul.portal.services.errors import NothingToPause, PausedAlready, PauseNotFound, ReasonMissing
from simpul.portal.services.models import Application, Grant, Pause, Publication

PAUSERS = (Role.TIM_IT, Role.BIDANG, Role.PENGELOLA_SISTEM)
"""Who may pause and resume everything."""


def is_provider(person: Person, publication: Publication) -> bool:
    """Is this an officer of the agency that provides the service?"""
    provider = publication.contract_version.contract.provider
    return has_role(person, Role.OPD, Role.PEMROGRAM_OPD) and provider in list_lineage(person.organization)


def may_pause(person: Person, publication: Publication | None) -> bool:
    """May the person pause this publication and its consumers (None: applications)? The provider may its own."""
    return has_role(person, *PAUSERS) or (publication is not None and is_provider(person, publication))


@transaction.atomic
def pause_publication(
    person: Person, publication: Publication, reason: str, organization: Organization | None = None
) -> Pause:
    """Pause a publication, or one consumer on it. Raises: RoleMissing, NothingToPause, ReasonMissing, PausedAlready."""
    if not may_pause(person, publication):
        raise RoleMissing
    grants = Grant.objects.filter(dataset__publication=publication, organization=organization)
    if organization is not None and not grants.exists():
        raise NothingToPause
    return _pause(person, reason, publication=publication, organization=organization)


@transaction.atomic
def pause_application(person: Person, application: Application, reason: str) -> Pause:
    """Pause an application, in every stage and service. Raises: RoleMissing, ReasonMissing, PausedAlready."""
    if not may_pause(person, None):
        raise RoleMissing
    return _pause(person, reason, application=application)


def _pause(person: Person, reason: str, **what: Publication | Organization | Application | None) -> Pause:
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonMissing
    try:
        with transaction.atomic():
            pause = Pause.objects.create(
                office=person.organization.name, reason=reason, paused_by=person, paused_at=now(), **what
            )
    except IntegrityError:
        raise PausedAlready from None
    record(person, "access.paused", *_name(pause), reason=reason)
    return pause


@transaction.atomic
def resume(person: Person, pause_id: int) -> Pause:
    """End a pause. The provider may end those of its own office. Raises: PauseNotFound, RoleMissing."""
    rows = Pause.objects.select_for_update(of=("self",)).select_related(
        "publication__contract_version__contract__provider", "paused_by__organization"
    )
    pause = rows.filter(pk=pause_id, resumed_at=None).first()
    if pause is None:
        raise PauseNotFound
    is_own = pause.paused_by.organization in list_lineage(person.organization)
    if not has_role(person, *PAUSERS) and not (is_own and may_pause(person, pause.publication)):
        raise RoleMissing
    pause.resumed_at, pause.resumed_by = now(), person
    pause.save(update_fields=["resumed_at", "resumed_by"])
    record(person, "access.resumed", *_name(pause))
    return pause


def list_pauses(publication: Publication | None = None) -> QuerySet[Pause]:
    """Return the pauses that hold now, of one publication or all, newest first."""
    rows = Pause.objects.filter(resumed_at=None).select_related("publication", "organization", "application")
    return (rows if publication is None else rows.filter(publication=publication)).order_by("-paused_at")


def _name(pause: Pause) -> tuple[str, str]:
    """Return what is paused, for the audit log."""
    if pause.application_id is not None:
        return "application", str(pause.application_id)
    who = f":{pause.organization_id}" if pause.organization_id is not None else ""
    return "publication", f"{pause.publication_id}{who}"
