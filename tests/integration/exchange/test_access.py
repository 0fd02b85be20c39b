"""What isn't granted can't be read, filtered, ordered or guessed."""

import itertools
import json
from datetime import date, timedelta

import pytest
from exchange_world import BOB_COLUMNS, Server, World, add_grant

from simpul.access.keys import make_key
from simpul.kernel.clock import local, now

DESA = "/api/wilayah/v1/desa"
OUTSIDE = "Rahasia"


def ask(server: Server, world: World, query: str, **headers: str) -> tuple[int, str, str]:
    answer = server.get(f"{DESA}?{query}", world.keys["bob_live"], headers=headers)
    return answer.status_code, answer.text, answer.headers.get("content-range", "")


def test_only_granted_rows_and_columns_come(server: Server, world: World) -> None:
    rows = server.get(DESA, world.keys["bob_live"]).json()
    assert [list(row) for row in rows] == [BOB_COLUMNS] * 3
    assert all(row["kode"].startswith("63.05") for row in rows)


@pytest.mark.parametrize("column", ["nik_kades", "isi", "_row", "_version", "_batch", "ctid", "tableoid"])
@pytest.mark.parametrize(
    "shape", ["select={}", "select=x:{}::text", "order={}", "{}=is.null", "or=(kode.is.null,{}.is.null)", "{}->a=eq.1"]
)
def test_column_outside_the_grant_answers_like_one_that_is_not_there(
    server: Server, world: World, column: str, shape: str
) -> None:
    status, text, _ = ask(server, world, shape.format(column))
    absent = ask(server, world, shape.format("tidak_ada"))
    assert (status, text.replace(column, "tidak_ada")) == absent[:2]
    assert status == 400


def test_row_outside_the_grant_is_not_counted(server: Server, world: World) -> None:
    for query in ("jumlah=eq.999", "kode=eq.63.04.01", f"nama=eq.{OUTSIDE}", "kode=like.63.04*"):
        assert ask(server, world, query, Prefer="count=exact") == (200, "[]", "*/0")
    assert ask(server, world, "limit=1", Prefer="count=exact")[2] == "0-0/3"


@pytest.mark.parametrize("query", ["not.or=(kode.like.63.05*)", "or=(kode.like.63.04*,kode.eq.63.04.02)"])
def test_logic_does_not_lead_out_of_the_grant(server: Server, world: World, query: str) -> None:
    assert ask(server, world, query) == (200, "[]", "*/*")


def test_failing_cast_tells_nothing_of_a_row_outside(server: Server, world: World) -> None:
    """Only the row "Jauh\\", outside, would make this cast fail."""
    world.execute(f"UPDATE \"{world.schema['live']}\".\"desa\" SET nama = '5' WHERE kode LIKE '63.05%'")
    try:
        for query in ("select=nama::integer", "select=nama::integer&kode=like.63*"):
            status, text, _ = ask(server, world, query)
            assert status == 200, (query, text)
        # The same asked by the provider, who sees the row, does fail.
        assert server.get(f"{DESA}?select=nama::integer", world.keys["alice_live"]).status_code == 400
    finally:
        world.execute(f'UPDATE "{world.schema["live"]}"."desa" SET nama = kode WHERE kode LIKE \'63.05%\'')


def test_search_that_fails_on_a_row_outside_is_fenced_off(server: Server, world: World) -> None:
    """A text is too long to be searched only in the row outside.

    The grant's filter costs more here than the caller's, so that without the fence PostgreSQL would run it second.
    """
    table = f'"{world.schema["live"]}"."desa"'
    too_long = "(SELECT string_agg(md5(i::text), ' ') FROM generate_series(1, 40000) AS i)"
    costly = "or=(kode.like.63.05*,kode.plfts.satu,kode.plfts.dua,kode.plfts.tiga)"
    world.execute(f"UPDATE {table} SET nama = {too_long} WHERE kode = '63.04.02'")
    world.execute("UPDATE data_grant SET row_filter = %s WHERE organization_id = 2", [costly])
    server.reload()
    for query in ("nama=plfts.tapin&order=kode", "nama=not.wfts.tapin&order=nama.desc", "nama=fts.x&order=jumlah"):
        assert ask(server, world, query)[0] == 200
    assert server.get(f"{DESA}?nama=plfts.tapin", world.keys["alice_live"]).json()["code"] == "54000"
    world.execute(f"UPDATE {table} SET nama = %s WHERE kode = '63.04.02'", ["Jauh\\"])
    world.execute("UPDATE data_grant SET row_filter = 'kode=like.63.05*' WHERE organization_id = 2")
    server.reload()


def test_pattern_tells_nothing_through_the_planners_memory_of_values(server: Server, world: World) -> None:
    """After ANALYZE the planner tries a pattern on values it remembers, those of rows outside among them."""
    world.execute(f'ANALYZE "{world.schema["live"]}"."desa"')
    answers = {ask(server, world, f"nama=like.{pattern}%5C")[:2] for pattern in ("*auh", "*xyz", "Jauh", "*")}
    assert {(status, json.loads(text)["code"]) for status, text in answers} == {(400, "22025")}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("path", "key", "status", "code"),
    [
        (DESA, None, 401, "SPLA01"),
        (DESA, "unknown", 401, "SPLA02"),
        (DESA, "bob_test", 403, "SPLA11"),
        ("/sandbox/wilayah/v1/desa", "bob_live", 403, "SPLA11"),
        (DESA, "charlie_live", 403, "SPLA12"),
        ("/api/wilayah/v1/rahasia", "bob_live", 403, "SPLA12"),
        ("/api/wilayah/v1/tidak_ada", "bob_live", 404, "PGRST205"),
        ("/api/lain/v1/desa", "bob_live", 404, "PGRST205"),
        ("/api/wilayah/v2/desa", "bob_live", 404, "PGRST205"),
        ("/", "charlie_live", 200, None),
    ],
)
def test_refusal_states_its_cause(
    server: Server, world: World, path: str, key: str | None, status: int, code: str | None
) -> None:
    given = make_key("live") if key == "unknown" else world.keys[key] if key else None
    answer = server.get(path, given)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    if status in {401, 403}:
        assert " / " in answer.json()["hint"]
    assert (answer.headers.get("www-authenticate") is not None) == (status == 401)


@pytest.mark.parametrize(
    "path",
    [
        "/api/wilayah/v1/desa%2f..%2frahasia",
        "/api/wilayah/v1/%64esa",
        "/api//wilayah/v1/desa",
        "/api/wilayah/v1/../v1/desa",
        "/api/wilayah/v1/./desa",
        "/api/wilayah/v1/desa/",
        "/api/wilayah/v01/desa",
        "/api/wilayah/v1/DESA",
        "/api/wilayah/v1/desa;x",
        "/api/wilayah/v1/desа",
        "/API/wilayah/v1/desa",
        "/api\\wilayah/v1/desa",
        "/apix",
        "/health/",
    ],
)
def test_other_spellings_of_an_address_are_refused(server: Server, world: World, path: str) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {world.keys['alice_live'].text}".encode())],
    }
    said: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, object]) -> None:
        said.append(message)

    server.run(server.exchange(scope, receive, send))  # type: ignore[arg-type]
    assert said[0]["status"] == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "TRACE"])
def test_method_that_does_not_fit_is_told(server: Server, world: World, method: str) -> None:
    answer = server.call(method, "/api/wilayah/v1/openapi.json", world.keys["alice_live"])
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_consumer_may_not_deliver(server: Server, world: World) -> None:
    answer = server.call("POST", f"{DESA}/batches", world.keys["bob_live"], json=[])
    assert (answer.status_code, answer.json()["code"]) == (403, "SPLA16")


def test_index_and_openapi_show_only_what_is_granted(server: Server, world: World) -> None:
    index = server.get("/api/wilayah/v1/", world.keys["bob_live"]).json()
    assert [(item["name"], item["columns"]) for item in index["datasets"]] == [("desa", BOB_COLUMNS)]
    openapi = server.get("/api/wilayah/v1/openapi.json", world.keys["bob_live"])
    assert openapi.status_code == 200
    assert "nik_kades" not in openapi.text
    assert "rahasia" not in openapi.text
    assert server.get("/api/wilayah/v1/", world.keys["charlie_live"]).json()["datasets"] == []
    assert server.get("/api/wilayah/v1/openapi.json").status_code == 401


def wait_for(server: Server, world: World, code: str | None, key: str = "bob_live", seconds: float = 2.0) -> None:
    """Ask again until the exchange answers with this code; it must within two seconds, by NOTIFY alone."""
    until = now() + timedelta(seconds=seconds)
    while (found := server.get(f"{DESA}?limit=1", world.keys[key]).json()) is not None:
        told = found.get("code") if isinstance(found, dict) else None
        if told == code:
            return
        assert now() < until, f"still {told}, not {code}"


def test_change_of_key_grant_or_state_is_known_at_once(server: Server, world: World) -> None:
    yesterday = local(now()).date() - timedelta(days=1)
    changes = [
        (
            "UPDATE api_key SET revoked_at = {} WHERE key_id = %s",
            "now()",
            "NULL",
            world.keys["bob_live"].key_id,
            "SPLA04",
        ),
        (
            "UPDATE api_key SET expires_at = {} WHERE key_id = %s",
            "now()",
            "now() + '1 day'",
            world.keys["bob_live"].key_id,
            "SPLA03",
        ),
        ("UPDATE application SET disabled_at = {} WHERE id = %s", "now()", "NULL", 20, "SPLA05"),
        ("UPDATE data_grant SET revoked_at = {} WHERE organization_id = %s", "now()", "NULL", 2, "SPLA13"),
        ("UPDATE data_grant SET valid_until = {} WHERE organization_id = %s", f"'{yesterday}'", "NULL", 2, "SPLA15"),
        (
            "UPDATE data_grant SET valid_from = {} WHERE organization_id = %s",
            "'2999-01-01'",
            "'2026-01-01'",
            2,
            "SPLA14",
        ),
        (
            "UPDATE data_grant SET row_filter = {} WHERE organization_id = %s",
            "'kode=sama.63'",
            "'kode=like.63.05*'",
            2,
            "SPLX11",
        ),
        (
            "UPDATE publication SET state = {} WHERE stage = 'live' AND major = %s",
            "'verifikasi'",
            "'aktif'",
            1,
            "SPLA17",
        ),
        ("UPDATE publication SET state = {} WHERE stage = 'live' AND major = %s", "'ditutup'", "'aktif'", 1, "SPLA21"),
    ]
    for statement, changed, restored, value, code in changes:
        world.execute(statement.format(changed), [value])
        wait_for(server, world, code)
        world.execute(statement.format(restored), [value])
        wait_for(server, world, None)


def test_verification_is_open_to_the_provider_and_to_a_named_trial(server: Server, world: World) -> None:
    today = local(now()).date()
    world.execute("UPDATE publication SET state = 'verifikasi' WHERE stage = 'live'")
    wait_for(server, world, "SPLA17")
    assert server.get(DESA, world.keys["alice_live"]).status_code == 200
    world.execute("UPDATE data_grant SET trial_until = %s WHERE organization_id = 2", [today])
    wait_for(server, world, None)
    world.execute("UPDATE data_grant SET trial_until = %s WHERE organization_id = 2", [today - timedelta(days=1)])
    wait_for(server, world, "SPLA17")
    world.execute("UPDATE publication SET state = 'aktif' WHERE stage = 'live'")
    wait_for(server, world, None)


def test_new_grant_opens_without_a_restart(server: Server, world: World) -> None:
    grant = add_grant(world, "live/desa", 3, "pemanfaat", ["kode"], "kode=eq.63.04.01", ["read"], date(2999, 1, 1))
    wait_for(server, world, None, "charlie_live")
    assert server.get(DESA, world.keys["charlie_live"]).json() == [{"kode": "63.04.01"}]
    world.execute("DELETE FROM data_grant WHERE id = %s", [grant])
    wait_for(server, world, "SPLA12", "charlie_live")


def test_every_filter_shape_keeps_within_the_grant(server: Server, world: World) -> None:
    operators = ("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "isdistinct")
    for operator, negated, column in itertools.product(operators, ("", "not."), ("kode", "nama")):
        answer = server.get(f"{DESA}?{column}={negated}{operator}.63.04.01", world.keys["bob_live"])
        assert all(row["kode"].startswith("63.05") for row in answer.json()), (operator, negated, column)
