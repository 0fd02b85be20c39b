"""The first stored rows of each dataset, for the provider's officers alone, who compare them with their own source."""

from typing import Any, NamedTuple

from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import Dataset, Publication
from simpul.store.sql import SQL, Identifier

SAMPLE_ROWS = 8


class Sample(NamedTuple):
    """Some rows of a dataset in the order of storage; values as they are stored."""

    name: str
    columns: list[str]
    rows: list[tuple[Any, ...]]


def list_samples(publication: Publication) -> list[Sample]:
    """Return a sample of each dataset that has rows. Only the provider's own act shows it."""
    return [_read(publication, one) for one in publication.datasets.order_by("id") if one.row_count]


def _read(publication: Publication, dataset: Dataset) -> Sample:
    columns = list(publication.compiled["datasets"][dataset.name]["columns"])
    statement = SQL("SELECT {} FROM {} ORDER BY _row LIMIT {}").format(
        SQL(", ").join(map(Identifier, columns)), Identifier(dataset.schema_name, dataset.table_name), SAMPLE_ROWS
    )
    with get_driver_connection().cursor() as cursor:
        return Sample(dataset.name, columns, cursor.execute(statement).fetchall())
