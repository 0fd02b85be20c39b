"""Long answers: whole, of one view of the data, in flat memory, and never taken for whole where they break."""

import asyncio
import csv
import io
import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from exchange_world import Process, Server, World, list_records, wait_until

from simpul.evidence.record import digest_body, name_end
from simpul.exchange.errors import AnswerCut
from simpul.exchange.limits import PAGE_ROWS, STREAMS
from simpul.exchange.stream import send_stream
from simpul.store.pools import connect

DESA = "/api/wilayah/v1/desa"
ROWS = 20_000


WIDE = 1_800
"""Names so long make a stream of all rows larger than every buffer on its way."""


def fill_many(world: World, rows: int, width: int = 50) -> None:
    """Put numbered rows into the live dataset, most of them with a name of that length."""
    table = f'"{world.schema["live"]}"."desa"'
    world.execute(f"TRUNCATE {table}")
    world.execute(
        f"INSERT INTO {table} (_version, _batch, kode, nama, jumlah) SELECT 1, 0, '63.05.' || lpad(n::text, 7, '0'),"
        " CASE WHEN n %% 3 = 0 THEN 'Désa \"Lama\", ' || n ELSE repeat('x', %s) END, nullif(n %% 100, 7)"
        " FROM generate_series(1, %s) AS n",
        [width, rows],
    )


@pytest.fixture(scope="module")
def full(world: World) -> World:
    """Give a world with many rows."""
    fill_many(world, ROWS)
    return world


@pytest.fixture(scope="module")
def served(full: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Give a running granian over them."""
    process = Process(full, tmp_path_factory.mktemp("served"))
    yield process
    process.kill()


def get_worker(process: Process) -> Path:
    """Return the folder in /proc of granian's one worker."""
    found = subprocess.run(["pgrep", "-P", str(process.process.pid)], capture_output=True, text=True, check=True)
    workers = [Path("/proc") / pid for pid in found.stdout.split()]
    return max(workers, key=read_peak)


def read_peak(folder: Path) -> int:
    """Return the most memory that a process ever had, in MB."""
    [line] = [line for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
def test_long_answer_has_every_row_in_each_form(full: World, server: Server, accept: str) -> None:
    answer = server.get(f"{DESA}?order=kode", full.keys["alice_live"], headers={"Accept": accept})
    assert (answer.status_code, "content-length" in answer.headers) == (200, False)
    assert answer.headers["content-type"].startswith(accept)
    if accept == "text/csv":
        rows: list[Any] = list(csv.DictReader(io.StringIO(answer.text)))
    elif accept == "application/json":
        rows = answer.json()
    else:
        assert answer.text.endswith("}\n")
        rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row["kode"] for row in rows] == [f"63.05.{n:07}" for n in range(1, ROWS + 1)]
    assert rows[2]["nama"] == 'Désa "Lama", 3'
    assert rows[6]["jumlah"] in {None, ""}


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson", "text/csv"])
def test_page_and_stream_write_rows_alike(full: World, server: Server, accept: str) -> None:
    key, headers = full.keys["bob_live"], {"Accept": accept}
    page = server.get(f"{DESA}?limit={PAGE_ROWS}&order=kode", key, headers=headers)
    stream = server.get(f"{DESA}?limit={PAGE_ROWS + 1}&order=kode", key, headers=headers)
    assert ("content-length" in page.headers, "content-length" in stream.headers) == (True, False)
    assert stream.text.startswith(page.text.rstrip("]\n"))


def test_counted_stream_tells_its_rows_before_they_leave(full: World, server: Server) -> None:
    query = f"{DESA}?limit=5000&offset=10&select=kode"
    answer = server.get(query, full.keys["alice_live"], headers={"Prefer": "count=exact"})
    assert (answer.status_code, answer.headers["content-range"]) == (206, f"10-5009/{ROWS}")
    assert len(answer.json()) == 5000
    assert server.get(DESA, full.keys["alice_live"]).headers["content-range"] == "*/*"


def test_stream_is_proven_by_a_start_and_an_end(full: World, server: Server) -> None:
    answer = server.get(f"{DESA}?select=nama", full.keys["bob_live"], headers={"Accept": "application/x-ndjson"})
    server.flush()
    uid = answer.headers["evidence-id"]
    records = {record["uid"]: record for record in list_records(full)}
    start, end = records[uid], records[str(name_end(UUID(uid)))]
    assert (start["phase"], start["rows"], start["response_digest"]) == ("start", None, "")
    assert (end["phase"], end["of"], end["rows"], end["code"]) == ("end", uid, ROWS, "")
    assert end["response_digest"] == digest_body(bytes.fromhex(answer.headers["evidence-salt"]), answer.content)
    assert end["columns"] == ["nama"]


def test_head_of_a_stream_reads_nothing_more(full: World, server: Server) -> None:
    answer = server.call("HEAD", DESA, full.keys["alice_live"], headers={"Prefer": "count=exact"})
    assert (answer.status_code, answer.headers["content-range"]) == (200, f"0-{ROWS - 1}/{ROWS}")
    assert "content-length" not in answer.headers


def test_stream_that_the_caller_has_already_is_not_sent_again(full: World, server: Server) -> None:
    first = server.get(DESA, full.keys["alice_live"])
    again = server.get(DESA, full.keys["alice_live"], headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_stream_shows_one_view_of_the_data(full: World, server: Server) -> None:
    """Rows that are deleted after the first piece has left still come."""
    pieces: list[bytes] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            pieces.append(message["body"])
            if len(pieces) == 1:
                await asyncio.to_thread(full.execute, f'DELETE FROM "{full.schema["live"]}"."desa" WHERE jumlah = 99')

    async def receive() -> Any:
        await asyncio.sleep(60)

    scope = {
        "type": "http", "method": "GET", "path": DESA, "raw_path": DESA.encode(), "query_string": b"select=kode",
        "headers": [(b"apikey", full.keys["alice_live"].text.encode())],
    }  # fmt: skip
    server.run(server.exchange(scope, receive, send))
    assert len(json.loads(b"".join(pieces))) == ROWS
    assert len(server.get(f"{DESA}?select=kode", full.keys["alice_live"]).json()) == ROWS - ROWS // 100
    fill_many(full, ROWS)


class _Piecewise:
    """A stream of pieces, for ever."""

    def __init__(self) -> None:
        self.is_closed = False

    async def run(self, write: Any) -> None:
        while True:
            await write(b"x" * 1000)

    async def close(self) -> None:
        self.is_closed = True


def test_caller_that_takes_nothing_is_cut_off() -> None:
    async def try_it() -> bool:
        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                await asyncio.sleep(60)

        async def receive() -> Any:
            await asyncio.sleep(60)

        stream = _Piecewise()
        with pytest.raises(AnswerCut):
            await send_stream({"type": "http.response.start"}, stream, receive, send, send_seconds=0.05)
        return stream.is_closed

    assert asyncio.run(try_it())


def test_caller_that_leaves_ends_the_stream() -> None:
    async def try_it() -> bool:
        async def send(message: Any) -> None:
            await asyncio.sleep(0)

        async def receive() -> Any:
            await asyncio.sleep(0.05)
            return {"type": "http.disconnect"}

        stream = _Piecewise()
        with pytest.raises(AnswerCut):
            await send_stream({"type": "http.response.start"}, stream, receive, send)
        return stream.is_closed

    assert asyncio.run(try_it())


def ask_slowly(served: Process, world: World, version: str = "1.1") -> socket.socket:
    """Ask for a stream over a connection that holds little, and read nothing yet."""
    caller = socket.socket()
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    caller.connect(("127.0.0.1", served.port))
    key = world.keys["alice_live"].text
    caller.sendall(f"GET {DESA} HTTP/{version}\r\nHost: x\r\napikey: {key}\r\n\r\n".encode())
    return caller


_BUSY = b"FROM pg_stat_activity WHERE application_name = 'simpul streams' AND state <> 'idle'"


def ask_database(world: World, statement: bytes) -> int:
    """Run a statement as the exchange's own role, which sees its own connections."""
    with connect(world.database.dsn("exchange"), autocommit=True) as connection:
        row = connection.execute(statement + _BUSY).fetchone()
    return int(row[0]) if row else 0


def count_streams(world: World) -> int:
    """Return how many streams the database works on."""
    return ask_database(world, b"SELECT count(*) ")


def break_streams(world: World) -> None:
    """Break every stream's connection to the database."""
    assert ask_database(world, b"SELECT count(pg_terminate_backend(pid)) ") == 1


def test_stream_that_breaks_has_no_end(full: World, served: Process) -> None:
    fill_many(full, ROWS, WIDE)
    try:
        caller = ask_slowly(served, full)
        wait_until(lambda: count_streams(full) == 1)
        break_streams(full)
        caller.settimeout(20)
        received = bytearray()
        try:
            while chunk := caller.recv(65536):
                received += chunk
        except ConnectionError:
            pass
        assert received.startswith(b"HTTP/1.1 200")
        assert not received.endswith(b"0\r\n\r\n")
        uid = next(line for line in received.split(b"\r\n") if line.startswith(b"evidence-id")).split(b": ")[1].decode()
        wait_until(lambda: any(record["of"] == uid for record in list_records(full)))
        [end] = [record for record in list_records(full) if record["of"] == uid]
        assert end["code"]
        assert 0 < end["rows"] < ROWS
    finally:
        fill_many(full, ROWS)


@pytest.mark.parametrize(("option", "code"), [("--http1.1", 18), ("--http2-prior-knowledge", 92)])
def test_curl_tells_a_broken_stream(full: World, served: Process, option: str, code: int) -> None:
    fill_many(full, ROWS, WIDE)
    try:
        command = ["curl", option, "--silent", "--limit-rate", "5M", "-H", f"apikey: {full.keys['alice_live'].text}"]
        asking = subprocess.Popen([*command, f"http://127.0.0.1:{served.port}{DESA}"], stdout=subprocess.DEVNULL)
        wait_until(lambda: count_streams(full) == 1)
        time.sleep(0.3)
        break_streams(full)
        assert asking.wait(60) == code
    finally:
        fill_many(full, ROWS)


def test_httpx_tells_a_broken_stream(full: World, served: Process) -> None:
    fill_many(full, ROWS, WIDE)
    try:
        key = {"apikey": full.keys["alice_live"].text}
        with served.client.stream("GET", DESA, headers=key) as answer:
            pieces = answer.iter_bytes(1000)
            next(pieces)
            break_streams(full)
            with pytest.raises(httpx.RemoteProtocolError):
                list(pieces)
    finally:
        fill_many(full, ROWS)


def test_old_protocol_gets_no_answer_that_could_break_unseen(full: World, served: Process) -> None:
    caller = ask_slowly(served, full, "1.0")
    caller.settimeout(20)
    received = b""
    while chunk := caller.recv(65536):
        received += chunk
    assert b" 426 " in received.splitlines()[0]
    assert b"SPLX52" in received


def test_slow_callers_leave_room_for_others(full: World, served: Process) -> None:
    fill_many(full, ROWS, WIDE)
    callers = [ask_slowly(served, full) for _ in range(STREAMS)]
    try:
        wait_until(lambda: count_streams(full) == STREAMS)
        key = {"apikey": full.keys["alice_live"].text}
        one_more = served.client.get(DESA, headers=key)
        assert (one_more.status_code, one_more.json()["code"]) == (503, "SPLX51")
        assert int(one_more.headers["retry-after"]) > 0
        assert served.client.get(f"{DESA}?limit=50", headers=key).status_code == 200
    finally:
        for caller in callers:
            caller.close()
    # Whoever leaves gives his place back, and his connection.
    wait_until(lambda: count_streams(full) == 0)
    fill_many(full, ROWS)
    wait_until(lambda: served.client.get(DESA, headers=key).status_code == 200)


def test_memory_stays_flat(full: World, tmp_path: Path, long: bool) -> None:
    rows = 1_000_000 if long else 60_000
    process = Process(full, tmp_path)
    try:
        key = {"apikey": full.keys["alice_live"].text, "Accept": "application/x-ndjson"}
        assert process.client.get(f"{DESA}?limit=2000", headers=key).status_code == 200
        worker = get_worker(process)
        before = read_peak(worker)
        fill_many(full, rows)
        counted = [0, 0]

        def follow(number: int) -> None:
            with httpx.stream("GET", f"http://127.0.0.1:{process.port}{DESA}", headers=key, timeout=120) as answer:
                counted[number] = sum(piece.count(b"\n") for piece in answer.iter_raw())

        threads = [threading.Thread(target=follow, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert counted == [rows, rows]
        assert read_peak(worker) < 200
        assert read_peak(worker) - before < 40
    finally:
        process.kill()
        fill_many(full, ROWS)
