"""Who may see and send rows: the provider's own officers, and nobody at Kominfo."""

from simpul.portal.deliveries.errors import NotProvider
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import has_role
from simpul.portal.services.models import Dataset


def is_provider(person: Person, dataset: Dataset) -> bool:
    """Return whether the person is an officer or programmer of the dataset's provider."""
    if dataset.publication.contract_version.case_id is None:  # the hub's own service: the hub alone writes it
        return False
    provider = dataset.publication.contract_version.contract.provider
    return provider in list_lineage(person.organization) and has_role(person, Role.OPD, Role.PEMROGRAM_OPD)


def check_provider(person: Person, dataset: Dataset) -> None:
    """Raise NotProvider unless the person may deliver to and see the refused rows of a dataset."""
    if not is_provider(person, dataset):
        raise NotProvider
