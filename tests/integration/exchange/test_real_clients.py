"""The unmodified clients that programmers install, on a running exchange: postgrest-py writes, and both npm clients.

The npm clients are pinned with their digests in `clients/package-lock.json` and installed outside the tree.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from exchange_world import Process, World, fill
from postgrest import APIError, CountMethod, ReturnMethod, SyncPostgrestClient
from postgrest._sync.request_builder import SyncRequestBuilder

from npm_clients import CLIENTS, install_clients


@pytest.fixture(scope="module")
def process(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Give a running granian."""
    made = Process(world, tmp_path_factory.mktemp("served"))
    yield made
    made.kill()


# postgrest-py


@pytest.fixture
def desa(world: World, process: Process) -> Iterator[SyncRequestBuilder]:
    """Give the client's builder for the dataset, with the provider's key."""
    fill(world, "live")
    key = world.keys["alice_live"].text
    address = f"http://127.0.0.1:{process.port}/api/wilayah/v1"
    with SyncPostgrestClient(address, headers={"apikey": key, "Authorization": f"Bearer {key}"}) as client:
        yield client.from_("desa")


def test_python_inserts_and_sees_its_rows(desa: SyncRequestBuilder) -> None:
    one = desa.insert({"kode": "80.01", "nama": "Satu", "jumlah": 1}).execute()
    assert [(row["kode"], row["isi"]) for row in one.data] == [("80.01", None)]
    two = desa.insert([{"kode": "80.02", "nama": "Dua"}, {"kode": "80.03", "nama": "Tiga"}], count=CountMethod.exact)
    assert two.execute().count == 2
    quiet = desa.insert({"kode": "80.04", "nama": "Empat"}, returning=ReturnMethod.minimal).execute()
    assert quiet.data == []
    uneven = desa.insert([{"kode": "80.05", "nama": "Lima"}, {"kode": "80.06", "nama": "Enam", "jumlah": 6}]).execute()
    assert [row["jumlah"] for row in uneven.data] == [None, 6]


def test_python_upserts_by_the_key(desa: SyncRequestBuilder) -> None:
    rows = [{"kode": "63.05.01", "nama": "Baru"}, {"kode": "80.01", "nama": "Satu"}]
    assert {row["kode"]: row["jumlah"] for row in desa.upsert(rows).execute().data} == {"63.05.01": 100, "80.01": None}
    ignored = desa.upsert([{"kode": "63.05.01", "nama": "Tidak"}], ignore_duplicates=True, on_conflict="kode").execute()
    assert ignored.data == []
    assert desa.select("nama").eq("kode", "63.05.01").single().execute().data == {"nama": "Baru"}


def test_python_updates_and_deletes_what_it_filters(desa: SyncRequestBuilder) -> None:
    changed = desa.update({"jumlah": 3}, count=CountMethod.exact).like("kode", "63.04%").execute()
    assert (changed.count, [row["jumlah"] for row in changed.data]) == (2, [3, 3])
    gone = desa.delete().in_("kode", ["63.04.01", "0"]).execute()
    assert [row["kode"] for row in gone.data] == ["63.04.01"]
    assert desa.select("*", count=CountMethod.exact, head=True).execute().count == 4


def test_python_is_told_why_a_write_is_refused(desa: SyncRequestBuilder) -> None:
    refused = {
        "23505": desa.insert({"kode": "63.05.01", "nama": "Lagi"}),
        "23514": desa.insert({"kode": "80.01", "nama": "Salah", "jumlah": -1}),
        "PGRST204": desa.update({"tidak_ada": 1}).eq("kode", "63.05.01"),
        "21000": desa.delete(),
    }
    for code, request in refused.items():
        with pytest.raises(APIError) as caught:
            request.execute()
        assert (caught.value.code, bool(caught.value.hint)) == (code, True)


# @supabase/postgrest-js and ra-data-postgrest


@pytest.fixture(scope="module")
def clients(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder where the npm clients are installed; skip, saying so, where that can't be."""
    return install_clients(pytestconfig, tmp_path_factory.mktemp("npm-clients"))


@pytest.fixture(scope="module")
def told(clients: Path, world: World, process: Process) -> dict[str, Any]:
    """Give what each step of `clients/exercise.mjs` gave."""
    fill(world, "live")
    environment = os.environ | {
        "CLIENTS": str(clients),
        "ADDRESS": f"http://127.0.0.1:{process.port}/api/wilayah/v1",
        "KEY": world.keys["alice_live"].text,
    }
    done = subprocess.run(
        ["node", str(CLIENTS / "exercise.mjs")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


SUPABASE = {
    "filters": (200, [{"kode": "63.05.02"}], None),
    "or": (200, [{"kode": "63.04.02"}, {"kode": "63.05.03"}], None),
    "count": (200, None, 5),
    "counted": (206, [{"kode": "63.04.02"}, {"kode": "63.05.01"}], 5),
    "single": (200, {"kode": "63.05.01", "nama": "Tapin Utara"}, None),
    "none": (200, None, None),
    "csv": (200, "kode,jumlah\n63.04.01,999\n63.04.02,7\n", None),
    "insert": (201, None, None),
    "inserted": (201, [{"kode": "80.02", "jumlah": None}, {"kode": "80.03", "jumlah": 3}], 2),
    "upsert": (
        201,
        [{"kode": "80.01", "nama": "Satu baru", "jumlah": 1}, {"kode": "80.04", "nama": "Empat", "jumlah": None}],
        None,
    ),
    "upsertOn": (200, {"nama": "Pada kunci"}, None),
    "ignored": (201, [{"kode": "80.05"}], None),
    "update": (200, [{"kode": "80.01", "jumlah": 9}, {"kode": "80.02", "jumlah": 9}], 2),
    "updated": (200, {"luas": 3}, None),
    "delete": (204, None, 1),
    "deleted": (200, [{"kode": f"80.0{number}"} for number in range(1, 5)], None),
}


@pytest.mark.parametrize("step", SUPABASE)
def test_supabase_client_gets_what_it_asks_for(told: dict[str, Any], step: str) -> None:
    answer = told[f"supabase.{step}"]
    assert answer["error"] is None
    assert (answer["status"], answer["data"], answer["count"]) == SUPABASE[step]


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [("many", 406, "PGRST116"), ("conflict", 409, "23505"), ("refused", 400, "23514"), ("updateAll", 400, "21000")],
)
def test_supabase_client_is_told_why_it_is_refused(told: dict[str, Any], step: str, status: int, code: str) -> None:
    answer = told[f"supabase.{step}"]
    assert (answer["status"], answer["error"]["code"]) == (status, code)
    assert answer["error"]["message"]
    assert answer["error"]["hint"]


def test_react_admin_lists_and_gets(told: dict[str, Any]) -> None:
    listed = told["admin.getList"]
    assert ([row["id"] for row in listed["data"]], listed["total"]) == (["63.05.01", "63.05.02"], 5)
    assert [row["id"] for row in told["admin.getListFiltered"]["data"]] == ["63.05.01"]
    assert told["admin.getOne"]["data"]["nama"] == "Tapin Utara"
    assert sorted(row["id"] for row in told["admin.getMany"]["data"]) == ["63.04.01", "63.05.02"]
    assert told["admin.getOneMissing"]["thrown"]["status"] == 406


def test_react_admin_creates_updates_and_deletes(told: dict[str, Any]) -> None:
    assert told["admin.create"]["data"]["id"] == "81.01"
    assert told["admin.update"]["data"] == {**told["admin.create"]["data"], "nama": "Lain"}
    assert sorted(told["admin.updateMany"]["data"]) == ["63.05.02", "81.01"]
    assert told["admin.delete"]["data"]["jumlah"] == 4
    assert told["admin.deleteMany"]["data"] == ["63.05.02"]
    refused = told["admin.createRefused"]["thrown"]
    assert (refused["status"], refused["body"]["code"]) == (400, "23514")
