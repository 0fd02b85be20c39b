"""More clients than the exchange can serve: each gets an answer, 2xx or 503 with Retry-After, and memory stays bounded."""

import asyncio
import collections
import threading
import time

from running_exchange import Exchange

from simpul.cli.health import ask
from simpul.exchange.limits import READ_WAIT_SECONDS
from simpul.store.pools import connect

PATH = "/api/wilayah/v1/desa"


async def call(exchange: Exchange, number: int, until: float, told: collections.Counter[str]) -> None:
    key = exchange.world.keys["bob_live"].text
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.port)
    turn = 0
    while time.monotonic() < until or turn == 0:
        turn += 1
        writer.write(
            f"GET {PATH}?kode=neq.{until}-{number}-{turn}&order=kode HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = head.split()[1]
        told[status] += 1
        told["503 without retry-after"] += status == "503" and "retry-after: 1" not in head
        await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
    writer.close()


async def call_all(exchange: Exchange, clients: int, seconds: float) -> collections.Counter[str]:
    told: collections.Counter[str] = collections.Counter()
    until = time.monotonic() + seconds
    await asyncio.gather(*(call(exchange, number, until, told) for number in range(clients)))
    return told


def test_a_burst_of_500_clients_is_answered_by_rows_or_503(exchange: Exchange, long: bool) -> None:
    before = exchange.measure_kilobytes()
    told = asyncio.run(call_all(exchange, 500, 20 if long else 3))
    assert set(told) <= {"200", "503", "503 without retry-after"}
    assert told["503 without retry-after"] == 0
    assert told["200"] > 100
    assert exchange.measure_kilobytes() - before < 100 * 1024
    # And right afterwards all is as before.
    assert set(asyncio.run(call_all(exchange, 2, 0.5))) <= {"200", "503 without retry-after"}


def test_who_waits_for_a_database_that_stands_still_gets_503_and_health_stays(exchange: Exchange) -> None:
    world = exchange.world
    with connect(world.database.owner_dsn) as link:
        link.execute(f'LOCK TABLE "{world.schema["live"]}"."desa" IN ACCESS EXCLUSIVE MODE')
        told: collections.Counter[str] = collections.Counter()
        thread = threading.Thread(target=lambda: told.update(asyncio.run(call_all(exchange, 60, 0))))
        thread.start()
        time.sleep(0.5)
        started = time.monotonic()
        assert ask("127.0.0.1", exchange.port, "/health/live") == 200
        assert time.monotonic() - started < 1
        time.sleep(READ_WAIT_SECONDS)
        link.rollback()
    thread.join()
    assert told["503"] == 52  # all but those that hold one of the eight connections
    assert told["503 without retry-after"] == 0
