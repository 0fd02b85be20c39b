"""Who may see a dashboard: the service's parties, Kominfo, head, auditor; everybody where a dataset is open and live."""

from typing import Any

from simpul.portal.contracts.models import Contract
from simpul.portal.dashboards.models import DashboardSnapshot
from simpul.portal.dashboards.queries import list_snapshots
from simpul.portal.people.models import Person
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.models import Publication
from simpul.portal.services.permissions import IN_FORCE, OPEN, reads_whole
from simpul.portal.services.showing import SERVING, list_publications


def list_visible_snapshots(person: Any, context: str) -> tuple[Publication, list[DashboardSnapshot]]:
    """Return a service's newest publication of live rows, and the pictures of it that this person may see.

    Args: `person` may be anonymous. Raises: PublicationNotFound, also where the person may not know of it.
    """
    contract = Contract.objects.filter(context=context).select_related("provider").first()
    if contract is None:
        raise PublicationNotFound
    whole = isinstance(person, Person) and reads_whole(person, contract)
    live = [one for one in list_publications(contract) if one.stage == Publication.Stage.LIVE]
    publication = next((one for one in live if one.state in IN_FORCE), None)
    if publication is None and whole:
        publication = next((one for one in live if one.state in SERVING), None)
    if publication is None:
        raise PublicationNotFound
    snapshots = [one for one in list_snapshots(publication) if whole or is_open(publication, one)]
    if not snapshots:
        raise PublicationNotFound
    return publication, snapshots


def is_open(publication: Publication, snapshot: DashboardSnapshot) -> bool:
    """Return whether a dataset is of the class terbuka."""
    compiled = publication.compiled.get("datasets", {}).get(snapshot.dataset.name, {})
    return bool(compiled.get("access_class") == OPEN)
