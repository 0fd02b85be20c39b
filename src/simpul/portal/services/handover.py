"""What a consumer is granted of a dataset, counted and digested as it stands now; no value leaves the database."""

import hashlib
from typing import Any, NamedTuple

from simpul.portal.organizations.models import Organization
from simpul.portal.services.models import Dataset, Publication
from simpul.portal.services.publishing import get_driver_connection
from simpul.portal.services.queries import read_compiled
from simpul.query.share import plan_share


class Share(NamedTuple):
    """One consumer's part of one dataset: `sha256` is of its rows as CSV with a header, in the order of storage."""

    dataset: str
    columns: list[str]
    rows: int
    version: str
    sha256: str


def measure_share(publication: Publication, dataset: Dataset, consumer: Organization) -> Share | None:
    """Return the consumer's part of a dataset by the contract's terms, or None where it gets nothing of it."""
    contract = read_compiled(publication)
    terms = next(
        (one for one in contract.consumers if (one.organization, one.dataset) == (consumer.code, dataset.name)), None
    )
    if terms is None or not terms.columns:
        return None
    compiled: dict[str, Any] = publication.compiled["datasets"][dataset.name]
    share = plan_share(compiled, terms.columns, terms.row_filter)
    digest, rows = hashlib.sha256(), 0
    with get_driver_connection().cursor() as cursor:
        row = cursor.execute(share.count_sql, share.parameters).fetchone()
        rows = int(row[0]) if row else 0
        with cursor.copy(share.copy_sql, share.parameters) as copy:
            for block in copy:
                digest.update(block)
    return Share(dataset.name, list(terms.columns), rows, str(dataset.version), digest.hexdigest())
