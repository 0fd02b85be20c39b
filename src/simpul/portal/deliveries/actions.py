"""Rows by upload in the portal: the same pipeline as the exchange's, for the provider's officers."""

import hashlib
from itertools import islice

from django.conf import settings
from django.db import transaction

from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.mend import mend, read_corrections
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.refused import OpenedRow, open_refused, tabulate_refused
from simpul.delivery.report import BatchReport
from simpul.delivery.target import make_target
from simpul.papers.tables import write_ods
from simpul.portal.audit.actions import record
from simpul.portal.cases.attachments import clean_name
from simpul.portal.deliveries.errors import NotOpenForRows
from simpul.portal.deliveries.models import Batch
from simpul.portal.deliveries.permissions import check_provider
from simpul.portal.people.models import Person
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import Dataset, Publication

TAKES_ROWS = (
    Publication.State.VERIFICATION,
    Publication.State.LIVE,
    Publication.State.DEPRECATED,
    Publication.State.OPEN,
)


@transaction.atomic
def upload_rows(
    person: Person, dataset: Dataset, name: str, content: bytes, idempotency_key: str | None = None
) -> BatchReport:
    """Deliver a file's rows: good ones are stored, each bad one is named.

    Raises: NotProvider, NotOpenForRows, and what opening the file and `deliver` raise.
    """
    check_provider(person, dataset)
    _check_open(dataset)
    sheet = open_rows(content, name)
    target = make_target(dataset.pk, dataset.publication.compiled, dataset.name)
    report = deliver(get_driver_connection(), target, sheet, _make_envelope(person, name, content, idempotency_key))
    record(
        person,
        "rows.upload",
        "dataset",
        dataset.pk,
        batch=report.batch,
        received=report.received,
        refused_rows=report.refused,
    )
    return report


@transaction.atomic
def mend_rows(
    person: Person, batch: Batch, name: str, content: bytes, idempotency_key: str | None = None
) -> BatchReport:
    """Deliver the mended table of a batch's refused rows; a mended row never overwrites a newer one.

    Raises: as `upload_rows`, and RefusedRowsGone.
    """
    dataset = batch.dataset
    check_provider(person, dataset)
    _check_open(dataset)
    corrections = read_corrections(open_rows(content, name))
    target = make_target(dataset.pk, dataset.publication.compiled, dataset.name)
    report = mend(
        get_driver_connection(), target, batch.pk, corrections, _make_envelope(person, name, content, idempotency_key)
    )
    record(person, "rows.mend", "batch", batch.pk, batch=report.batch, refused_rows=report.refused)
    return report


@transaction.atomic
def read_refused(person: Person, batch: Batch, limit_rows: int = 100) -> list[OpenedRow]:
    """Return the first of a batch's refused rows with their values, for the provider's officers; each reading is logged.

    Raises: NotProvider, QuarantineKeyUnusable.
    """
    check_provider(person, batch.dataset)
    record(person, "rows.refused_read", "batch", batch.pk)
    quarantine = open_quarantine(settings.HUB.SIMPUL_HOME / "keys")
    return list(islice(open_refused(get_driver_connection(), quarantine, batch.pk), limit_rows))


def write_refused(person: Person, batch: Batch, language: str = "id") -> bytes:
    """Return a batch's refused rows with their values and reasons as .ods, to be mended and sent back."""
    check_provider(person, batch.dataset)
    record(person, "rows.refused_read", "batch", batch.pk)
    quarantine = open_quarantine(settings.HUB.SIMPUL_HOME / "keys")
    table = tabulate_refused(get_driver_connection(), quarantine, batch.pk, language)
    return write_ods({"Baris tertolak": table})


def _check_open(dataset: Dataset) -> None:
    if dataset.publication.state not in TAKES_ROWS:
        raise NotOpenForRows


def _make_envelope(person: Person, name: str, content: bytes, key: str | None) -> Envelope:
    return Envelope(
        digest=hashlib.sha256(content).digest(),
        quarantine=open_quarantine(settings.HUB.SIMPUL_HOME / "keys"),
        person_id=person.pk,
        idempotency_key=key,
        file_name=clean_name(name),
    )
