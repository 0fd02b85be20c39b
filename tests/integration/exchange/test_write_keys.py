"""Writes by other keys: of two columns, by a unique column, and without any key."""

import json
from typing import Any

import httpx
import pytest
from exchange_world import Server, World, add_grant

from simpul.contract.compile import compile_publication
from simpul.contract.ddl import compile_ddl
from simpul.contract.model import Column, Contract, Dataset
from simpul.store.datasets import create_dataset_tables
from simpul.store.pools import connect
from simpul.store.sql import Jsonb

CONTRACT = Contract(
    "tulis",
    "1.0.0",
    "Data tulis",
    provider_code="DUKCAPIL",
    provider_name="Dinas Contoh",
    datasets=(
        Dataset(
            "warga",
            columns=(
                Column("nomor", logical_type="integer", key=True, required=True),
                Column("tanggal", logical_type="date", key=True, required=True),
                Column("surel", unique=True, length=40),
                Column("nama", length=40),
            ),
        ),
        Dataset("catatan", columns=(Column("isi", length=40), Column("nilai", logical_type="integer"))),
        Dataset("kartu", columns=(Column("nomor", unique=True), Column("isi"))),
    ),
)
BASE = "/sandbox/tulis/v1"
ONE = {"nomor": 1, "tanggal": "2026-01-31", "surel": "satu@contoh.test", "nama": "Satu"}
TWO = {"nomor": 2, "tanggal": "2026-01-31", "surel": "dua@contoh.test", "nama": "Dua"}
REPRESENTATION = {"Prefer": "return=representation"}
MERGE = {"Prefer": "resolution=merge-duplicates, return=representation"}
IGNORE = {"Prefer": "resolution=ignore-duplicates, return=representation"}


@pytest.fixture(scope="module")
def published(world: World, server: Server) -> str:
    """Publish the contract in the world's sandbox; give its schema."""
    with connect(world.database.dsn("worker"), autocommit=True) as connection:
        create_dataset_tables(connection, compile_ddl(CONTRACT, "sandbox"))
    compiled = compile_publication(CONTRACT, "sandbox")
    compiled["provider"] = {"code": "DUKCAPIL", "name": "Dinas Contoh", "id": 1}
    [(publication_id,)] = world.execute(
        "INSERT INTO publication (contract_version_id, context, major, stage, state, compiled, problem, created_at,"
        " updated_at) VALUES (1, 'tulis', 1, 'sandbox', 'terbuka', %s, '', now(), now()) RETURNING id",
        [Jsonb(compiled)],
    )
    for dataset in CONTRACT.datasets:
        facts = compiled["datasets"][dataset.name]
        [(dataset_id,)] = world.execute(
            "INSERT INTO dataset (publication_id, name, schema_name, table_name) VALUES (%s, %s, %s, %s) RETURNING id",
            [publication_id, dataset.name, facts["schema"], facts["table"]],
        )
        world.datasets[f"tulis/{dataset.name}"] = dataset_id
        names = [column.name for column in dataset.columns]
        add_grant(world, f"tulis/{dataset.name}", 1, "penyedia", names, "", ["read", "deliver"])
    server.reload()
    return str(compiled["datasets"]["warga"]["schema"])


class Place:
    """The datasets of this module, written by Alice's program."""

    def __init__(self, server: Server, world: World) -> None:
        self.server, self.key = server, world.keys["alice_test"]

    def send(self, method: str, path: str, rows: Any = None, headers: dict[str, str] | None = None) -> httpx.Response:
        content = None if rows is None else json.dumps(rows).encode()
        given = {"Content-Type": "application/json", **(headers or {})}
        return self.server.call(method, f"{BASE}/{path}", self.key, content=content, headers=given)

    def read(self, path: str) -> Any:
        return self.server.get(f"{BASE}/{path}", self.key).json()


@pytest.fixture
def place(server: Server, world: World, published: str) -> Place:
    for dataset in CONTRACT.datasets:
        world.execute(f'DELETE FROM "{published}"."{dataset.name}"')
    return Place(server, world)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_key_of_two_columns_addresses_and_upserts_one_row(place: Place) -> None:
    made = place.send("POST", "warga", ONE, {"Prefer": "return=headers-only"})
    assert made.headers["location"] == f"{BASE}/warga?nomor=eq.1&tanggal=eq.2026-01-31"
    put = place.send("PUT", "warga?tanggal=eq.2026-01-31&nomor=eq.1", {**ONE, "nama": "Lagi"}, REPRESENTATION)
    assert (put.status_code, put.json()) == (200, [{**ONE, "nama": "Lagi"}])
    assert refusal(place.send("PUT", "warga?nomor=eq.1", ONE)) == (405, "PGRST105")
    assert refusal(place.send("PUT", "warga?tanggal=eq.2026-02-01&nomor=eq.1", ONE)) == (400, "PGRST115")
    merged = place.send("POST", "warga?on_conflict=tanggal,nomor", [{**ONE, "nama": "Tiga"}], MERGE)
    assert (merged.status_code, merged.json()) == (200, [{**ONE, "nama": "Tiga"}])


def test_unique_column_may_stand_for_the_key(place: Place) -> None:
    place.send("POST", "warga", [ONE, TWO])
    merged = place.send("POST", "warga?on_conflict=surel&select=nomor,nama", [{**ONE, "nama": "Baru"}], MERGE)
    assert (merged.status_code, merged.json()) == (200, [{"nomor": 1, "nama": "Baru"}])
    other_key = {**ONE, "nomor": 9}
    refused = place.send("POST", "warga?on_conflict=surel", [other_key], MERGE)
    assert refused.status_code == 400
    other_value = {**ONE, "surel": "lain@contoh.test"}
    assert refusal(place.send("POST", "warga?on_conflict=surel", [other_value], MERGE)) == (409, "23505")
    ignored = place.send("POST", "warga?on_conflict=surel", [other_key, {**TWO, "nomor": 3, "surel": None}], IGNORE)
    assert (ignored.status_code, [row["nomor"] for row in ignored.json()]) == (201, [3])
    assert len(place.read("warga?select=nomor")) == 3


def test_unique_value_of_another_row_is_a_conflict(place: Place) -> None:
    place.send("POST", "warga", [ONE, TWO])
    assert refusal(place.send("POST", "warga", {**ONE, "nomor": 3})) == (409, "23505")
    assert refusal(place.send("PATCH", "warga?nomor=eq.2", {"surel": ONE["surel"]})) == (409, "23505")
    assert refusal(place.send("PATCH", "warga?nomor=gt.0", {"surel": "x@contoh.test"})) == (409, "23505")
    assert place.send("PATCH", "warga?nomor=eq.2", {"surel": TWO["surel"]}).status_code == 204


@pytest.mark.parametrize("path", ["warga?on_conflict=nama", "warga?on_conflict=nomor", "catatan?on_conflict=isi"])
def test_on_conflict_of_no_unique_group_is_refused(place: Place, path: str) -> None:
    assert refusal(place.send("POST", path, [ONE] if "warga" in path else [{"isi": "a"}], MERGE)) == (400, "42P10")


@pytest.mark.parametrize("headers", [REPRESENTATION, MERGE, IGNORE])
def test_rows_without_a_key_are_always_new(place: Place, headers: dict[str, str]) -> None:
    rows = [{"isi": "a", "nilai": 1}, {"isi": "a", "nilai": 1}]
    for _ in range(2):
        answer = place.send("POST", "catatan", rows, headers)
        assert (answer.status_code, answer.json()) == (201, rows)
    assert len(place.read("catatan")) == 4


def test_rows_without_a_key_are_changed_and_deleted_by_filter(place: Place) -> None:
    place.send("POST", "catatan", [{"isi": "a", "nilai": 1}, {"isi": "a", "nilai": 2}, {"isi": None, "nilai": 3}])
    changed = place.send("PATCH", "catatan?nilai=gt.1&select=isi,nilai&order=nilai", {"isi": "b"}, REPRESENTATION)
    assert changed.json() == [{"isi": "b", "nilai": 2}, {"isi": "b", "nilai": 3}]
    gone = place.send("DELETE", "catatan?isi=eq.b", headers={"Prefer": "count=exact"})
    assert gone.headers["content-range"] == "*/2"
    assert place.read("catatan") == [{"isi": "a", "nilai": 1}]
    assert refusal(place.send("PUT", "catatan?isi=eq.a", {"isi": "a"})) == (405, "PGRST105")


def test_unique_column_upserts_where_there_is_no_key(place: Place) -> None:
    place.send("POST", "kartu", [{"nomor": "1", "isi": "a"}])
    rows = [{"nomor": "1", "isi": "b"}, {"nomor": "2", "isi": "c"}, {"nomor": None, "isi": "d"}]
    merged = place.send("POST", "kartu?on_conflict=nomor&order=isi", rows, MERGE)
    assert (merged.status_code, merged.json()) == (201, rows)
    assert [row["isi"] for row in place.read("kartu?order=isi")] == ["b", "c", "d"]
    assert refusal(place.send("POST", "kartu", {"nomor": "2", "isi": "e"})) == (409, "23505")
