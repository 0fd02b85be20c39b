"""A live service for measuring: one dataset, its provider's and a consumer's key, and the running exchange."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from simpul.contract.ddl import compile_ddl
from simpul.contract.model import Column, ConsumerTerms, Contract, Dataset
from simpul.contract.odcs import write_odcs
from simpul.kernel.clock import local, now
from simpul.kernel.settings import read_settings
from simpul.portal.cases.actions import open_case
from simpul.portal.contracts.models import Contract as Agreement
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person, Role, RoleAssignment
from simpul.portal.services.actions import go_live, keep_key, publish
from simpul.portal.services.models import ApiKey, Application, Publication
from simpul.portal.services.publishing import run_publication
from simpul.query.plan import Table
from simpul.store.datasets import create_dataset_tables
from simpul.store.launcher import Database
from simpul.store.pools import connect

CONTEXT, DATASET = "ukur", "wilayah"
PATH = f"/api/{CONTEXT}/v1/{DATASET}"
HEADER = ("kode", "nama", "jumlah", "luas", "dicatat")
READY_SECONDS = 60.0
COLUMNS = (
    Column("kode", title="Kode", key=True, required=True, length=20),
    Column("nama", title="Nama", required=True, length=80),
    Column("jumlah", title="Jumlah", logical_type="integer", minimum=0),
    Column("luas", title="Luas", logical_type="number"),
    Column("dicatat", title="Dicatat", logical_type="date"),
)


@dataclass(frozen=True)
class Service:
    """What a measurement needs of the service: keys, and where its table is."""

    provider_key: str
    consumer_key: str
    table: Table
    dataset_id: int


def make_rows(count: int) -> Iterator[tuple[str, str, int, float, str]]:
    """Return rows that satisfy the contract, each key once."""
    for number in range(count):
        yield f"K{number:08d}", f"Wilayah contoh {number}", number % 5000, number / 8, f"2026-{number % 12 + 1:02d}-15"


def make_service(database: Database) -> Service:
    """Publish the dataset live, empty, and give both organizations a key."""
    provider, consumer = (_make_organization(code) for code in ("penyedia", "pemanfaat"))
    person = Person.objects.create(name="Contoh Pengukur", email="ukur@contoh.invalid", organization=provider)
    RoleAssignment.objects.create(person=person, role=Role.OPD, valid_from=date(2020, 1, 1))
    contract = _make_contract(provider, consumer)
    # The tables are the worker's, as on a running hub.
    with connect(database.dsn("worker"), autocommit=True) as link:
        create_dataset_tables(link, compile_ddl(contract, "live"))
    publication = _publish(contract, provider, person)
    dataset = publication.datasets.get()
    keys = [_make_key(one) for one in (provider, consumer)]
    columns = publication.compiled["datasets"][DATASET]["columns"]
    table = Table(dataset.schema_name, dataset.table_name, {name: columns[name]["type"] for name in HEADER})
    return Service(keys[0], keys[1], table, dataset.pk)


def _make_organization(code: str) -> Organization:
    return Organization.objects.create(code=code, name=f"Dinas {code} (contoh)", valid_from=date(2020, 1, 1))


def _make_contract(provider: Organization, consumer: Organization) -> Contract:
    today = local(now()).date()
    terms = ConsumerTerms(
        consumer.code,
        DATASET,
        HEADER,
        purpose="Pengukuran",
        legal_basis="Perpres 39/2019",
        valid_until=(today + timedelta(days=30)).isoformat(),
    )
    dataset = Dataset(DATASET, "Wilayah", columns=COLUMNS)
    return Contract(
        CONTEXT,
        title="Layanan pengukuran",
        provider_code=provider.code,
        provider_name=provider.name,
        datasets=(dataset,),
        consumers=(terms,),
    )


def _publish(contract: Contract, provider: Organization, person: Person) -> Publication:
    case = open_case(person, provider, is_sample=True)
    version = ContractVersion.objects.create(
        contract=Agreement.objects.create(context=CONTEXT, title=contract.title, provider=provider),
        case=case,
        sequence=1,
        version=contract.version,
        state=ContractVersion.State.AGREED,
        definition=contract.to_dict(),
        odcs=write_odcs(contract),
        digest="0" * 64,
        frozen_at=now(),
        frozen_by=person,
    )
    with transaction.atomic():
        publication = publish(version, Publication.Stage.LIVE)
    run_publication(publication.pk)
    publication.refresh_from_db()
    if publication.state != Publication.State.VERIFICATION:
        raise RuntimeError(publication.problem)
    with transaction.atomic():
        go_live(publication, case)
    return publication


def _make_key(organization: Organization) -> str:
    application = Application.objects.create(organization=organization, name="Pengukuran")
    return keep_key(application, ApiKey.Stage.LIVE, None, now() + timedelta(hours=2)).text


@contextmanager
def running_exchange(
    database: Database, *, target: str = "", **settings_changed: str
) -> Iterator[http.client.HTTPConnection]:
    """Run the exchange as a hub runs it, and give a kept connection to it.

    Args: `target` is an application of the benchmark's own in its place; other names are settings.
    """
    settings = read_settings()
    own = ["-m", "benchmarks.serve", target]
    process = subprocess.Popen(  # noqa: S603 (our own list of arguments)
        [sys.executable, *(own if target else ["-m", "simpul.cli.child", "exchange", str(os.getpid())])],
        env=os.environ
        | {"SIMPUL_DSN": database.dsn("exchange"), "PYTHONPATH": os.pathsep.join(sys.path)}
        | settings_changed,
        start_new_session=True,
    )
    connection = http.client.HTTPConnection("127.0.0.1", settings.EXCHANGE_PORT, timeout=600)
    try:
        _wait(connection)
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.wait(15)


def _wait(connection: http.client.HTTPConnection) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            if fetch(connection, "/health/ready")[0] == 200:
                return
        except OSError:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError("the exchange didn't get ready")


def fetch(
    connection: http.client.HTTPConnection, path: str, key: str = "", body: bytes | None = None, media: str = ""
) -> tuple[int, bytes]:
    """Send one request on the kept connection; return status and body."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if media:
        headers["Content-Type"] = media
    connection.request("POST" if body is not None else "GET", path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()
