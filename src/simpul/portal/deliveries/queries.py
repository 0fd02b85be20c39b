"""Reading batches: counts for all who see the case, refused rows without values, values for the provider alone."""

from django.db.models import QuerySet, Sum

from simpul.kernel.clock import now
from simpul.portal.deliveries.errors import BatchNotFound
from simpul.portal.deliveries.models import Batch, RefusedRow
from simpul.portal.people.models import Person
from simpul.portal.services.models import Dataset, Publication
from simpul.portal.services.permissions import reads_whole


def list_batches(publication: Publication) -> QuerySet[Batch]:
    """Return a publication's batches, newest first."""
    return (
        Batch.objects.filter(dataset__publication=publication)
        .select_related("dataset", "person", "application")
        .order_by("-id")
    )


def get_batch(person: Person, batch_id: int) -> Batch:
    """Return a batch of a service that this person sees whole. Who may see its rows is asked by the actions.

    Raises: BatchNotFound, also where it exists but this person may not know of it.
    """
    batch = (
        Batch.objects.select_related(
            "dataset__publication__contract_version__contract__provider", "person", "application"
        )
        .filter(pk=batch_id)
        .first()
    )
    if batch is None or not reads_whole(person, batch.dataset.publication.contract_version.contract):
        raise BatchNotFound
    return batch


def list_batch_refusals(batch: Batch) -> QuerySet[RefusedRow]:
    """Return a batch's rows that wait to be mended, in the file's order, without their values."""
    return batch.refused_rows.filter(mended_by=None, expires_at__gt=now()).defer("content").order_by("position")


def list_refusals(publication: Publication, limit_rows: int = 100) -> list[RefusedRow]:
    """Return rows that still wait to be mended, newest batch first, without their values."""
    rows = _list_waiting(publication).defer("content")
    return list(rows.select_related("batch__dataset").order_by("-batch", "position")[:limit_rows])


def count_refusals(publication: Publication) -> int:
    """Return how many rows of a publication wait to be mended."""
    return _list_waiting(publication).count()


def _list_waiting(publication: Publication) -> QuerySet[RefusedRow]:
    return RefusedRow.objects.filter(batch__dataset__publication=publication, mended_by=None, expires_at__gt=now())


def sum_batches(dataset: Dataset) -> dict[str, int]:
    """Return the sums of all batches of a dataset."""
    names = ("received", "inserted", "updated", "unchanged", "repeated", "refused")
    sums = dataset.batches.aggregate(**{name: Sum(name) for name in names})
    return {name: int(sums[name] or 0) for name in names}


def list_dataset_batches(dataset: Dataset) -> QuerySet[Batch]:
    """Return a dataset's batches, newest first, with who sent each."""
    return dataset.batches.select_related("person", "application__organization").order_by("-id")
