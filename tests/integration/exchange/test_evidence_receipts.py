"""A caller gets a receipt that proves its call without the hub; failed, cut and streamed calls leave their rows too."""

import asyncio
import contextlib
import json
import os
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from exchange_world import Process, Server, World, wait_until

from simpul.evidence.receipt import check_receipt, read_receipt
from simpul.evidence.record import BROKEN, BodyDigest, is_body, name_end
from simpul.exchange.call import Call
from simpul.exchange.http import Request
from simpul.exchange.prove import end_row, start_row
from simpul.exchange.seal_keys import open_last_key
from simpul.exchange.sealer import seal_waiting
from simpul.store.pools import connect, open_pool

DESA = "/api/wilayah/v1/desa"
RECEIPT = {"Prefer": "receipt"}


def find_records(world: World, uid: object) -> list[dict[str, Any]]:
    rows = world.execute("SELECT record FROM evidence WHERE uid = %s", [str(uid)])
    return [json.loads(row[0]) for row in rows]


def seal(world: World) -> bytes:
    """Seal all that waits by the worker's role; return the public key."""
    with connect(world.database.dsn("worker"), autocommit=True) as connection:
        key = open_last_key(connection, world.home / "keys")
        while seal_waiting(connection, key, everything=True):
            pass
    return key.public


def find_path(answer: httpx.Response) -> str:
    """Return the path of an answer's receipt."""
    found = re.search(r'<http://exchange\.test(/receipts/[^>]+)>; rel="receipt"', answer.headers["link"])
    assert found is not None
    return found[1]


def test_receipt_is_durable_before_the_answer_and_proves_it_later(server: Server, world: World) -> None:
    answer = server.get(f"{DESA}?limit=1", world.keys["bob_live"], headers=RECEIPT)
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "receipt")
    [record] = find_records(world, answer.headers["evidence-id"])  # nothing was flushed
    assert is_body(bytes.fromhex(answer.headers["evidence-salt"]), answer.content, record["response_digest"])
    path = find_path(answer)
    waiting = server.get(path, world.keys["bob_live"])
    assert (waiting.status_code, waiting.json()["state"]) == (202, "waiting")
    assert waiting.headers["retry-after"] == "5"
    public = seal(world)
    given = server.get(path, world.keys["bob_live"])
    assert given.status_code == 200
    receipt = read_receipt(given.content)
    assert check_receipt(receipt, [public]) == []
    assert str(receipt.call.uid) == answer.headers["evidence-id"]


def test_receipt_is_read_by_the_caller_and_the_provider_alone(server: Server, world: World) -> None:
    path = find_path(server.get(f"{DESA}?limit=1", world.keys["bob_live"], headers=RECEIPT))
    statuses = {name: server.get(path, world.keys[name]).status_code for name in world.keys}
    assert statuses == {
        "alice_live": 202,
        "alice_test": 202,
        "bob_live": 202,
        "bob_test": 202,
        "charlie_live": 404,
        "charlie_test": 404,
    }
    assert server.get(path).json()["code"] == "SPLA01"
    absent = server.get("/receipts/00000000-0000-0000-0000-000000000000", world.keys["bob_live"])
    assert (absent.status_code, absent.json()["code"]) == (404, "SPLX12")
    assert server.get("/receipts/x", world.keys["bob_live"]).json()["code"] == "PGRST125"
    assert server.call("POST", path, world.keys["bob_live"]).status_code == 405


def test_refusals_and_writes_give_receipts_too(server: Server, world: World) -> None:
    bob, alice = world.keys["bob_live"], world.keys["alice_live"]
    answers = [
        server.get(f"{DESA}?nik_kades=eq.1", bob, headers=RECEIPT),
        server.get(DESA, world.keys["charlie_live"], headers=RECEIPT),
        server.call("POST", f"{DESA}/batches", alice, json=[{"kode": "1"}], headers=RECEIPT),
        server.call("POST", f"{DESA}/batches", alice, json=[{"kode": "1", "nama": "x"}], headers=RECEIPT),
        server.get(f"{DESA}?limit=1", bob, headers={"Prefer": "count=exact, receipt, handling=strict"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 403, 422, 201, 206]
    assert all(find_records(world, answer.headers["evidence-id"]) for answer in answers)
    assert all("receipt" in answer.headers["preference-applied"].split(", ") for answer in answers)
    unknown = server.get(DESA, headers=RECEIPT)
    assert (unknown.status_code, "link" in unknown.headers) == (401, False)  # nobody could read it


def test_no_receipt_without_a_durable_row(server: Server, world: World) -> None:
    hub = server.exchange.hub
    assert hub is not None
    closed = open_pool(world.database.dsn("exchange"), 1, name="closed")
    closed.close()
    real, hub.writers = hub.writers, closed
    try:
        answer = server.get(f"{DESA}?limit=1", world.keys["bob_live"], headers=RECEIPT)
        plain = server.get(f"{DESA}?limit=1", world.keys["bob_live"])
    finally:
        hub.writers = real
    assert (answer.status_code, answer.json()["code"]) == (503, "SPLX08")
    assert "link" not in answer.headers
    assert plain.status_code == 200
    server.flush()
    [record] = find_records(world, answer.headers["evidence-id"])
    assert (record["status"], record["code"]) == (503, "SPLX08")


def make_call(world: World, prefer: str = "") -> Call:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    headers = {"prefer": prefer} if prefer else {}
    return Call(Request("GET", DESA, b"", headers, receive))


@pytest.mark.parametrize(("complete", "code"), [(True, ""), (False, BROKEN)])
def test_stream_has_a_row_before_its_first_byte_and_one_after_its_last(
    server: Server, world: World, complete: bool, code: str
) -> None:
    hub = server.exchange.hub
    assert hub is not None
    call = make_call(world)
    headers = server.run(start_row(hub, call))
    assert headers["evidence-id"] == str(call.uid)
    server.flush()
    [start] = find_records(world, call.uid)
    digest = BodyDigest(call.salt)
    for piece in (b'{"kode":1}\n', b'{"kode":2}\n'):
        digest.update(piece)
    end_row(hub, call, digest.read(), 2, complete)
    server.flush()
    [end] = find_records(world, name_end(call.uid))
    assert (start["phase"], start["rows"], start["response_digest"]) == ("start", None, "")
    assert (end["phase"], end["rows"], end["of"], end["code"]) == ("end", 2, str(call.uid), code)
    assert is_body(call.salt, b'{"kode":1}\n{"kode":2}\n', end["response_digest"])


def test_stream_with_a_receipt_is_durable_before_its_first_byte(server: Server, world: World) -> None:
    hub = server.exchange.hub
    assert hub is not None
    snapshot = hub.get_snapshot()
    call = make_call(world, "receipt")
    call.key = snapshot.keys[world.keys["bob_live"].key_id]
    headers = server.run(start_row(hub, call))
    assert find_records(world, call.uid)
    path = headers["link"].split(">")[0].removeprefix("<http://exchange.test")
    end_row(hub, call, "", 0, True)
    server.flush()
    public = seal(world)
    start = server.get(path, world.keys["bob_live"])
    end = server.get(start.json()["end"].removeprefix("http://exchange.test"), world.keys["bob_live"])
    assert end.json()["start"].endswith(path)
    assert [check_receipt(read_receipt(one.content), [public]) for one in (start, end)] == [[], []]


def send_torn(server: Server, world: World, pieces: list[bytes]) -> None:
    """POST a body that ends in the middle, as a caller does whose connection breaks."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.disconnect"})
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    server.run(server.exchange(make_scope(world, "POST", f"{DESA}/batches"), receive, send))


def make_scope(world: World, method: str, path: str) -> dict[str, Any]:
    key = world.keys["alice_live"].text.encode()
    headers = [(b"apikey", key), (b"content-type", b"application/json")]
    return {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}


def list_new(world: World, before: int) -> list[tuple[int, str, str]]:
    """Return status, code and operation of each row after a number of rows."""
    rows = world.execute("SELECT record FROM evidence WHERE id > %s ORDER BY id", [before])
    return [(one["status"], one["code"], one["operation"]) for one in (json.loads(row[0]) for row in rows)]


def count_rows(server: Server, world: World) -> int:
    server.flush()
    [(newest,)] = world.execute("SELECT coalesce(max(id), 0) FROM evidence")
    return int(newest)


def test_each_failed_write_leaves_exactly_one_row(server: Server, world: World) -> None:
    before = count_rows(server, world)
    alice = world.keys["alice_live"]

    def post(body: bytes, **headers: str) -> int:
        told = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return server.call("POST", f"{DESA}/batches", alice, content=body, headers=told).status_code

    assert post(b'[{"kode": "1"}]') == 422  # every row refused: a batch, rolled into its report
    assert post(b'[{"kode": "7", "nama": "x"}]', Idempotency_Key="receipts-1") == 201
    assert post(b'[{"kode": "8", "nama": "x"}]', Idempotency_Key="receipts-1") in (409, 422)  # the key is another's
    assert post(b'[{"kode": ') in (400, 422)  # no JSON
    assert post(b"<x/>", Content_Type="text/xml") == 415
    assert server.call("POST", f"{DESA}/batches", world.keys["bob_live"], json=[]).status_code == 403
    send_torn(server, world, [b'[{"kode": "9", '])
    server.flush()
    found = list_new(world, before)
    assert len(found) == 7
    assert [status for status, _, _ in found].count(201) == 1
    assert (400, "SPLX07", "deliver") in found


def test_failed_single_writes_leave_a_row_each_and_change_nothing(server: Server, world: World) -> None:
    alice = world.keys["alice_live"]
    known = server.call("POST", DESA, alice, json={"kode": "evidence-1", "nama": "x"})
    assert known.status_code == 201
    before = count_rows(server, world)
    again = server.call("POST", DESA, alice, json={"kode": "evidence-1", "nama": "y"})
    wrong = server.call("PATCH", f"{DESA}?kode=eq.evidence-1", alice, json={"jumlah": -1})
    much = server.call("DELETE", DESA, alice, headers={"Prefer": "handling=strict, max-affected=0"})
    refused = server.call("DELETE", f"{DESA}?kode=eq.evidence-1", world.keys["bob_live"])
    server.flush()
    told = [answer.status_code for answer in (again, wrong, much, refused)]
    assert told[0] == 409
    assert all(status >= 400 for status in told)
    assert [status for status, _, _ in list_new(world, before)] == told
    assert server.get(f"{DESA}?kode=eq.evidence-1", alice).json()[0]["nama"] == "x"


def test_batch_that_the_database_rolls_back_leaves_a_row(server: Server, world: World) -> None:
    before = count_rows(server, world)
    world.execute("ALTER TABLE batch ADD CONSTRAINT never CHECK (false) NOT VALID")
    try:
        answer = server.call("POST", f"{DESA}/batches", world.keys["alice_live"], json=[{"kode": "1", "nama": "x"}])
    finally:
        world.execute("ALTER TABLE batch DROP CONSTRAINT never")
    assert answer.status_code >= 400
    server.flush()
    assert [status for status, _, _ in list_new(world, before)] == [answer.status_code]


def test_call_whose_caller_goes_away_leaves_a_row(server: Server, world: World) -> None:
    before = count_rows(server, world)

    async def go() -> None:
        async def receive() -> dict[str, Any]:
            await asyncio.sleep(60)
            return {}

        async def send(message: Any) -> None:
            raise AssertionError(message)

        task = asyncio.create_task(server.exchange(make_scope(world, "POST", f"{DESA}/batches"), receive, send))
        await asyncio.sleep(0.2)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    server.run(go())
    server.flush()
    assert list_new(world, before) == [(499, "", "deliver")]


def test_receipt_is_checked_by_the_command_without_hub_and_settings(
    server: Server, world: World, tmp_path: Path
) -> None:
    answer = server.get(f"{DESA}?limit=1", world.keys["bob_live"], headers=RECEIPT)
    public = seal(world)
    file, key = tmp_path / "receipt.json", tmp_path / "hub.pub"
    file.write_bytes(server.get(find_path(answer), world.keys["bob_live"]).content)
    key.write_text(public.hex())
    command = [
        sys.executable,
        "-m",
        "simpul.cli",
        "evidence",
        "verify",
        "--receipt",
        str(file),
        "--public-key",
        str(key),
    ]
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    environment = {**kept, "HOME": str(tmp_path), "DATABASE_URL": "postgresql://127.0.0.1:1/x"}
    whole = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "Terbukti" in whole.stdout
    body = tmp_path / "body"
    salt = answer.headers["evidence-salt"]
    for content, code in ((answer.content, 0), (answer.content + b" ", 1)):
        body.write_bytes(content)
        kept = subprocess.run([*command, "--body", str(body), "--salt", salt], capture_output=True, env=environment)
        assert kept.returncode == code
    file.write_text(file.read_text().replace('"position": ', '"position": 1'))
    broken = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert broken.returncode == 1
    assert "record-not-sealed" in broken.stdout


@pytest.fixture
def process(world: World, tmp_path: Path) -> Iterator[Process]:
    """Give a real server process."""
    made = Process(world, tmp_path)
    yield made
    made.kill()


def list_family(pid: int) -> list[int]:
    """Return a process and its children, whose files the limits are about."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in list_family(int(child)))]


def limit_files(process: Process, limit_bytes: int) -> None:
    """Let no file of the server grow past a size, as a full disk does."""
    for pid in list_family(process.process.pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))


def test_full_disk_refuses_calls_and_is_left_behind_without_a_restart(world: World, process: Process) -> None:
    headers = {"apikey": world.keys["bob_live"].text}
    answered = [process.client.get(DESA, headers=headers) for _ in range(3)]
    limit_files(process, 1)
    refused = [process.client.get(DESA, headers=headers) for _ in range(3)]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(503, "SPLX08")}
    assert all(one.headers["retry-after"] and "evidence-id" not in one.headers for one in refused)
    limit_files(process, resource.RLIM_INFINITY)
    answered += [process.client.get(DESA, headers=headers) for _ in range(3)]
    assert {one.status_code for one in answered} == {200}
    uids = [one.headers["evidence-id"] for one in answered]
    wait_until(lambda: world.execute("SELECT count(*) FROM evidence WHERE uid = ANY(%s::uuid[])", [uids]) == [(6,)])


def test_kill_under_load_loses_no_row_of_an_answered_call(world: World, tmp_path: Path, long: bool) -> None:
    kills, callers = (50 if long else 3), 8
    answered: list[str] = []
    headers = {"apikey": world.keys["bob_live"].text}
    for turn in range(kills):
        process = Process(world, tmp_path)
        before = len(answered)

        def call(address: str = f"http://127.0.0.1:{process.port}") -> None:
            with httpx.Client(base_url=address, timeout=10) as client, contextlib.suppress(httpx.HTTPError):
                while True:
                    answered.append(client.get(f"{DESA}?limit=1", headers=headers).headers["evidence-id"])

        threads = [threading.Thread(target=call) for _ in range(callers)]
        for thread in threads:
            thread.start()
        # In the middle of the flushing too: it comes every 0.3 s.
        wait_until(lambda at=before + 20 + turn % 7: len(answered) >= at)  # type: ignore[misc]
        process.kill()
        for thread in threads:
            thread.join()
    process = Process(world, tmp_path)
    try:
        wait_until(lambda: len(list((tmp_path / "spool").glob("*.spool"))) == 1, 30)
    finally:
        process.kill()
    [(kept,)] = world.execute("SELECT count(*) FROM evidence WHERE uid = ANY(%s::uuid[])", [answered])
    print(f"kills: {kills}; answered calls: {len(answered)}; without a row: {len(answered) - kept}")
    assert kept == len(answered) >= kills * 20
