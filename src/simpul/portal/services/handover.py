"""What a consumer is granted of a dataset: counted and digested as it stands now, and handed to it as a file."""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Q

from simpul.access.masks import derive_mask_key
from simpul.kernel.clock import local, now
from simpul.portal.audit.actions import record
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import find_successor, list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.errors import NoGrant
from simpul.portal.services.models import Dataset, Grant, Publication
from simpul.portal.services.permissions import IN_FORCE
from simpul.portal.services.queries import read_compiled
from simpul.query.share import plan_share
from simpul.store.mask_secret import open_mask_secret


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
    share = plan_share(
        compiled, terms.columns, terms.row_filter, dict(terms.masks), read_mask_key(find_successor(consumer).pk)
    )
    digest, rows = hashlib.sha256(), 0
    with get_driver_connection().cursor() as cursor:
        row = cursor.execute(share.count_sql, share.parameters).fetchone()
        rows = int(row[0]) if row else 0
        with cursor.copy(share.copy_sql, share.copy_parameters) as copy:
            for block in copy:
                digest.update(block)
    return Share(dataset.name, list(terms.columns), rows, str(dataset.version), digest.hexdigest())


def read_mask_key(organization_id: int) -> bytes:
    """Return the key that an organization's hashed columns are made with, the same as the exchange's."""
    return derive_mask_key(open_mask_secret(settings.HUB.SIMPUL_HOME / "keys"), organization_id)


def get_read_grant(person: Person, dataset: Dataset) -> Grant:
    """Return by which grant this person's agency reads a live dataset today, the agreed one before a trial.

    Raises: RoleMissing; NoGrant, also to provider and Kominfo, who are granted no reading.
    """
    check_role(person, Role.OPD, Role.PEMROGRAM_OPD)
    today = local(now()).date()
    rows = Grant.objects.filter(
        dataset=dataset, organization__in=list_lineage(person.organization), role="pemanfaat", revoked_at=None
    )
    rows = rows.filter(valid_from__lte=today, operations__contains=["read"]).exclude(valid_until__lt=today)
    served = Q(dataset__publication__state__in=IN_FORCE) | Q(
        trial_until__gte=today, dataset__publication__state=Publication.State.VERIFICATION
    )
    grant = rows.filter(served).order_by(F("trial_until").asc(nulls_first=True)).first()
    if grant is None:
        raise NoGrant
    return grant


def open_share(person: Person, dataset: Dataset) -> Iterator[bytes]:
    """Return the blocks of the CSV file of what the person's agency is granted; its SHA-256 is that of the receipt.

    The audit log has who took which version. Raises: as `get_read_grant`.
    """
    grant = get_read_grant(person, dataset)
    compiled: dict[str, Any] = dataset.publication.compiled["datasets"][dataset.name]
    share = plan_share(compiled, grant.columns, grant.row_filter, grant.masks, read_mask_key(grant.organization_id))
    record(person, "rows.handed", "dataset", dataset.name, grant=grant.pk, version=dataset.version)
    return _copy_blocks(share.copy_sql, share.copy_parameters)


def _copy_blocks(statement: str, parameters: tuple[object, ...]) -> Iterator[bytes]:
    with get_driver_connection().cursor() as cursor, cursor.copy(statement, parameters) as copy:
        for block in copy:
            yield bytes(block)
