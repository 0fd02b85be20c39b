"""A publication as an agency's grants show it: its datasets with the granted columns, and which of them it may write."""

from collections.abc import Collection
from typing import Any, NamedTuple

from simpul.contract.masked import narrow_dataset
from simpul.contract.model import Dataset
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person
from simpul.portal.services.models import Grant, Publication
from simpul.portal.services.queries import read_compiled
from simpul.portal.services.showing import grants_not_ended


class Granted(NamedTuple):
    """The datasets that the person's agency may read or deliver, narrowed, and the names of those it may write."""

    datasets: tuple[Dataset, ...]
    writable: list[str]


def list_granted_datasets(person: Person, publication: Publication) -> Granted:
    """Return what the grants of the person's agency show of a publication, in the contract's order.

    Of several grants on a dataset the provider's comes first, then the one with more columns, as the exchange decides.
    """
    rows = Grant.objects.filter(
        grants_not_ended(), dataset__publication=publication, organization__in=list_lineage(person.organization)
    ).select_related("dataset")
    best: dict[str, Grant] = {}
    for grant in sorted(rows, key=lambda one: (one.role != "penyedia", -len(one.columns), one.pk)):
        best.setdefault(grant.dataset.name, grant)
    datasets = tuple(
        narrow_dataset(one, tuple(best[one.name].columns), best[one.name].masks)
        for one in read_compiled(publication).datasets
        if one.name in best
    )
    return Granted(datasets, [name for name, grant in best.items() if "deliver" in grant.operations])


def drop_deliveries(document: dict[str, Any], names: Collection[str]) -> None:
    """Take the delivery of batches out of an OpenAPI document for every dataset but those of these names."""
    for path in [path for path in document["paths"] if "/batches" in path]:
        if path.split("/")[1] not in names:
            del document["paths"][path]
