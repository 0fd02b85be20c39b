"""Writes side by side, and a kill in their middle: no change is lost, and each is whole or absent."""

import asyncio
import random
import threading
import time
from pathlib import Path

import httpx
import pytest
from exchange_world import Process, Server, World, fill, wait_until

from simpul.exchange.errors import TooBusy
from simpul.exchange.limits import DELIVERERS, STATEMENT_SECONDS, WAIT_SECONDS, WAITING_DELIVERIES
from simpul.store.pools import connect

DESA = "/sandbox/wilayah/v1/desa"
COUNTED = {"Prefer": "count=exact"}


def test_two_programs_that_count_up_one_row_lose_no_step(server: Server, world: World, long: bool) -> None:
    fill(world, "sandbox")
    steps, key, won = (200 if long else 12), world.keys["alice_test"], [0, 0]

    def count_up(me: int) -> None:
        while won[me] < steps:
            [row] = server.get(f"{DESA}?kode=eq.63.05.01&select=jumlah", key).json()
            # Only where nobody else was first: the filter is read again under the dataset's lock.
            filters = f"kode=eq.63.05.01&jumlah=eq.{row['jumlah']}"
            answer = server.call("PATCH", f"{DESA}?{filters}", key, json={"jumlah": row["jumlah"] + 1}, headers=COUNTED)
            if answer.status_code == 204:
                won[me] += answer.headers["content-range"] == "0-0/1"
            else:
                assert answer.status_code == 503

    threads = [threading.Thread(target=count_up, args=[me]) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert won == [steps, steps]
    [row] = server.get(f"{DESA}?kode=eq.63.05.01&select=jumlah", key).json()
    assert row["jumlah"] == 100 + 2 * steps


def test_of_two_inserts_of_one_key_one_is_told_of_the_other(server: Server, world: World) -> None:
    fill(world, "sandbox")
    statuses: list[int] = []
    start = threading.Barrier(3)

    def insert(name: str) -> None:
        start.wait()
        statuses.append(
            server.call("POST", DESA, world.keys["alice_test"], json={"kode": "70.01", "nama": name}).status_code
        )

    threads = [threading.Thread(target=insert, args=[name]) for name in ("Satu", "Dua", "Tiga")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [201, 409, 409]


def test_writes_at_once_wait_for_a_place(server: Server, world: World) -> None:
    fill(world, "sandbox")
    statuses: list[int] = []

    def insert(number: int) -> None:
        row = {"kode": f"70.{number}", "nama": "Desa"}
        statuses.append(server.call("POST", DESA, world.keys["alice_test"], json=row).status_code)

    threads = [threading.Thread(target=insert, args=[number]) for number in range(4 * DELIVERERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [201] * len(threads)


def test_more_waiting_writes_than_there_is_room_for_are_told_to_come_back(server: Server) -> None:
    hub = server.exchange.hub
    assert hub is not None

    async def crowd() -> None:
        release = asyncio.Event()

        async def hold() -> None:
            async with hub.claim_deliverer():
                await release.wait()

        held = [asyncio.create_task(hold()) for _ in range(DELIVERERS + WAITING_DELIVERIES)]
        await asyncio.sleep(0.1)
        with pytest.raises(TooBusy):
            async with hub.claim_deliverer():
                pass
        release.set()
        await asyncio.gather(*held)

    server.run(crowd())


def test_write_waits_no_longer_for_a_lock_or_a_slow_filter_than_it_may(
    server: Server, world: World, long: bool
) -> None:
    if not long:
        pytest.skip("some 15 seconds of waiting: run with --long")
    fill(world, "sandbox")
    key = world.keys["alice_test"]
    with connect(world.database.owner_dsn) as connection:
        connection.execute("SELECT FROM dataset FOR UPDATE")
        started = time.monotonic()
        held = server.call("PATCH", f"{DESA}?kode=eq.63.05.01", key, json={"jumlah": 1})
        assert (held.status_code, int(time.monotonic() - started)) == (503, int(WAIT_SECONDS))
        assert held.headers["retry-after"]
    server.call("PATCH", f"{DESA}?kode=eq.63.05.01", key, json={"isi": {"t": "a" * 5_001}})
    started = time.monotonic()
    slow = server.call("PATCH", DESA, key, params={"isi->>t": r"match.^(a+)(a+)(a+)\1\2\3$"}, json={"jumlah": 1})
    assert (slow.status_code, int(time.monotonic() - started)) == (503, int(STATEMENT_SECONDS))


def test_kill_in_the_middle_of_writes_leaves_each_whole_or_absent(world: World, tmp_path: Path, long: bool) -> None:
    fill(world, "live")
    table = f'"{world.schema["live"]}"."desa"'
    chance = random.Random(2027)
    headers = {"Authorization": f"Bearer {world.keys['alice_live'].text}"}
    rows = [{"kode": f"90.{number:03}", "nama": "Desa", "jumlah": 0} for number in range(300)]
    turn = 0
    for _ in range(20 if long else 3):
        process = Process(world, tmp_path)
        address = DESA.replace("/sandbox/", "/api/")
        merge = {**headers, "Prefer": "resolution=merge-duplicates"}
        assert process.client.post(address, json=rows, headers=merge).status_code in {200, 201}
        acknowledged = 0
        timer = threading.Timer(chance.uniform(0.02, 0.4), process.kill)
        timer.start()
        try:
            while True:
                turn += 1
                done = process.client.patch(f"{address}?kode=like.90.*", json={"jumlah": turn}, headers=headers)
                assert done.status_code == 204
                acknowledged = turn
        except httpx.HTTPError:
            timer.join()
        # A server process whose client was killed may just be ending its last transaction.
        wait_until(lambda: world.execute("SELECT count(*) FROM pg_locks WHERE relation = 'batch'::regclass") == [(0,)])
        [(least, most, count)] = world.execute(
            f"SELECT min(jumlah), max(jumlah), count(*) FROM {table} WHERE kode LIKE '90.%'"
        )
        assert least == most
        assert count == 300
        assert most in {acknowledged, turn}  # the last one may have ended before it could be told
    process = Process(world, tmp_path)
    try:
        batches = world.execute("SELECT count(*) FROM batch WHERE mode = 'update'")
        evidence = "SELECT count(*) FROM evidence WHERE record::json->>'method' = 'PATCH' AND status = 204"
        wait_until(lambda: world.execute(evidence) == batches)
    finally:
        process.kill()
