"""The first rows of a new major version, taken over from the older one by the column mapping that its contract declares.

A dataset is taken over where its contract declares a source for it or for one of its columns; then a column takes the
value of the older version's column that it names (`filled_from`), the value written in the contract
(`filled_with`), or that of the column of its own name. The rows go through the same validator and pipeline as everybody's:
what the new contract refuses lies in the quarantine of the new dataset with its reasons, where the provider mends it.

Each dataset is taken over once, in one transaction, also where a worker is killed half way. Rows that the provider has
delivered to the new version already stay as they are, and later deliveries to the older version aren't taken over: both
versions serve side by side, and the provider delivers to each.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db import transaction

from simpul.contract.model import Column, Contract
from simpul.contract.model import Dataset as AgreedDataset
from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.limits import BATCH_BYTES
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.target import make_target
from simpul.kernel.clock import now
from simpul.kernel.errors import SimpulError, Unavailable
from simpul.portal.contracts.queries import load_contract
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.errors import FillingImpossible
from simpul.portal.services.models import Dataset, Publication
from simpul.store.sql import SQL, Composed, Connection, Identifier, Jsonb, Literal

PART_ROWS = 5_000
"""Rows that are taken over in one delivery."""
FILE_NAME = "isi-versi-lama.json"
State = Publication.State

_PART = """
SELECT coalesce(jsonb_agg(to_jsonb(_part) - '_row' ORDER BY _row), '[]')::text, max(_row)
FROM (SELECT _row, {columns} FROM {table} WHERE _row > %s ORDER BY _row LIMIT {size}) AS _part
"""
_AS_IT_IS = "to_jsonb({source}) AS {name}"
_AS_TEXT = """CASE WHEN jsonb_typeof(to_jsonb({source})) IN ('number', 'boolean')
    THEN to_jsonb(to_jsonb({source}) #>> '{{}}') ELSE to_jsonb({source}) END AS {name}"""
_AS_NUMBER = """CASE WHEN to_jsonb({source}) #>> '{{}}' ~ '^[+-]?[0-9]{{1,100}}([.][0-9]{{1,100}})?$'
    THEN to_jsonb((to_jsonb({source}) #>> '{{}}')::numeric) ELSE to_jsonb({source}) END AS {name}"""
_FORMS = {"string": _AS_TEXT, "integer": _AS_NUMBER, "number": _AS_NUMBER}


@dataclass(frozen=True)
class Filled:
    """What became of one dataset's rows."""

    dataset: str
    received: int
    refused: int


def find_older(publication: Publication) -> Publication | None:
    """Return the newest earlier major version that serves, which the rows are taken from, or None."""
    earlier = Publication.objects.filter(
        context=publication.context,
        stage=publication.stage,
        major__lt=publication.major,
        state__in=[State.LIVE, State.DEPRECATED],
    )
    return earlier.order_by("-major").first()


def needs_filling(publication: Publication, contract: Contract) -> bool:
    """Is this a new major version of a serving one that declares where rows come from, and didn't take them over yet?"""
    if publication.stage != Publication.Stage.LIVE or not any(map(is_declared, contract.datasets)):
        return False
    return find_older(publication) is not None and publication.datasets.filter(filled_at=None).exists()


def is_declared(model: AgreedDataset) -> bool:
    """Does the contract say where this dataset's first rows come from?"""
    return bool(model.filled_from) or any(one.filled_from or one.filled_with is not None for one in model.columns)


def fill_publication(publication_id: int) -> list[Filled]:
    """Take over what is missing, dataset by dataset. May run twice, or be killed and run again.

    Returns: one entry for each dataset taken over in this run. A mapping that can't be followed is written where the
    officer sees it. Raises: Unavailable, to be tried again.
    """
    publication = Publication.objects.select_related("contract_version").get(pk=publication_id)
    older = find_older(publication)
    if older is None or publication.state in (State.CLOSED, State.RETIRED):
        return []
    filled = []
    agreed = load_contract(publication.contract_version)
    for name in publication.datasets.filter(filled_at=None).order_by("id").values_list("name", flat=True):
        model = agreed.find_dataset(name)
        if model is None or not is_declared(model):
            continue
        try:
            filled += _fill_dataset(publication, older, model)
        except Unavailable:
            raise
        except SimpulError as error:
            Publication.objects.filter(pk=publication_id).update(problem=str(error.message))
    return filled


@transaction.atomic
def _fill_dataset(publication: Publication, older: Publication, model: AgreedDataset) -> list[Filled]:
    dataset = Dataset.objects.select_for_update().get(publication=publication, name=model.name)
    source = older.datasets.filter(name=model.filled_from or model.name).first()
    if dataset.filled_at is not None:
        return []
    received = refused = 0
    if source is not None:
        columns, values = write_columns(model, older.compiled["datasets"][source.name]["columns"])
        link = get_driver_connection()
        for part in _read_parts(link, source, columns, values):
            report = _deliver(link, publication, dataset, part)
            received, refused = received + report.received, refused + report.refused
        # The rows are as old as they were in the older version.
        Dataset.objects.filter(pk=dataset.pk).update(delivered_at=source.delivered_at)
    Dataset.objects.filter(pk=dataset.pk).update(filled_at=now())
    return [Filled(model.name, received, refused)]


def write_columns(model: AgreedDataset, known: Mapping[str, Any]) -> tuple[Composed, list[Jsonb]]:
    """Return the SQL of the new version's columns over the older table, and its parameters in their order.

    A column without a source is left out.

    Raises: FillingImpossible where a column names a source that isn't there.
    """
    written, values = [], []
    for column in model.columns:
        name = Identifier(column.name)
        if column.filled_with is not None:
            written.append(SQL("%s::jsonb AS {name}").format(name=name))
            values.append(Jsonb(read_constant(column)))
            continue
        source = column.filled_from or column.name
        if source in known:
            form = SQL(_FORMS.get(column.logical_type, _AS_IT_IS))
            written.append(form.format(source=Identifier(source), name=name))
        elif column.filled_from:
            raise FillingImpossible(column=column.name)
    if not written:
        raise FillingImpossible(column="*")
    return SQL(", ").join(written), values


def read_constant(column: Column) -> Any:
    """Return a column's written value as JSON data of its type; what doesn't fit stays a text, for the validator to refuse.

    >>> read_constant(Column("tahun", logical_type="integer", filled_with="2026"))
    2026
    """
    text = column.filled_with or ""
    if column.logical_type == "boolean" and text in ("true", "false"):
        return text == "true"
    if column.logical_type in ("integer", "number"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return int(number) if number == number.to_integral_value() else float(number)
    return text


def _read_parts(link: Connection[Any], source: Dataset, columns: Composed, values: Sequence[Jsonb]) -> Iterator[str]:
    """Yield the older rows as JSON arrays, in their order, each small enough for one delivery."""
    table = Identifier(source.schema_name, source.table_name)
    statement = SQL(_PART).format(columns=columns, table=table, size=Literal(PART_ROWS))
    last: int | None = 0
    while last is not None:
        row = link.execute(statement, [*values, last]).fetchone()
        rows, last = row if row is not None else ("[]", None)
        if last is not None:
            yield str(rows)


def _deliver(link: Connection[Any], publication: Publication, dataset: Dataset, rows: str) -> Any:
    content = rows.encode()
    envelope = Envelope(
        digest=hashlib.sha256(content).digest(),
        quarantine=open_quarantine(settings.HUB.SIMPUL_HOME / "keys"),
        person_id=publication.contract_version.frozen_by_id,
        file_name=FILE_NAME,
        # What the provider delivered to the new version already is newer.
        mode="ignore" if publication.compiled["datasets"][dataset.name]["key"] else "append",
    )
    sheet = open_rows(content, "rows.json", limit_bytes=BATCH_BYTES)
    return deliver(link, make_target(dataset.pk, publication.compiled, dataset.name), sheet, envelope)
