"""The worker's part of a publication: make the tables, fill the sandbox with mock rows, open it."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from simpul.contract.ddl import compile_ddl
from simpul.contract.mock import make_sandbox_rows
from simpul.contract.model import Contract
from simpul.contract.model import Dataset as AgreedDataset
from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.limits import BATCH_BYTES
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.target import make_target
from simpul.kernel.clock import now
from simpul.kernel.errors import SimpulError, Unavailable
from simpul.portal.cases.models import Case
from simpul.portal.contracts.queries import load_contract
from simpul.portal.references.queries import fill_in_lists
from simpul.portal.services.actions import grant_consumers, grant_provider, revoke_absent_consumers, write_compiled
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.filling import needs_filling
from simpul.portal.services.leftovers import drop_leftovers
from simpul.portal.services.models import Dataset, Publication
from simpul.store.datasets import create_dataset_tables, drop_dataset_tables
from simpul.store.errors import TableDiffers
from simpul.store.queue import defer
from simpul.store.sql import SQL, Connection, Identifier, Literal

PART_ROWS = 5_000
"""Rows that are delivered again at once."""
Stage, State = Publication.Stage, Publication.State
DONE = (State.OPEN, State.VERIFICATION)
"""Prepared already, by a worker that was killed before it could say so: rows that came since must stay."""


def run_publication(publication_id: int) -> Case:
    """Make what a publication needs and open it; a failure is written where the officer sees it. May run twice.

    Returns: the case it belongs to. Raises: Unavailable, to be tried again; whatever nobody expected, once written down.
    """
    try:
        _prepare(publication_id)
    except Unavailable:
        raise
    except SimpulError as error:
        _write_problem(publication_id, str(error.message))
    except Exception as error:
        _write_problem(publication_id, type(error).__name__)
        raise
    return _get_case(Publication.objects.select_related("contract_version__case").get(pk=publication_id))


def _get_case(publication: Publication) -> Case:
    """Return the case that a service comes from. Raises: ValueError for the hub's own, which is published otherwise."""
    case = publication.contract_version.case
    if case is None:
        raise ValueError("the hub's own service has no case")
    return case


def _write_problem(publication_id: int, problem: str) -> None:
    """Write what went wrong; a service that is open already stays open."""
    rows = Publication.objects.filter(pk=publication_id)
    rows.exclude(state__in=[State.LIVE, State.DEPRECATED]).update(state=State.FAILED, updated_at=now())
    rows.update(problem=problem)


@transaction.atomic
def _prepare(publication_id: int) -> None:
    publication = (
        Publication.objects.select_for_update(of=("self",))
        .select_related("contract_version__contract__provider", "contract_version__case")
        .get(pk=publication_id)
    )
    if publication.state in (State.CLOSED, State.RETIRED, *DONE):
        return
    contract = load_contract(publication.contract_version)
    case = _get_case(publication)
    link = get_driver_connection()
    if publication.stage == Stage.SANDBOX:
        _make_sandbox_tables(link, contract)
    else:
        _make_live_tables(link, publication, contract)
    write_compiled(publication)
    grant_provider(publication, case)
    if publication.stage == Stage.SANDBOX:
        grant_consumers(publication, case)
        revoke_absent_consumers(publication, {one.organization for one in contract.consumers})
        _fill_mock_rows(link, publication, contract)
    if publication.state not in (State.LIVE, State.DEPRECATED):
        publication.state = State.OPEN if publication.stage == Stage.SANDBOX else State.VERIFICATION
    publication.problem = ""
    publication.save()
    if needs_filling(publication, contract):
        defer(connection, "fill_publication", lock=f"publish:{publication.context}", publication_id=publication.pk)


def _make_sandbox_tables(link: Connection[Any], contract: Contract) -> None:
    """Make the sandbox's tables anew: their rows are mock rows and can be made again."""
    plans = compile_ddl(contract, Stage.SANDBOX)
    for schema in {plan.schema for plan in plans}:
        drop_dataset_tables(link, schema)
    create_dataset_tables(link, plans)


def _make_live_tables(link: Connection[Any], publication: Publication, contract: Contract) -> None:
    """Make the live tables, or add what a minor version adds.

    While the service was never live, another contract may change them in any way: the rows are then delivered again
    through the new contract's checks, so that none is lost silently.
    """
    plans = compile_ddl(contract, Stage.LIVE)
    is_open = publication.state in (State.LIVE, State.DEPRECATED)
    if is_open:
        drop_leftovers(link, publication, plans)
    try:
        with link.transaction():
            create_dataset_tables(link, plans)
    except TableDiffers:
        if is_open:
            raise
        agreed = {one.name: one for one in contract.datasets}
        kept = {one.name: _read_rows(link, one, agreed[one.name]) for one in publication.datasets.all()}
        for schema in {plan.schema for plan in plans}:
            drop_dataset_tables(link, schema)
        create_dataset_tables(link, plans)
        write_compiled(publication)
        for dataset in publication.datasets.all():
            if kept.get(dataset.name):
                _deliver_again(link, publication, dataset, kept[dataset.name])


_READ_ROWS = """
SELECT jsonb_agg(row ORDER BY _row)::text FROM (
    SELECT _row, (row_number() OVER (ORDER BY _row) - 1) / {size} AS part, (
        SELECT jsonb_object_agg(key, CASE WHEN key = ANY(%(texts)s) AND jsonb_typeof(value) IN ('number', 'boolean')
            THEN to_jsonb(value #>> '{{}}') ELSE value END)
        FROM jsonb_each(to_jsonb(_t)) WHERE key = ANY(%(names)s)
    ) AS row FROM {table} AS _t
) AS rows GROUP BY part ORDER BY part
"""


def _read_rows(link: Connection[Any], dataset: Dataset, agreed: AgreedDataset) -> list[str]:
    """Return a dataset's rows as the new contract names its columns: JSON arrays, each small enough for one delivery.

    The database writes the JSON, so that no number loses a digit on its way; a number that becomes a text is one.
    """
    table = Identifier(dataset.schema_name, dataset.table_name)
    texts = [one.name for one in agreed.columns if one.logical_type == "string"]
    values = {"names": [one.name for one in agreed.columns], "texts": texts}
    rows = link.execute(SQL(_READ_ROWS).format(size=Literal(PART_ROWS), table=table), values).fetchall()
    return [str(text) for (text,) in rows]


def _deliver_again(link: Connection[Any], publication: Publication, dataset: Dataset, parts: list[str]) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(row_count=0)
    for part in parts:
        _deliver_rows(link, publication, dataset, part, "contract-change")


def _fill_mock_rows(link: Connection[Any], publication: Publication, contract: Contract) -> None:
    Dataset.objects.filter(publication=publication).update(row_count=0)
    mock = make_sandbox_rows(replace(contract, datasets=fill_in_lists(contract.datasets)))
    for dataset in publication.datasets.filter(name__in=list(mock)):
        if mock[dataset.name]:
            _deliver_rows(link, publication, dataset, json.dumps(mock[dataset.name]), "mock")


def _deliver_rows(link: Connection[Any], publication: Publication, dataset: Dataset, rows: str, origin: str) -> None:
    """Deliver rows that the hub itself has (a JSON array), through the same pipeline as everybody's."""
    content = rows.encode()
    envelope = Envelope(
        digest=hashlib.sha256(content).digest(),
        quarantine=open_quarantine(settings.HUB.SIMPUL_HOME / "keys"),
        person_id=publication.contract_version.frozen_by_id,
        file_name=f"{origin}.json",
    )
    sheet = open_rows(content, "rows.json", limit_bytes=BATCH_BYTES)
    deliver(link, make_target(dataset.pk, publication.compiled, dataset.name), sheet, envelope)
