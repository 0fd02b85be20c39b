"""Reading batches: counts for all who see the case, refused rows without values, values for the provider alone."""

from django.db.models import QuerySet, Sum

from simpul.portal.deliveries.errors import BatchNotFound
from simpul.portal.deliveries.models import Batch, RefusedRow
from simpul.portal.people.models import Person
from simpul.portal.services.models import Dataset, Publication


def list_batches(publication: Publication) -> QuerySet[Batch]:
    """Return a publication's batches, newest first."""
    return (
        Batch.objects.filter(dataset__publication=publication)
        .select_related("dataset", "person", "application")
        .order_by("-id")
    )


def get_batch(person: Person, batch_id: int) -> Batch:
    """Return a batch of a dataset. Who may see its rows is asked by the actions. Raises: BatchNotFound."""
    batch = (
        Batch.objects.select_related("dataset__publication__contract_version__contract__provider")
        .filter(pk=batch_id)
        .first()
    )
    if batch is None:
        raise BatchNotFound
    return batch


def list_refusals(publication: Publication, limit_rows: int = 100) -> list[RefusedRow]:
    """Return rows that still wait to be mended, newest batch first, without their values."""
    rows = RefusedRow.objects.filter(batch__dataset__publication=publication, mended_by=None).defer("content")
    return list(rows.select_related("batch__dataset").order_by("-batch", "position")[:limit_rows])


def count_refusals(publication: Publication) -> int:
    return RefusedRow.objects.filter(batch__dataset__publication=publication, mended_by=None).count()


def sum_batches(dataset: Dataset) -> dict[str, int]:
    """Return the sums of all batches of a dataset."""
    names = ("received", "inserted", "updated", "unchanged", "repeated", "refused")
    sums = dataset.batches.aggregate(**{name: Sum(name) for name in names})
    return {name: int(sums[name] or 0) for name in names}
