"""Who may see a source and who keeps it: the provider's officers and programmers; the rest see how its runs went."""

from simpul.portal.deliveries.permissions import check_provider, is_provider
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role
from simpul.portal.services.models import Dataset, Publication
from simpul.portal.services.permissions import reads_whole
from simpul.portal.sources.errors import SourceClosed, SourceNotFound
from simpul.portal.sources.models import Source

State = Publication.State
FILLED = (State.VERIFICATION, State.LIVE, State.DEPRECATED)
"""The states of a publication whose datasets are filled by sources."""


def check_sees(person: Person, source: Source) -> None:
    """Raise SourceNotFound unless the person sees the whole service that the source fills."""
    if not reads_whole(person, source.dataset.publication.contract_version.contract):
        raise SourceNotFound


def keeps(person: Person, source: Source) -> bool:
    """Return whether the person may change the source, see its settings and start it."""
    return is_provider(person, source.dataset)


def check_keeps(person: Person, source: Source) -> None:
    """Raise NotProvider unless the person keeps the source."""
    check_provider(person, source.dataset)


def may_add(person: Person, dataset: Dataset) -> bool:
    """Return whether the person may add a source to a dataset now."""
    return dataset.publication.state in FILLED and is_provider(person, dataset)


def check_may_add(person: Person, dataset: Dataset) -> None:
    """Check that the person may add a source. Raises: NotProvider, SourceClosed."""
    check_provider(person, dataset)
    if dataset.publication.state not in FILLED:
        raise SourceClosed


def check_lists(person: Person) -> None:
    """Check that the person keeps the list of allowed addresses and folders. Raises: RoleMissing."""
    check_role(person, Role.PENGELOLA_SISTEM)
