"""A bench for the pipeline: a dataset of its own for each test, with a real table, reached as the exchange's role."""

import csv
import hashlib
import io
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simpul.contract.compile import compile_publication
from simpul.contract.ddl import compile_ddl
from simpul.contract.model import Column, Contract, Dataset
from simpul.delivery.envelope import Envelope
from simpul.delivery.formats import open_rows
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import Quarantine, open_quarantine
from simpul.delivery.report import BatchReport
from simpul.delivery.target import Target, make_target
from simpul.kernel.clock import now
from simpul.store.datasets import create_dataset_tables
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import SQL, Connection, Identifier

VILLAGES = (
    Column("kode", title="Kode Wilayah", key=True, required=True, length=13),
    Column("nama", title="Nama Wilayah", required=True, length=40),
    Column("penduduk", logical_type="integer", minimum=0),
    Column("tanggal", logical_type="date"),
    Column("surel", unique=True),
)
_numbers = itertools.count(1)


@dataclass
class Bench:
    """One dataset, ready for deliveries."""

    database: Database
    target: Target
    application_id: int
    quarantine: Quarantine

    def connect(self, role: str = "exchange", **options: Any) -> Connection[Any]:
        return connect(self.database.dsn(role), autocommit=True, **options)

    def envelope(self, content: bytes = b"", key: str | None = None, **more: Any) -> Envelope:
        digest = hashlib.sha256(content).digest()
        return Envelope(digest, self.quarantine, application_id=self.application_id, idempotency_key=key, **more)

    def send(
        self, content: bytes, name: str = "a.csv", *, key: str | None = None, role: str = "exchange", **more: Any
    ) -> BatchReport:
        with self.connect(role) as connection:
            return deliver(connection, self.target, open_rows(content, name), self.envelope(content, key, **more))

    def send_rows(self, rows: Iterable[Mapping[str, object]], **more: Any) -> BatchReport:
        return self.send(json.dumps(list(rows)).encode(), "a.json", **more)

    def send_table(self, header: Sequence[str], *rows: Sequence[object], **more: Any) -> BatchReport:
        return self.send(write_csv(header, rows), **more)

    def read(self, *columns: str) -> list[tuple[Any, ...]]:
        names = SQL(", ").join(map(Identifier, columns))
        with self.connect() as connection:
            query = SQL("SELECT {} FROM {} ORDER BY 1").format(names, Identifier(self.target.schema, self.target.table))
            return connection.execute(query).fetchall()

    def ask(self, query: str, *values: object) -> tuple[Any, ...]:
        with self.connect("owner") as connection:
            row = connection.execute(query, values).fetchone()
            assert row is not None
            return row

    @property
    def version(self) -> int:
        return int(self.ask("SELECT version FROM dataset WHERE id = %s", self.target.dataset_id)[0])

    @property
    def batches(self) -> int:
        return int(self.ask("SELECT count(*) FROM batch WHERE dataset_id = %s", self.target.dataset_id)[0])


DROP_CONTRACT_REFERENCE = """
DO $$ BEGIN EXECUTE (SELECT format('ALTER TABLE publication DROP CONSTRAINT %I', conname) FROM pg_constraint
WHERE conrelid = 'publication'::regclass AND confrelid = 'contract_version'::regclass); END $$
"""


def prepare(database: Database) -> Database:
    """Let publications be made without contracts, which come from cases; this bench has neither."""
    with connect(database.owner_dsn, autocommit=True) as connection:
        connection.execute(DROP_CONTRACT_REFERENCE)
    return database


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def make_bench(database: Database, columns: Sequence[Column] = VILLAGES) -> Bench:
    number = next(_numbers)
    contract = Contract(f"uji_{number}", datasets=(Dataset("desa", columns=tuple(columns)),), provider_code="dinkes")
    compiled = compile_publication(contract, "live")
    with connect(database.dsn("worker")) as connection:
        create_dataset_tables(connection, compile_ddl(contract, "live"))
    with connect(database.owner_dsn) as connection:
        dataset_id, application_id = _insert_rows(connection, contract, compiled)
    target = make_target(dataset_id, compiled, "desa")
    return Bench(database, target, application_id, open_quarantine(Path(database.keys)))


def _insert_rows(connection: Connection[Any], contract: Contract, compiled: dict[str, Any]) -> tuple[int, int]:
    made = now()
    organization = _insert(
        connection,
        "organization",
        code=contract.context,
        name="Dinas Contoh",
        kind="opd",
        valid_from=made.date(),
        address="",
        email="",
        phone="",
    )
    application = _insert(
        connection, "application", organization_id=organization, name="Aplikasi Contoh", created_at=made
    )
    publication = _insert(
        connection, "publication", contract_version_id=number_of(contract), context=contract.context, major=1, stage="live", state="aktif",
        compiled=json.dumps(compiled), problem="", created_at=made, updated_at=made,
    )  # fmt: skip
    table = compiled["datasets"]["desa"]
    dataset = _insert(
        connection,
        "dataset",
        publication_id=publication,
        name="desa",
        schema_name=table["schema"],
        table_name=table["table"],
    )
    return dataset, application


def number_of(contract: Contract) -> int:
    return int(contract.context.rpartition("_")[2])


def _insert(connection: Connection[Any], table: str, **values: object) -> int:
    names, places = SQL(", ").join(map(Identifier, values)), SQL(", ").join(SQL("%s") for _ in values)
    query = SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(Identifier(table), names, places)
    row = connection.execute(query, list(values.values())).fetchone()
    assert row is not None
    return int(row[0])
