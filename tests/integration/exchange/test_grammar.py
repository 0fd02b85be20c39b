"""The whole reading grammar through the exchange: what comes, what is refused by which code, what stays unknown."""

from typing import Any

import httpx
import pytest
from exchange_world import Server, World

DESA = "/api/wilayah/v1/desa"


def read(server: Server, world: World, query: str, key: str = "alice_live", **headers: str) -> Any:
    return server.get(f"{DESA}?{query}", world.keys[key], headers=headers)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("nama=match.%5ETapin", ["63.05.01"]),
        ("nama=not.imatch(any).{tapin,RAHASIA,jauh}&nama=neq.", ["63.05.02"]),
        ("isi=cs.{%22luas%22:7}", ["63.05.03"]),
        ("nama=plfts.utara", ["63.05.01"]),
        ("nama=wfts(simple).tapin or rahasia", ["63.05.01", "63.04.01"]),
        (
            'or=(nama.match."^T.p(in|un)",isi.cs.{"luas":7},nama.fts(indonesian).rahasia)',
            ["63.05.01", "63.05.03", "63.04.01"],
        ),
    ],
)
def test_filter_finds_its_rows(server: Server, world: World, query: str, codes: list[str]) -> None:
    answer = read(server, world, f"select=kode&{query}")
    assert answer.status_code == 200, answer.text
    assert [row["kode"] for row in answer.json()] == codes


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("nama=match.(", 400, "2201B"),
        ("nama=fts.a b", 400, "42601"),
        ("nama=fts(klingon).a", 400, "PGRST100"),
        ("nama=cs.{a}", 400, "42883"),
        ("nama=adj.[1,2)", 400, "42883"),
        ("jumlah=plfts.a", 400, "42883"),
        ("isi=cs.{", 400, "22P02"),
        ("nama=like.*%5C", 400, "22025"),
        ("select=nama.sum()", 400, "42883"),
        ("select=jumlah::jsonb", 400, "42846"),
        ("select=kode,count()&order=nama", 400, "PGRST100"),
        ("select=jumlah.sum(),x:jumlah.median()", 400, "PGRST100"),
    ],
)
def test_wrong_input_is_refused_under_its_code(
    server: Server, world: World, query: str, status: int, code: str
) -> None:
    answer = read(server, world, query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_aggregates_count_by_group_with_total_and_order(server: Server, world: World) -> None:
    answer = read(
        server, world, "select=luas:isi->luas,n:count(),jumlah.sum()&order=n.desc&limit=1", Prefer="count=exact"
    )
    assert answer.json() == [{"luas": None, "n": 3, "sum": 1056}]
    assert (answer.status_code, answer.headers["content-range"]) == (206, "0-0/3")
    table = read(server, world, "select=diubah.max(),n:count()", Accept="text/csv")
    assert table.text == "max,n\n2026-01-01T08:00:00+08:00,5\n"


@pytest.mark.parametrize(
    ("query", "headers", "status", "content_range", "applied"),
    [
        ("limit=2", {"Prefer": "count=estimated"}, 206, "0-1/5", "count=estimated"),
        ("", {"Prefer": "count=estimated"}, 200, "0-4/5", "count=estimated"),
        ("offset=5", {"Prefer": "count=exact"}, 206, "*/5", "count=exact"),
        ("offset=6", {"Prefer": "count=exact"}, 416, None, None),
        ("offset=6", {"Prefer": "count=estimated"}, 206, "*/5", "count=estimated"),
        ("", {"Range": "1-2", "Prefer": "count=exact"}, 206, "1-2/5", "count=exact"),
        ("", {"Range": "bytes=0-1"}, 200, "0-4/*", None),
        ("", {"Range": "3-1"}, 416, None, None),
        ("limit=0", {}, 200, "*/*", None),
    ],
)
def test_range_and_count_agree(
    server: Server, world: World, query: str, headers: dict[str, str], status: int, content_range: str | None,
    applied: str | None,
) -> None:  # fmt: skip
    answer = read(server, world, query, **headers)
    found = answer.status_code, answer.headers.get("content-range"), answer.headers.get("preference-applied")
    assert found == (status, content_range, applied)


def test_planned_count_is_the_planners_and_never_less_than_what_came(server: Server, world: World) -> None:
    world.execute(f'ANALYZE "{world.schema["live"]}"."desa"')
    answer = read(server, world, "", Prefer="count=planned")
    assert (answer.status_code, answer.headers["content-range"]) == (200, "0-4/5")
    assert answer.headers["preference-applied"] == "count=planned"
    one = read(server, world, "kode=match.^63.0[45]&nama=imatch.a&limit=2", Prefer="count=planned")
    assert int(one.headers["content-range"].partition("/")[2]) >= 2


def test_planner_is_asked_as_often_as_one_likes(server: Server, world: World) -> None:
    """The driver prepares what it runs often; statements for the planner must bear it."""
    for limit in [1] * 12 + [2] * 12:
        answer = read(server, world, f"jumlah=gt.{limit}&nama=neq.x&limit={limit}", Prefer="count=planned")
        assert answer.status_code in {200, 206}, answer.text


def test_estimated_count_asks_the_planner_only_past_what_is_counted(server: Server, world: World) -> None:
    table = f'"{world.schema["live"]}"."desa"'
    world.execute(
        f"INSERT INTO {table} (_version, _batch, kode, nama) SELECT 1, 0, 'z' || i, 'Isi' FROM generate_series(1, 12000) AS i"
    )
    world.execute(f"ANALYZE {table}")
    try:
        many = read(server, world, "select=kode&limit=1", Prefer="count=estimated")
        assert (many.status_code, many.headers["content-range"]) == (206, "0-0/12005")
        few = read(server, world, "select=kode&kode=like.63*&limit=1", Prefer="count=estimated")
        assert few.headers["content-range"] == "0-0/5"
    finally:
        world.execute(f"DELETE FROM {table} WHERE kode LIKE 'z%'")
        world.execute(f"VACUUM ANALYZE {table}")


@pytest.mark.parametrize("count", ["planned", "estimated"])
def test_planner_tells_a_row_filter_nothing_of_rows_outside(server: Server, world: World, count: str) -> None:
    world.execute(f'ANALYZE "{world.schema["live"]}"."desa"')
    for query in ("nama=eq.Rahasia", "jumlah=gt.900", "nama=match.Rah", "or=(kode.eq.63.04.01,kode.eq.63.04.02)"):
        answer = read(server, world, query, "bob_live", Prefer=f"count={count}")
        assert (answer.headers["content-range"], answer.headers["preference-applied"]) == ("*/0", "count=exact")


def test_preferences_are_applied_and_told(server: Server, world: World) -> None:
    prefer = "timezone=Asia/Jayapura, handling=strict, count=exact, tx=commit, return=representation"
    answer = read(server, world, "select=diubah&kode=eq.63.05.01", Prefer=prefer)
    assert answer.json() == [{"diubah": "2026-01-01T09:00:00+09:00"}]
    assert answer.headers["preference-applied"] == "handling=strict, timezone=Asia/Jayapura, count=exact"
    again = read(server, world, "select=diubah&diubah=eq.2026-01-01T09:00:00", Prefer="timezone=Asia/Jayapura")
    assert len(again.json()) == 1
    assert read(server, world, "select=diubah&kode=eq.63.05.01").json() == [{"diubah": "2026-01-01T08:00:00+08:00"}]


def test_unknown_preference_is_refused_only_when_strict(server: Server, world: World) -> None:
    lenient = read(server, world, "limit=1", Prefer="timezone=Mars/Base, foo=bar")
    assert (lenient.status_code, "preference-applied" in lenient.headers) == (200, False)
    lines = [
        ("Authorization", f"Bearer {world.keys['alice_live'].text}"),
        ("Prefer", "foo=bar"),
        ("Prefer", "handling=strict"),
    ]
    strict = server.call("GET", DESA, headers=httpx.Headers(lines))
    assert (strict.status_code, strict.json()["code"]) == (400, "PGRST122")


def test_nulls_are_stripped_where_asked(server: Server, world: World) -> None:
    query = "select=kode,jumlah,isi&kode=eq.63.05.03"
    array = read(server, world, query, Accept="application/vnd.pgrst.array+json;nulls=stripped")
    assert array.json() == [{"kode": "63.05.03", "isi": {"luas": 7}}]
    assert array.headers["content-type"] == "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8"
    one = read(server, world, query, Accept="application/vnd.pgrst.object+json;nulls=stripped")
    assert one.json() == {"kode": "63.05.03", "isi": {"luas": 7}}


@pytest.mark.parametrize(("query", "details"), [("kode=eq.x", "0 rows"), ("", "more than one row")])
def test_singular_says_how_many_there_were(server: Server, world: World, query: str, details: str) -> None:
    answer = read(server, world, query, Accept="application/vnd.pgrst.object+json")
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST116")
    assert details in answer.json()["details"]


def test_head_has_every_header_of_get_and_the_code_of_a_refusal(server: Server, world: World) -> None:
    key = world.keys["alice_live"]
    query = f"{DESA}?select=kode&limit=2"
    got, head = (server.call(method, query, key, headers={"Prefer": "count=exact"}) for method in ("GET", "HEAD"))
    same = (
        "content-range",
        "content-location",
        "content-type",
        "content-length",
        "preference-applied",
        "dataset-version",
    )
    assert [head.headers[name] for name in same] == [got.headers[name] for name in same]
    assert (head.status_code, head.content) == (206, b"")
    refused = server.call("HEAD", f"{DESA}?tidak_ada=eq.1", key)
    assert (refused.status_code, refused.headers["proxy-status"]) == (400, "PostgREST; error=PGRST204")


def test_content_location_is_one_address_for_one_answer(server: Server, world: World) -> None:
    one = read(server, world, "select=kode&nama=eq.%C3%A9&limit=1").headers["content-location"]
    other = read(server, world, "limit=1&nama=eq.\u00e9&select=kode").headers["content-location"]
    assert one == other == f"{DESA}?limit=1&nama=eq.%C3%A9&select=kode"
    assert server.get(one, world.keys["alice_live"]).status_code == 200
    assert read(server, world, "").headers["content-location"] == DESA
    assert "content-location" not in read(server, world, "kode=eq." + "x" * 3000).headers


@pytest.mark.parametrize(
    ("path", "status", "allow"),
    [
        (DESA, 204, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (f"{DESA}/batches", 204, "POST, OPTIONS"),
        ("/api/tidak/v9/ada", 204, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        ("/health", 204, "GET, HEAD, OPTIONS"),
        ("/lain", 404, None),
    ],
)
def test_options_tells_what_fits_an_address(server: Server, path: str, status: int, allow: str | None) -> None:
    answer = server.call("OPTIONS", path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)
    assert "content-length" not in answer.headers or status != 204


def test_browser_may_ask_first_and_read_what_it_needs(server: Server, world: World) -> None:
    asked = {"Origin": "https://opd.test", "Access-Control-Request-Method": "GET"}
    first = server.call("OPTIONS", DESA, headers=asked)
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    allowed = {name.strip().lower() for name in first.headers["access-control-allow-headers"].split(",")}
    assert allowed >= {"authorization", "apikey", "prefer", "range", "range-unit", "accept-profile", "content-type"}
    answer = read(server, world, "limit=1", Prefer="count=exact", Origin="https://opd.test")
    exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert exposed >= {"content-range", "content-location", "preference-applied", "proxy-status", "retry-after"}
    refused = read(server, world, "tidak_ada=eq.1", Origin="https://opd.test")
    assert refused.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/api/wilayah/v1/rpc/hitung", {}, 404, "PGRST202"),
        (f"{DESA}?select=kode,rahasia(kode)", {}, 400, "PGRST127"),
        (DESA, {"Accept": "application/vnd.pgrst.plan+json; options=analyze"}, 400, "PGRST127"),
        (DESA, {"Accept": "image/png"}, 406, "PGRST107"),
        (DESA, {"Accept-Profile": "lain"}, 406, "PGRST106"),
    ],
)
def test_what_the_hub_has_not_is_refused_by_name(
    server: Server, world: World, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = server.get(path, world.keys["alice_live"], headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


HIDDEN = [
    "select={}.max()",
    "select={}.count()",
    "select=kode,x:{}::text.min()",
    "select={}->a.sum()",
    "select=kode,count()&order={}",
]
HIDDEN += ["{}=match.x", "{}=plfts.x", "{}=cs.{{a}}", "{}=adj.[1,2)", "or=({}.fts.x,kode.eq.1)", "{}=eq(any).{{1}}"]


@pytest.mark.parametrize("column", ["nik_kades", "isi", "_row"])
@pytest.mark.parametrize("shape", HIDDEN)
def test_column_outside_the_grant_answers_like_one_that_is_not_there(
    server: Server, world: World, column: str, shape: str
) -> None:
    given, absent = (read(server, world, shape.format(name), "bob_live") for name in (column, "tidak_ada"))
    assert (given.status_code, given.json()["code"]) == (400, "PGRST204")
    assert given.text.replace(column, "tidak_ada") == absent.text


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select=count(),jumlah.sum(),jumlah.max()", [{"count": 3, "sum": 150, "max": 100}]),
        ("select=kode.min(),kode.max(),n:nama.count()", [{"min": "63.05.01", "max": "63.05.03", "n": 3}]),
        ("select=count()&kode=like.63.04*", [{"count": 0}]),
        ("select=jumlah,count()&jumlah=gte.7&order=jumlah.desc&limit=1", [{"jumlah": 100, "count": 1}]),
        ("select=count()&nama=match.Rahasia", [{"count": 0}]),
        ("select=count()&not.or=(nama.match.Tapin,nama.plfts.bakarangan)", [{"count": 1}]),
        ("select=kode&nama=wfts.rahasia or jauh", []),
        ("select=kode&nama=imatch(any).{rahasia,jauh}", []),
        ("select=kode&jumlah=lt(all).{8}", []),
    ],
)
def test_aggregates_and_searches_stay_within_the_grants_rows(
    server: Server, world: World, query: str, rows: list[dict[str, Any]]
) -> None:
    answer = read(server, world, query, "bob_live", Prefer="count=exact")
    assert answer.json() == rows
    assert answer.headers["content-range"].endswith(f"/{len(rows)}") or "limit" in query


def test_failing_cast_inside_an_aggregate_tells_nothing_of_a_row_outside(server: Server, world: World) -> None:
    """Only rows outside would make this cast fail."""
    table = f'"{world.schema["live"]}"."desa"'
    before = world.execute(f"SELECT kode, nama FROM {table} WHERE kode LIKE '63.05%'")
    world.execute(f"UPDATE {table} SET nama = '5' WHERE kode LIKE '63.05%'")
    try:
        for select in ("nama::int.sum()", "n:nama::int,count()", "nama::int.max()::text,count()"):
            for order in ("", "&kode=like.63*", "&jumlah=not.is.null"):
                answer = read(server, world, f"select={select}{order}", "bob_live", Prefer="count=exact")
                assert answer.status_code == 200, (select, order, answer.text)
            assert read(server, world, f"select={select}").json()["code"] == "22P02"
    finally:
        for kode, nama in before:
            world.execute(f"UPDATE {table} SET nama = %s WHERE kode = %s", [nama, kode])
