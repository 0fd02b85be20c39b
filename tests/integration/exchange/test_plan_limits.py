"""Plans at the exchange: each limit is refused with its words, told in headers, and changed without a restart."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from exchange_world import Server, World, list_records, wait_until

from simpul.exchange.admit import Gate, Used, list_used
from simpul.exchange.rates import Allowance

LIVE = "/api/wilayah/v1/desa"
SANDBOX = "/sandbox/wilayah/v1/desa"
FIELDS = (
    "rate_per_second",
    "burst",
    "calls_per_day",
    "rows_per_request",
    "rows_per_day",
    "concurrent_calls",
    "body_megabytes",
)


def assign(world: World, server: Server, application: int, dataset: str = "live/desa", **limits: int) -> None:
    """Give an application a plan of its own, as the portal does."""
    values = [limits.get(name) for name in FIELDS]
    [(plan,)] = world.execute(
        f"INSERT INTO plan (name, {', '.join(FIELDS)}, default_for, changed_at)"
        " SELECT 'Paket ' || count(*), %s, %s, %s, %s, %s, %s, %s, '', now() FROM plan RETURNING id",
        values,
    )
    world.execute(
        "INSERT INTO plan_assignment (application_id, dataset_id, plan_id, assigned_at) VALUES (%s, %s, %s, now())"
        " ON CONFLICT (application_id, dataset_id) DO UPDATE SET plan_id = EXCLUDED.plan_id",
        [application, world.datasets[dataset], plan],
    )
    server.reload()


@pytest.fixture(autouse=True)
def fresh_counters(world: World, server: Server) -> None:
    """Each test begins with nothing used."""
    gate = server.exchange.hub.gate  # type: ignore[union-attr]
    for dataset in world.datasets.values():
        for application in (10, 20):
            slot = gate.counters.find(application << 32 | dataset, gate._find_today())  # type: ignore[union-attr]
            gate.counters.write(slot, gate._find_today(), 0.0, 0, 0)  # type: ignore[union-attr]


def test_default_plan_is_told_in_headers(world: World, server: Server) -> None:
    world.execute("UPDATE plan SET rate_per_second = 50, burst = 100, calls_per_day = 5000 WHERE default_for = 'live'")
    server.reload()
    headers = server.get(LIVE, world.keys["bob_live"]).headers
    assert headers["ratelimit-policy"] == '"burst";q=100;w=2, "day";q=5000;w=86400'
    assert headers["ratelimit"].startswith('"burst";r=99;t=1, "day";r=4999;t=')
    assert "RateLimit" in headers["access-control-expose-headers"]
    assert "ratelimit" not in server.get(SANDBOX, world.keys["bob_test"]).headers


def test_call_beyond_the_burst_says_which_limit_until_when_and_whom_to_ask(world: World, server: Server) -> None:
    assign(world, server, 20, rate_per_second=1, burst=2)
    statuses = [server.get(LIVE, world.keys["bob_live"]).status_code for _ in range(3)]
    answer = server.get(LIVE, world.keys["bob_live"])
    told = answer.json()
    assert statuses == [200, 200, 429]
    assert told["code"] == "SPLX31"
    assert "1 permintaan tiap detik" in told["message"]
    assert "Tim IT Kominfo" in told["hint"]
    assert int(answer.headers["retry-after"]) in (1, 2)
    assert '"burst";r=0' in answer.headers["ratelimit"]


def test_refused_call_leaves_its_evidence(world: World, server: Server) -> None:
    assign(world, server, 20, calls_per_day=0 + 1)
    server.get(LIVE, world.keys["bob_live"])
    refused = server.get(LIVE, world.keys["bob_live"])
    server.flush()
    record = next(one for one in list_records(world) if one["uid"] == refused.headers["evidence-id"])
    assert (record["status"], record["code"], record["rows"]) == (429, "SPLX32", None)


def test_rows_of_the_day_end_the_next_call(world: World, server: Server) -> None:
    assign(world, server, 20, rows_per_day=4)
    first = server.get(LIVE, world.keys["bob_live"])
    second = server.get(LIVE, world.keys["bob_live"])
    third = server.get(LIVE, world.keys["bob_live"])
    assert [len(first.json()), len(second.json())] == [3, 3]
    assert '"rows";r=1;' in second.headers["ratelimit"]
    assert (third.status_code, third.json()["code"]) == (429, "SPLX33")


def test_answer_is_cut_at_the_plans_rows_and_says_so(world: World, server: Server) -> None:
    assign(world, server, 20, rows_per_request=2)
    answer = server.get(LIVE, world.keys["bob_live"])
    assert (answer.status_code, answer.headers["content-range"]) == (206, "0-1/*")
    assert len(answer.json()) == 2
    assert server.get(f"{LIVE}?limit=1", world.keys["bob_live"]).status_code == 200
    csv = server.get(LIVE, world.keys["bob_live"], headers={"Accept": "text/csv"})
    assert csv.text.count("\n") == 3 - (not csv.text.endswith("\n"))


def test_body_beyond_the_plan_is_refused(world: World, server: Server) -> None:
    assign(world, server, 10, body_megabytes=1)
    key = world.keys["alice_live"]
    big = b"kode,nama\n" + b"x" * (1024 * 1024)
    for body in (big, _chunk(big)):
        answer = server.call("POST", f"{LIVE}/batches", key, content=body, headers={"Content-Type": "text/csv"})
        assert (answer.status_code, answer.json()["code"]) == (413, "SPLX04")
        assert "1 MB" in answer.json()["message"]


async def _chunk(body: bytes) -> Any:
    """The body without a length told before."""
    for start in range(0, len(body), 65536):
        yield body[start : start + 65536]


def test_calls_at_once_are_bounded_and_cancelled_ones_let_go(world: World, server: Server) -> None:
    assign(world, server, 10, concurrent_calls=1)
    key, headers = world.keys["alice_live"], {"Content-Type": "text/csv"}
    held = asyncio.run_coroutine_threadsafe(
        server._client.post(
            f"{LIVE}/batches", content=_wait_for_ever(), headers={**headers, "Authorization": f"Bearer {key.text}"}
        ),
        server._loop,
    )
    wait_until(lambda: _count_inside(world, server) == 1, 5)
    answer = server.get(LIVE, key)
    assert (answer.status_code, answer.json()["code"]) == (429, "SPLX34")
    held.cancel()
    wait_until(lambda: _count_inside(world, server) == 0, 5)
    assert server.get(LIVE, key).status_code == 200


async def _wait_for_ever() -> Any:
    yield b"kode"
    await asyncio.sleep(60)


def _count_inside(world: World, server: Server) -> int:
    gate = server.exchange.hub.gate  # type: ignore[union-attr]
    key = 10 << 32 | world.datasets["live/desa"]
    return gate.counters.count_inside(gate.counters.find(key, gate._find_today()))  # type: ignore[union-attr]


def test_plan_changed_in_the_portal_holds_within_two_seconds(world: World, server: Server) -> None:
    assign(world, server, 20, calls_per_day=1000)
    world.execute("UPDATE plan SET calls_per_day = 777 WHERE calls_per_day = 1000")

    def is_new() -> bool:
        return '"day";q=777' in server.get(LIVE, world.keys["bob_live"]).headers["ratelimit-policy"]

    wait_until(is_new, 2)


def test_describing_counts_too(world: World, server: Server) -> None:
    headers = server.get("/api/wilayah/v1/", world.keys["bob_live"]).headers
    assert "ratelimit" in headers


def test_who_has_no_grant_uses_no_plan(world: World, server: Server) -> None:
    answer: httpx.Response = server.get(LIVE, world.keys["charlie_live"])
    assert answer.status_code == 403
    assert "ratelimit" not in answer.headers


def test_new_counters_begin_with_what_the_evidence_knows_of_today(world: World, server: Server, tmp_path: Path) -> None:
    assign(world, server, 20)
    server.get(f"{LIVE}?limit=2", world.keys["bob_live"])
    server.flush()
    [(calls, rows)] = world.execute(
        "SELECT count(*), sum((record::jsonb ->> 'rows')::int) FROM evidence"
        " WHERE application_id = 20 AND dataset_id = %s AND status NOT IN (403, 410, 429)"
        " AND at >= date_trunc('day', now(), 'Asia/Makassar')",
        [world.datasets["live/desa"]],
    )
    gate = Gate(tmp_path)
    gate.restore(server.run(_list_used(server, gate)))
    plan = Allowance("x", calls_per_day=100_000, rows_per_day=100_000)
    admission = gate.admit(plan, 20, world.datasets["live/desa"])
    assert re.findall(r"r=(\d+)", admission.headers["ratelimit"]) == [str(100_000 - calls - 1), str(100_000 - rows)]
    admission.release()
    gate.close()


async def _list_used(server: Server, gate: Gate) -> list[Used]:
    async with server.exchange.hub.readers.connection() as connection:  # type: ignore[union-attr]
        return await list_used(connection, gate.find_midnight())
