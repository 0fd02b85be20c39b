"""Reading a dataset: the grammar against real PostgreSQL, and the answers' headers."""

import csv
import io
from typing import Any

import pytest
from exchange_world import Server, World, parse_instant

DESA = "/api/wilayah/v1/desa"


def read(server: Server, world: World, query: str, **headers: str) -> Any:
    return server.get(f"{DESA}?{query}", world.keys["alice_live"], headers=headers)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("kode=eq.63.05.01", ["63.05.01"]),
        ("kode=neq.63.05.01&jumlah=gte.50", ["63.05.02", "63.04.01"]),
        ("jumlah=gt.50&jumlah=lte.999", ["63.05.01", "63.04.01"]),
        ("jumlah=lt.50", ["63.04.02"]),
        ("nama=like.*arang*", ["63.05.02"]),
        ("nama=ilike.TAPIN*", ["63.05.01"]),
        ('kode=in.(63.05.01,"63.04.02",x)', ["63.05.01", "63.04.02"]),
        ("kode=in.()", []),
        ("jumlah=is.null", ["63.05.03"]),
        ("jumlah=not.is.null&kode=not.like.63.05*", ["63.04.01", "63.04.02"]),
        ("nama=eq.", ["63.05.03"]),
        ('or=(jumlah.eq.7,and(kode.like.63.05*,nama.eq.""))', ["63.05.03", "63.04.02"]),
        ("not.or=(jumlah.gt.10,jumlah.is.null)", ["63.04.02"]),
        ("jumlah=eq(any).{7,50}", ["63.05.02", "63.04.02"]),
        ("isi->luas=eq.12", ["63.05.01"]),
        ("isi->>luas=eq.7", ["63.05.03"]),
        ("jumlah=isdistinct.7&kode=like.63.04*", ["63.04.01"]),
        ("diubah=gte.2026-01-01", ["63.05.01"]),
    ],
)
def test_filter_finds_its_rows(server: Server, world: World, query: str, codes: list[str]) -> None:
    answer = read(server, world, f"select=kode&{query}")
    assert answer.status_code == 200, answer.text
    assert [row["kode"] for row in answer.json()] == codes


def test_select_renames_casts_and_digs(server: Server, world: World) -> None:
    answer = read(server, world, "select=id:kode,jumlah::text,luas:isi->luas&kode=eq.63.05.01")
    assert answer.json() == [{"id": "63.05.01", "jumlah": "100", "luas": 12}]


def test_everything_comes_with_its_types_in_the_contracts_order(server: Server, world: World) -> None:
    [row] = read(server, world, "kode=eq.63.05.01").json()
    assert list(row) == ["kode", "nama", "nik_kades", "jumlah", "diubah", "isi"]
    assert row["isi"] == {"luas": 12}
    assert row["diubah"].endswith("+08:00")
    assert parse_instant(row["diubah"]) == parse_instant("2026-01-01T00:00:00+00:00")


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("jumlah", "63.04.02", "63.05.03"),
        ("jumlah.desc.nullslast", "63.04.01", "63.05.03"),
        ("jumlah.asc.nullsfirst", "63.05.03", "63.04.01"),
        ("isi->luas.asc,kode.desc", "63.05.03", "63.04.01"),
    ],
)
def test_order_sorts(server: Server, world: World, order: str, first: str, last: str) -> None:
    rows = read(server, world, f"select=kode&order={order}").json()
    assert (rows[0]["kode"], rows[-1]["kode"]) == (first, last)


def test_pages_follow_each_other_without_order(server: Server, world: World) -> None:
    pages = [read(server, world, f"select=kode&limit=2&offset={offset}").json() for offset in (0, 2, 4)]
    assert len({row["kode"] for page in pages for row in page}) == 5


@pytest.mark.parametrize(
    ("query", "headers", "status", "content_range"),
    [
        ("", {}, 200, "0-4/*"),
        ("limit=2", {}, 200, "0-1/*"),
        ("limit=2&offset=2", {"Prefer": "count=exact"}, 206, "2-3/5"),
        ("", {"Prefer": "count=exact"}, 200, "0-4/5"),
        ("", {"Range": "1-2", "Range-Unit": "items", "Prefer": "count=exact"}, 206, "1-2/5"),
        ("kode=eq.x", {}, 200, "*/*"),
        ("kode=eq.x", {"Prefer": "count=exact"}, 200, "*/0"),
        ("limit=0", {"Prefer": "count=exact"}, 206, "*/5"),
        ("offset=9", {"Prefer": "count=exact"}, 416, None),
        ("offset=9", {}, 200, "*/*"),
    ],
)
def test_content_range_tells_which_rows(
    server: Server, world: World, query: str, headers: dict[str, str], status: int, content_range: str | None
) -> None:
    answer = read(server, world, query, **headers)
    assert (answer.status_code, answer.headers.get("content-range")) == (status, content_range)


def test_answer_names_version_and_evidence_and_is_the_callers_alone(server: Server, world: World) -> None:
    headers = read(server, world, "limit=1", Prefer="count=exact").headers
    assert headers["dataset-version"] == "0"
    assert headers["cache-control"] == "private, no-cache"
    assert headers["preference-applied"] == "count=exact"
    assert headers["evidence-id"]
    assert "Content-Range" in headers["access-control-expose-headers"]


def test_csv_is_read_back_as_it_was(server: Server, world: World) -> None:
    answer = read(server, world, "select=kode,nama,jumlah,diubah&order=kode", Accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["kode", "nama", "jumlah", "diubah"]
    assert rows[4] == ["63.05.02", 'Bakarangan, "Lama"', "50", ""]
    assert rows[3][3] == "2026-01-01T08:00:00+08:00"
    assert '63.05.03,"",,\n' in answer.text


def test_csv_of_nothing_is_its_header(server: Server, world: World) -> None:
    assert read(server, world, "select=kode,desa:nama&kode=eq.x", Accept="text/csv").text == "kode,desa\n"


def test_singular_gives_one_object_or_406(server: Server, world: World) -> None:
    accept = "application/vnd.pgrst.object+json"
    assert read(server, world, "select=kode&kode=eq.63.05.01", Accept=accept).json() == {"kode": "63.05.01"}
    refused = read(server, world, "select=kode", Accept=accept)
    assert (refused.status_code, refused.json()["code"]) == (406, "PGRST116")


def test_head_has_the_headers_alone(server: Server, world: World) -> None:
    answer = server.call("HEAD", f"{DESA}?limit=2", world.keys["alice_live"], headers={"Prefer": "count=exact"})
    assert (answer.status_code, answer.headers["content-range"], answer.content) == (206, "0-1/5", b"")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("jumlah=eq.abc", 400, "22P02"),
        ("jumlah=in.(1,x)", 400, "22P02"),
        ("diubah=gt.kemarin-dulu", 400, "22007"),
        ("jumlah=eq.99999999999999999999", 400, "22003"),
        ("jumlah=like.1*", 400, "42883"),
        ("nama=is.true", 400, "42804"),
        ("nama=like.Tapin%20Utar%5C", 400, "22025"),
        ("select=nama::date", 400, "22007"),
        ("tidak_ada=eq.1", 400, "PGRST204"),
        ("kode=sama.1", 400, "PGRST100"),
        ("kode=eq.%FF", 400, "PGRST100"),
        ("limit=x", 416, "PGRST103"),
    ],
)
def test_error_has_its_code_and_both_languages(
    server: Server, world: World, query: str, status: int, code: str
) -> None:
    answer = read(server, world, query)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code)
    assert list(body) == ["code", "message", "details", "hint"]
    assert " / " in body["message"]


def test_postgrest_clients_get_what_they_send(server: Server, world: World) -> None:
    key = world.keys["alice_live"]
    headers = {
        "apikey": key.text,
        "Authorization": f"Bearer {key.text}",
        "Accept-Profile": "public",
        "X-Retry-Count": "1",
    }
    assert server.get(f"{DESA}?select=kode&limit=1", headers=headers).status_code == 200
    other = server.get(DESA, key, headers={"Accept-Profile": "private"})
    assert (other.status_code, other.json()["code"]) == (406, "PGRST106")


@pytest.mark.parametrize("header", ["X-API-Key", "apikey", "X-Api-Key"])
def test_key_comes_in_any_of_its_headers(server: Server, world: World, header: str) -> None:
    assert server.get(DESA, headers={header: world.keys["alice_live"].text}).status_code == 200


def test_preflight_allows_the_headers_that_clients_send(server: Server) -> None:
    answer = server.call("OPTIONS", DESA)
    assert answer.status_code == 204
    assert "apikey" in answer.headers["access-control-allow-headers"]


def test_too_much_is_refused(server: Server, world: World) -> None:
    assert read(server, world, "kode=eq." + "x" * 17_000).status_code == 414
    many = {f"x-{number}": "1" for number in range(120)}
    assert server.get(DESA, world.keys["alice_live"], headers=many).status_code == 431
    assert read(server, world, "&".join(["kode=eq.1"] * 300)).status_code == 400
