"""A database that goes away and comes back, and an exchange that is killed in the middle of batches."""

import contextlib
import json
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from exchange_world import Process, Server, World, fill, wait_until

from simpul.exchange.hub import Setup

DESA = "/api/wilayah/v1/desa"
ROWS = 1500


class Door:
    """A TCP relay before the database that can be shut: new connections are refused, open ones cut."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = 0
        self._listener: socket.socket | None = None
        self._open: list[socket.socket] = []

    def open(self) -> None:
        """Let connections through, always on the same port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port, self._listener = listener.getsockname()[1], listener
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def shut(self) -> None:
        """Cut every connection and take no more."""
        assert self._listener is not None
        for item in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                item.shutdown(socket.SHUT_RDWR)
            item.close()
        self._open.clear()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                inside = listener.accept()[0]
                outside = socket.create_connection(self.target)
            except OSError:
                return
            self._open += [inside, outside]
            for pair in ((inside, outside), (outside, inside)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for item in (source, sink):
            with contextlib.suppress(OSError):
                item.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def door(world: World) -> Iterator[Door]:
    """Give an open door to the world's database."""
    url = httpx.URL(world.database.dsn("exchange"))
    made = Door(url.host, url.port or 5432)
    made.open()
    yield made
    made.shut()


def test_database_away_is_503_and_recovers_by_itself(world: World, door: Door, tmp_path: Path) -> None:
    dsn = str(httpx.URL(world.database.dsn("exchange")).copy_with(host="127.0.0.1", port=door.port))
    server = Server(Setup(dsn, tmp_path, "http://exchange.test"))
    key = world.keys["bob_live"]
    try:
        wait_until(lambda: server.get(DESA, key).status_code == 200)
        before = server.call("POST", f"{DESA}/batches", world.keys["alice_live"], json=[{"kode": "63.05.01"}])
        server.flush()
        door.shut()
        answers = [server.get(DESA, key) for _ in range(2)]
        sent = server.call("POST", f"{DESA}/batches", world.keys["alice_live"], json=[{"kode": "1", "nama": "x"}])
        assert [answer.status_code for answer in (*answers, sent)] == [503] * 3
        assert all(answer.headers["retry-after"] for answer in (*answers, sent))
        assert server.get("/health/live").status_code == 200
        assert server.get("/health/ready").status_code == 503
        door.open()
        wait_until(lambda: server.get(DESA, key).status_code == 200)
        wait_until(lambda: server.get("/health/ready").status_code == 200)
        # The first delivery afterwards isn't answered by a connection that broke meanwhile.
        after = server.call("POST", f"{DESA}/batches", world.keys["alice_live"], json=[{"kode": "63.05.01"}])
        assert (before.status_code, after.status_code) == (422, 422)
        # What was answered while the database was away is in it now.
        uids = [answer.headers["evidence-id"] for answer in (*answers, sent)]
        wait_until(lambda: world.execute("SELECT count(*) FROM evidence WHERE uid = ANY(%s::uuid[])", [uids]) == [(3,)])
    finally:
        server.stop()


def test_start_without_a_database_serves_once_it_is_there(world: World, door: Door, tmp_path: Path) -> None:
    dsn = str(httpx.URL(world.database.dsn("exchange")).copy_with(host="127.0.0.1", port=door.port))
    door.shut()
    server = Server(Setup(dsn, tmp_path, "http://exchange.test"))
    try:
        answer = server.get(DESA, world.keys["bob_live"])
        assert (answer.status_code, answer.json()["code"]) == (503, "SPLX09")
        door.open()
        wait_until(lambda: server.get(DESA, world.keys["bob_live"]).status_code == 200)
    finally:
        server.stop()


def count_rows(world: World) -> tuple[int, int, int]:
    """Return rows of batches in the table, batches recorded, and evidence of batches."""
    table = f'"{world.schema["sandbox"]}"."desa"'
    [(rows,)] = world.execute(f"SELECT count(*) FROM {table} WHERE _batch > 0")
    [(batches,)] = world.execute("SELECT count(*) FROM batch")
    [(evidence,)] = world.execute(
        "SELECT count(*) FROM evidence WHERE record::json->>'operation' = 'deliver' AND status = 201"
    )
    return rows, batches, evidence


def test_kill_in_the_middle_of_batches_leaves_each_whole_or_absent(world: World, tmp_path: Path, long: bool) -> None:
    fill(world, "sandbox")
    before = count_rows(world)
    chance = random.Random(2026)
    kills, acknowledged, sent = (50 if long else 4), [], 0
    for _ in range(kills):
        process = Process(world, tmp_path)
        timer = threading.Timer(chance.uniform(0.02, 0.5), process.kill)
        timer.start()
        try:
            while True:
                key = f"batch-{sent}"
                rows = [{"kode": f"{sent}.{number}", "nama": "Desa", "jumlah": number} for number in range(ROWS)]
                sent += 1
                answer = process.client.post(
                    "/sandbox/wilayah/v1/desa/batches",
                    content=json.dumps(rows),
                    headers={
                        "Authorization": f"Bearer {world.keys['alice_test'].text}",
                        "Content-Type": "application/json",
                        "Idempotency-Key": key,
                    },
                )
                assert answer.status_code == 201, answer.text
                acknowledged.append((key, rows, answer.json()))
        except httpx.HTTPError:
            timer.join()
    process = Process(world, tmp_path)
    # A server process whose client was killed may just be ending its last transaction.
    wait_until(lambda: world.execute("SELECT count(*) FROM pg_locks WHERE relation = 'batch'::regclass") == [(0,)])
    try:
        rows, batches, evidence = (after - first for after, first in zip(count_rows(world), before, strict=True))
        assert rows == batches * ROWS
        assert evidence == batches
        assert len(acknowledged) <= batches <= sent
        # Whatever was acknowledged gives its first answer again.
        for key, content, first in acknowledged[-3:]:
            again = process.client.post(
                "/sandbox/wilayah/v1/desa/batches",
                content=json.dumps(content),
                headers={
                    "apikey": world.keys["alice_test"].text,
                    "Content-Type": "application/json",
                    "Idempotency-Key": key,
                },
            )
            assert (again.status_code, again.json()) == (201, first)
    finally:
        process.kill()


def test_reads_answered_by_a_killed_process_are_in_the_evidence(world: World, tmp_path: Path) -> None:
    process = Process(world, tmp_path)
    headers = {"apikey": world.keys["bob_live"].text}
    uids = [process.client.get(DESA, headers=headers).headers["evidence-id"] for _ in range(30)]
    process.kill()
    process = Process(world, tmp_path)
    try:
        statement = "SELECT count(*) FROM evidence WHERE uid = ANY(%s::uuid[])"
        wait_until(lambda: world.execute(statement, [uids]) == [(30,)])
        wait_until(lambda: len(list((tmp_path / "spool").glob("*.spool"))) == 1)
    finally:
        process.kill()
