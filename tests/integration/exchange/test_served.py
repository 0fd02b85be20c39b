"""The exchange under the server that really runs it, and its SQL on each PostgreSQL major."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from exchange_world import Process, Server, World, build_world, list_records, wait_until

from simpul.store.launcher import Database


@pytest.fixture(scope="module")
def served(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Give a running granian."""
    process = Process(world, tmp_path_factory.mktemp("served"))
    yield process
    process.kill()


def ask(served: Process, method: str, target: str, **headers: str) -> http.client.HTTPResponse:
    """Send a target as it is spelled; clients of today mend it first."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection.getresponse()


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/wilayah/v1/desa", 200),
        ("/api/wilayah/v1/%64esa", 404),
        ("/api/wilayah/v1/desa%2Fbatches", 404),
        ("/api/wilayah/v1/x/../desa", 404),
        ("/api/wilayah//v1/desa", 404),
        ("/api/wilayah/v1/desa?nama=eq.%C3%A9", 200),
        ("/api/wilayah/v1/desa?nama=eq.%FF", 400),
    ],
)
def test_address_reaches_the_exchange_as_it_was_sent(world: World, served: Process, target: str, status: int) -> None:
    assert ask(served, "GET", target, apikey=world.keys["bob_live"].text).status == status


def test_head_and_stopping_work_under_the_server(world: World, served: Process) -> None:
    answer = ask(served, "HEAD", "/api/wilayah/v1/desa", apikey=world.keys["bob_live"].text)
    assert (answer.status, answer.read()) == (200, b"")


def test_server_stops_in_time_and_leaves_no_spool(world: World, tmp_path: Path) -> None:
    process = Process(world, tmp_path)
    assert (
        process.client.get("/api/wilayah/v1/desa", headers={"apikey": world.keys["bob_live"].text}).status_code == 200
    )
    process.process.terminate()
    assert process.process.wait(10) == 0
    assert not list((tmp_path / "spool").iterdir())


@pytest.fixture(scope="module")
def each_server(each_major: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, World]]:
    """Give a world and its exchange on each major."""
    made = build_world(each_major, tmp_path_factory.mktemp("hub"))
    server = Server(made.setup)
    yield server, made
    server.stop()
    wait_until(made.is_left)


def test_reading_and_delivering_work_on_each_major(each_server: tuple[Server, World]) -> None:
    server, world = each_server
    query = "select=kode,isi->luas&or=(nama.ilike.t*,jumlah.not.is.null)&order=jumlah.desc.nullslast&limit=2"
    read = server.get(f"/api/wilayah/v1/desa?{query}", world.keys["alice_live"], headers={"Prefer": "count=exact"})
    assert (read.status_code, read.headers["content-range"]) == (206, "0-1/4")
    table = server.get("/api/wilayah/v1/desa", world.keys["bob_live"], headers={"Accept": "text/csv"})
    assert len(table.text.splitlines()) == 4
    rows = [{"kode": "1", "nama": "Satu"}, {"kode": "2"}]
    sent = server.call("POST", "/sandbox/wilayah/v1/desa/batches", world.keys["alice_test"], json=rows)
    assert (sent.status_code, sent.json()["inserted"], sent.json()["refused"]) == (201, 1, 1)
    server.flush()
    assert len(list_records(world)) == 3
