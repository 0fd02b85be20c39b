"""What the control page of a service shows: its versions and their end, its consumers, their networks, what is paused."""

from typing import Any, NamedTuple

from simpul.kernel.clock import local, now
from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import RoleMissing, has_role
from simpul.portal.services.lifecycle import DECIDERS, may_decide
from simpul.portal.services.models import TESTING_APPLICATION, Application, Grant, LifecycleRequest, Pause, Publication
from simpul.portal.services.notices import list_consumers
from simpul.portal.services.pausing import PAUSERS, is_provider, list_pauses

READERS = (*PAUSERS, Role.KEPALA_DINAS, Role.AUDITOR)
State = Publication.State


class ConsumerRow(NamedTuple):
    """One consumer of a version: its grants, and its pause where it has one."""

    organization: Organization
    grants: list[Grant]
    pause: Pause | None


class VersionRow(NamedTuple):
    """One version in one stage. `can_end`: its last day can be set or moved; `can_retire`: that day has passed."""

    publication: Publication
    pause: Pause | None
    consumers: list[ConsumerRow]
    requests: list[LifecycleRequest]
    can_end: bool
    can_retire: bool


class ApplicationRow(NamedTuple):
    """A program that may call the service, and its pause where it has one."""

    application: Application
    pause: Pause | None


def may_control(person: Person, contract: Contract) -> bool:
    """May the person open the control page? Kominfo, head, auditor, and the provider's officers may."""
    publication = Publication.objects.filter(contract_version__contract=contract).first()
    return has_role(person, *READERS) or (publication is not None and is_provider(person, publication))


def describe_control(person: Person, contract: Contract) -> dict[str, Any]:
    """Return what the control page shows. Raises: RoleMissing."""
    if not may_control(person, contract):
        raise RoleMissing
    rows = Publication.objects.filter(contract_version__contract=contract).select_related(
        "successor", "contract_version__contract__provider"
    )
    publications = list(rows.order_by("-stage", "-major"))
    provides = any(is_provider(person, one) for one in publications)
    return {
        "contract": contract,
        "publication": publications[0] if publications else None,
        "versions": [_describe_version(one) for one in publications],
        "applications": _list_applications(publications),
        "pauses_all": has_role(person, *PAUSERS),
        "pauses_own": provides or has_role(person, *PAUSERS),
        "decides": may_decide(person),
        "asks": provides and not may_decide(person),
        "sets_addresses": has_role(person, *DECIDERS),
    }


def _describe_version(publication: Publication) -> VersionRow:
    pauses = {one.organization_id: one for one in list_pauses(publication)}
    grants = Grant.objects.filter(dataset__publication=publication, role="pemanfaat", revoked_at=None)
    held: dict[int, list[Grant]] = {}
    for grant in grants.select_related("dataset").order_by("dataset__name", "id"):
        held.setdefault(grant.organization_id, []).append(grant)
    is_live, today = publication.stage == Publication.Stage.LIVE, local(now()).date()
    is_over = publication.sunset_on is not None and publication.sunset_on < today
    return VersionRow(
        publication,
        pauses.get(None),
        [ConsumerRow(one, held.get(one.pk, []), pauses.get(one.pk)) for one in list_consumers(publication)],
        list(publication.lifecycle_requests.filter(decided_at=None).order_by("id")),
        can_end=is_live and publication.state in (State.LIVE, State.DEPRECATED),
        can_retire=is_live and publication.state == State.DEPRECATED and is_over,
    )


def _list_applications(publications: list[Publication]) -> list[ApplicationRow]:
    """Return the programs of everybody with a grant on one of the versions."""
    granted = Grant.objects.filter(dataset__publication__in=publications, revoked_at=None)
    rows = Application.objects.filter(organization__in=granted.values("organization")).exclude(name=TESTING_APPLICATION)
    pauses = {one.application_id: one for one in list_pauses().exclude(application=None)}
    ordered = rows.select_related("organization").order_by("organization__name", "name")
    return [ApplicationRow(one, pauses.get(one.pk)) for one in ordered]
