"""Slow and huge requests: each is bounded, and refused with words wherever HTTP leaves room for them."""

import http.client
import json
import select
import socket
import time

import pytest
from running_exchange import Exchange

PATH = "/api/wilayah/v1/desa"
GIGABYTE = 1024**3


def get(exchange: Exchange, query: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=20)
    key = exchange.world.keys["bob_live"].text
    connection.request("GET", f"{PATH}?{query}", headers={"Authorization": f"Bearer {key}"} | headers)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, json.loads(body)["code"] if answer.status >= 400 and body else ""


def is_alive(exchange: Exchange) -> bool:
    return get(exchange, "limit=1")[0] in (200, 206)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("&".join(f"jumlah=gt.{number}" for number in range(2_000)), 414),
        ("&".join(f"jumlah=gt.{number}" for number in range(300)), 400),
        ("and=(" + "and(" * 500 + "jumlah.gt.1" + ")" * 501, 400),
        ("and=(" + ",".join(["jumlah.gt.1"] * 900) + ")", 200),
        ("kode=in.(" + ",".join(map(str, range(2_900))) + ")", 200),
        ("select=" + ",".join(["kode"] * 3_000), 400),
        ("order=" + ",".join(["kode"] * 3_000), 200),
        ("nama=like." + "*a" * 7_000, 200),
        ("limit=" + "9" * 5_000, 416),
        ("offset=99999999999999999999", 416),
        ("nama=match." + "(" * 5_000, 400),
        ("%00=eq.1", 400),
    ],
)
def test_much_in_an_address_is_bounded(exchange: Exchange, query: str, status: int) -> None:
    started = time.monotonic()
    told, code = get(exchange, query)
    assert (told, bool(code)) == (status, status >= 400)
    assert time.monotonic() - started < 12  # the statement's own limit and a little


def test_ten_thousand_filters_are_refused_by_the_server(exchange: Exchange) -> None:
    assert get(exchange, "&".join(f"jumlah=gt.{number}" for number in range(10_000))) == (414, "")
    assert is_alive(exchange)


def test_many_or_long_headers_are_refused(exchange: Exchange) -> None:
    assert get(exchange, "limit=1", **{f"x-{number}": "1" for number in range(150)})[0] == 431  # by the server
    assert get(exchange, "limit=1", **{"x-long": "a" * 40_000}) == (431, "SPLX03")


def test_a_megabyte_of_headers_ends_the_connection_and_nothing_else(exchange: Exchange) -> None:
    told = exchange.send(b"GET / HTTP/1.1\r\nHost: x\r\nx-long: " + b"a" * 1024**2 + b"\r\n\r\n")
    assert told == b"" or told.startswith(b"HTTP/1.1 431")
    assert is_alive(exchange)


@pytest.mark.parametrize("place", ["", "/batches"])
def test_a_body_of_a_gigabyte_is_refused_before_it_is_read(exchange: Exchange, place: str) -> None:
    key = exchange.world.keys["alice_live"].text
    head = f"POST {PATH}{place} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: text/csv\r\n"
    started = time.monotonic()
    told = exchange.send(f"{head}Content-Length: {GIGABYTE}\r\n\r\nkode".encode())
    assert told.startswith(b"HTTP/1.1 413")
    assert b"SPLX04" in told
    assert time.monotonic() - started < 5


def test_a_body_without_length_is_cut_when_it_grows_too_long(exchange: Exchange) -> None:
    key = exchange.world.keys["alice_live"].text
    before = exchange.measure_kilobytes()
    piece = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    with exchange.connect() as link:
        link.sendall(
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: text/csv\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        sent, told = 0, b""
        while sent < 200 and not told:
            try:
                link.sendall(piece)
            except OSError:
                break
            sent += 1
            if select.select([link], [], [], 0)[0]:
                told = link.recv(65536)
        try:
            told = told or link.recv(65536)
        except OSError:
            told = b"HTTP/1.1 413 (cut)"
    assert told.startswith(b"HTTP/1.1 413")
    assert exchange.measure_kilobytes() - before < 60 * 1024


def test_slow_senders_are_given_up_and_keep_nobody_else_waiting(exchange: Exchange) -> None:
    """Three kinds of slowness at once: a head that never ends, no head at all, a body that never comes."""
    key = exchange.world.keys["alice_live"].text
    body = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: text/csv\r\nContent-Length: 99"
    starts = [b"GET / HTTP/1.1\r\nHost: x\r\nx-slow: ", b"", f"{body}\r\n\r\nkode".encode()]
    links = [exchange.connect() for _ in range(100) for _ in starts]
    for number, link in enumerate(links):
        link.sendall(starts[number % len(starts)])
    calls = 0
    until = time.monotonic() + 8
    while time.monotonic() < until:
        assert is_alive(exchange)
        calls += 1
        time.sleep(0.2)
        for link in links[:: len(starts)]:
            link.sendall(b"a")  # a drop now and then
    assert calls > 20
    ends = [_wait_for_end(link, until + 15) for link in links]
    assert all(told == b"" or told.startswith((b"HTTP/1.1 408", b"HTTP/1.1 4")) for told in ends)
    assert any(b"SPLX55" in told for told in ends)


def _wait_for_end(link: socket.socket, until: float) -> bytes:
    link.settimeout(max(0.1, until - time.monotonic()))
    with link:
        try:
            return link.recv(65536)
        except ConnectionError:
            return b""


def test_a_statement_that_takes_too_long_ends_and_says_so(exchange: Exchange) -> None:
    """The view waits inside the database as an expensive filter would."""
    table = f'"{exchange.world.schema["live"]}"."desa"'
    world = exchange.world
    world.execute(f"ALTER TABLE {table} RENAME TO desa_kept")
    try:
        world.execute(
            f"CREATE VIEW {table} AS SELECT d.* FROM {table.replace('desa', 'desa_kept')} AS d, pg_sleep(30) OFFSET 0"
        )
        world.execute(f"GRANT SELECT ON {table} TO simpul_exchange")
        started = time.monotonic()
        assert get(exchange, "limit=1&kode=neq.slow") == (503, "SPLD03")  # an address that nobody has asked before
        assert 9 < time.monotonic() - started < 13
    finally:
        world.execute(f"DROP VIEW IF EXISTS {table}")
        world.execute(f"ALTER TABLE {table.replace('desa', 'desa_kept')} RENAME TO desa")
    assert is_alive(exchange)
