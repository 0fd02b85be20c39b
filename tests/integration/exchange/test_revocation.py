"""Two exchange processes, as they are really run: what is taken away ends in both within two seconds; and no spelling of
an address leads around the doors, whatever bytes come over the wire."""

import socket
import time
from collections.abc import Iterator

import pytest
from exchange_world import Process, World

DESA = "/api/wilayah/v1/desa"
SECONDS = 2.0


@pytest.fixture(scope="module")
def pair(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Process]]:
    """Give two processes over one database."""
    running = [Process(world, tmp_path_factory.mktemp(f"node{number}")) for number in (1, 2)]
    yield running
    for one in running:
        one.kill()


@pytest.fixture(scope="module", autouse=True)
def loose(world: World) -> None:
    """Let pauses stand without the rows of people that they name."""
    for (name,) in world.execute(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'access_pause'::regclass"
    ):
        world.execute(f'ALTER TABLE access_pause DROP CONSTRAINT "{name}"')


def ask(process: Process, world: World, who: str = "bob_live") -> int:
    answer = process.client.get(f"{DESA}?limit=1", headers={"Authorization": f"Bearer {world.keys[who].text}"})
    return answer.status_code


def wait(pair: list[Process], world: World, status: int) -> None:
    """Wait until each process answers so; it must within two seconds of the change."""
    until = time.monotonic() + SECONDS
    waiting = list(pair)
    while waiting := [one for one in waiting if ask(one, world) != status]:
        assert time.monotonic() < until, f"{len(waiting)} processes still answer otherwise than {status}"


@pytest.mark.parametrize(
    ("taken", "given", "status"),
    [
        (
            "UPDATE api_key SET revoked_at = now() WHERE application_id = 20 AND stage = 'live'",
            "UPDATE api_key SET revoked_at = NULL WHERE application_id = 20",
            401,
        ),
        (
            "UPDATE application SET disabled_at = now() WHERE id = 20",
            "UPDATE application SET disabled_at = NULL WHERE id = 20",
            401,
        ),
        (
            "UPDATE data_grant SET revoked_at = now() WHERE organization_id = 2",
            "UPDATE data_grant SET revoked_at = NULL WHERE organization_id = 2",
            403,
        ),
        (
            "INSERT INTO access_pause (application_id, office, reason, paused_by_id, paused_at)"
            " VALUES (20, 'Kominfo', 'x', 1, now())",
            "DELETE FROM access_pause",
            403,
        ),
        (
            "INSERT INTO access_pause (publication_id, office, reason, paused_by_id, paused_at)"
            " SELECT id, 'Kominfo', 'x', 1, now() FROM publication WHERE stage = 'live'",
            "DELETE FROM access_pause",
            503,
        ),
        (
            "UPDATE publication SET state = 'ditutup' WHERE stage = 'live'",
            "UPDATE publication SET state = 'aktif' WHERE stage = 'live'",
            410,
        ),
    ],
)
def test_what_is_taken_away_ends_in_every_process(
    pair: list[Process], world: World, taken: str, given: str, status: int
) -> None:
    wait(pair, world, 200)
    world.execute(taken)
    wait(pair, world, status)
    world.execute(given)
    wait(pair, world, 200)


SPELLINGS = [
    b"/api/wilayah/v1/desa%2frahasia",
    b"/api/wilayah/v1/desa%252frahasia",
    b"/api/wilayah/v1/%2e%2e/v1/desa",
    b"/api/wilayah/v1/../v1/desa",
    b"/api/wilayah/v1/./desa",
    b"/api/wilayah/v1/desa/.",
    b"/api/wilayah/v1/desa/..",
    b"/sandbox/../api/wilayah/v1/desa",
    b"/sandbox/wilayah/v1/..%2f..%2f..%2fapi/wilayah/v1/desa",
    b"//api/wilayah/v1/desa",
    b"/api//wilayah/v1/desa",
    b"/api/wilayah/v1//desa",
    b"/api/wilayah/v1/desa/",
    b"/api/wilayah/v1/desa%00",
    b"/api/wilayah/v1/desa%0d%0aX-API-Key:x",
    b"/api/wilayah/v1/%64esa",
    b"/api/wilayah/v1/%25%36%34esa",
    b"/api/wilayah/v1/DESA",
    b"/api/wilayah/v1/de\xcc\x81sa",
    b"/api/wilayah/v1/des\xd0\xb0",
    b"/api/wilayah/v1/des%d0%b0",
    b"/api/wilayah/v1/\xef\xbd\x84esa",
    b"/api/wilayah/v1/desa;jsessionid=1",
    b"/api/wilayah/v1/desa%3flimit=1",
    b"/api/wilayah/v1/desa%23x",
    b"/api/wilayah/v1/desa\\",
    b"/api\\wilayah\\v1\\desa",
    b"/api/wilayah/v01/desa",
    b"/api/wilayah/v1e0/desa",
    b"/api/wilayah/v1/desa%ff",
    b"/api/wilayah/v1/desa%c0%af",
    b"/api/wilayah/v1/desa%u002f",
    b"http://127.0.0.1/api/wilayah/v1/../v1/desa",
    b"*",
]


@pytest.mark.parametrize("target", SPELLINGS)
def test_no_other_spelling_of_an_address_is_served(pair: list[Process], world: World, target: bytes) -> None:
    status, body = send(pair[0], target, world.keys["alice_live"].text)
    assert status in {400, 404}, (status, body)
    assert b"63.05" not in body
    assert b"63.04" not in body


def test_the_one_spelling_is_served(pair: list[Process], world: World) -> None:
    status, body = send(pair[0], DESA.encode(), world.keys["alice_live"].text)
    assert status == 200
    assert b"63.05.01" in body


def test_two_requests_in_one_are_two_requests(pair: list[Process], world: World) -> None:
    """A body that looks like a request is never taken for one: length and framing can't be played against each other."""
    smuggled = (
        f"GET {DESA} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.keys['alice_live'].text}\r\n\r\n".encode()
    )
    with socket.create_connection(("127.0.0.1", pair[0].port), timeout=5) as link:
        link.sendall(
            b"GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
            b"Connection: close\r\n\r\n0\r\n\r\n" + smuggled
        )
        said = b"".join(iter(lambda: link.recv(65536), b""))
    assert b"63.05" not in said


def send(process: Process, target: bytes, key: str) -> tuple[int, bytes]:
    """Send one request with exactly these bytes as its target."""
    with socket.create_connection(("127.0.0.1", process.port), timeout=10) as link:
        link.sendall(
            b"GET "
            + target
            + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer "
            + key.encode()
            + b"\r\n\r\n"
        )
        said = b"".join(iter(lambda: link.recv(65536), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), body
