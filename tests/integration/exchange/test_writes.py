"""POST, PUT, PATCH and DELETE on a dataset, as PostgREST answers them: all or nothing, one batch each."""

import json
from typing import Any

import httpx
import pytest
from exchange_world import Server, World, add_grant, fill, list_records

from simpul.store.sql import Jsonb

DESA = "/sandbox/wilayah/v1/desa"
REPRESENTATION = {"Prefer": "return=representation"}
NEW = {"kode": "70.01", "nama": "Desa Baru", "jumlah": 5}


@pytest.fixture(autouse=True)
def _same_rows(world: World) -> None:
    fill(world, "sandbox")


class Writer:
    """Alice's program at its dataset."""

    def __init__(self, server: Server, world: World) -> None:
        self.server, self.world = server, world

    def send(self, method: str, query: str = "", rows: Any = None, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        content = rows if isinstance(rows, bytes) else None if rows is None else json.dumps(rows).encode()
        if content is not None:
            given.setdefault("Content-Type", "application/json")
        key = self.world.keys["alice_test"]
        return self.server.call(method, f"{DESA}{query}", key, content=content, headers=given)

    def read(self, query: str) -> Any:
        return self.server.get(f"{DESA}{query}", self.world.keys["alice_test"]).json()

    def count(self) -> int:
        return len(self.read("?select=kode"))

    def version(self) -> int:
        return int(self.server.get(f"{DESA}?limit=0", self.world.keys["alice_test"]).headers["dataset-version"])


@pytest.fixture
def writer(server: Server, world: World) -> Writer:
    return Writer(server, world)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# POST


def test_insert_answers_201_without_a_body(writer: Writer) -> None:
    answer = writer.send("POST", "", NEW)
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (201, b"", "*/*")
    assert writer.read("?kode=eq.70.01&select=kode,nama,jumlah,isi") == [{**NEW, "isi": None}]


def test_insert_of_an_array_is_one_version_and_one_batch(writer: Writer, world: World) -> None:
    before = writer.version()
    answer = writer.send("POST", "", [NEW, {**NEW, "kode": "70.02"}], Prefer="count=exact")
    assert (answer.status_code, answer.headers["content-range"]) == (201, "*/2")
    assert answer.headers["preference-applied"] == "count=exact"
    assert int(answer.headers["dataset-version"]) == writer.version() == before + 1
    [(mode, inserted)] = world.execute("SELECT mode, inserted FROM batch ORDER BY id DESC LIMIT 1")
    assert (mode, inserted) == ("insert", 2)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"kode,nama,jumlah\n70.01,Satu,1\n70.02,Dua,2\n", "text/csv"),
        (
            b'{"kode":"70.01","nama":"Satu","jumlah":1}\n{"kode":"70.02","nama":"Dua","jumlah":2}\n',
            "application/x-ndjson",
        ),
    ],
)
def test_insert_takes_csv_and_ndjson(writer: Writer, content: bytes, media_type: str) -> None:
    answer = writer.send(
        "POST", "?select=kode,jumlah&order=kode.desc", content, Content_Type=media_type, **REPRESENTATION
    )
    assert answer.status_code == 201
    assert answer.json() == [{"kode": "70.02", "jumlah": 2}, {"kode": "70.01", "jumlah": 1}]


def test_word_null_in_csv_is_an_empty_value(writer: Writer) -> None:
    answer = writer.send(
        "POST",
        "?select=kode,nama,jumlah",
        b"kode,nama,jumlah\n70.01,Satu,NULL\n",
        Content_Type="text/csv",
        **REPRESENTATION,
    )
    assert answer.json() == [{"kode": "70.01", "nama": "Satu", "jumlah": None}]


def test_body_without_a_content_type_is_json(writer: Writer, server: Server, world: World) -> None:
    answer = server.call("POST", DESA, world.keys["alice_test"], content=json.dumps(NEW).encode())
    assert answer.status_code == 201


def test_representation_follows_select_order_and_accept(writer: Writer) -> None:
    rows = [NEW, {**NEW, "kode": "70.02", "nama": 'A "b"'}]
    answer = writer.send("POST", "?select=k:kode,nama&order=nama", rows, Accept="text/csv", **REPRESENTATION)
    assert answer.text == 'k,nama\n70.02,"A ""b"""\n70.01,Desa Baru\n'
    assert answer.headers["content-type"].startswith("text/csv")
    one = writer.send(
        "POST", "?select=kode", {**NEW, "kode": "70.03"}, Accept="application/vnd.pgrst.object+json", **REPRESENTATION
    )
    assert (one.status_code, one.json()) == (201, {"kode": "70.03"})


@pytest.mark.parametrize(
    ("accept", "some", "none"),
    [
        ("application/x-ndjson", '{"kode":"70.01"}\n', ""),
        ("text/csv", "kode\n70.01\n", "kode\n"),
        ("application/vnd.pgrst.array+json;nulls=stripped", '[{"kode":"70.01"}]', "[]"),
    ],
)
def test_representation_comes_in_every_form(writer: Writer, accept: str, some: str, none: str) -> None:
    given = {"Accept": accept, "Prefer": "tx=rollback, return=representation"}
    one, nothing = (writer.send("POST", "?select=kode", rows, **given) for rows in (NEW, []))
    assert (one.status_code, one.text, nothing.text) == (201, some, none)
    assert one.headers["content-type"].startswith(accept)


def test_headers_only_gives_the_address_of_the_one_row(writer: Writer) -> None:
    answer = writer.send("POST", "", {**NEW, "kode": "70 &1"}, Prefer="return=headers-only")
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["location"] == f"{DESA}?kode=eq.70%20%261"
    assert answer.headers["preference-applied"] == "return=headers-only"
    again = writer.server.get(answer.headers["location"], writer.world.keys["alice_test"])
    assert [row["kode"] for row in again.json()] == ["70 &1"]
    assert (
        "location" not in writer.send("POST", "", [NEW, {**NEW, "kode": "70.02"}], Prefer="return=headers-only").headers
    )


def test_insert_of_a_known_key_is_a_conflict_and_keeps_nothing(writer: Writer) -> None:
    answer = writer.send("POST", "", [NEW, {"kode": "63.05.01", "nama": "Lain", "jumlah": 1}])
    assert refusal(answer) == (409, "23505")
    assert "merge-duplicates" in answer.json()["details"]
    assert "mode=" not in answer.json()["details"]
    assert "baris 2, kolom kode" in answer.json()["details"]
    assert "63.05.01" not in answer.text
    assert writer.count() == 5


def test_one_row_twice_in_an_insert_is_a_conflict(writer: Writer) -> None:
    assert refusal(writer.send("POST", "", [NEW, NEW])) == (409, "23505")


def test_merge_updates_inserts_and_says_201_only_for_new_rows(writer: Writer) -> None:
    merge = {"Prefer": "resolution=merge-duplicates, return=representation"}
    both = [{"kode": "63.05.01", "nama": "Tapin Utara Baru"}, {"kode": "70.01", "nama": "Baru"}]
    answer = writer.send("POST", "?select=kode,nama,jumlah&order=kode", both, **merge)
    assert answer.status_code == 201
    assert answer.json() == [
        {"kode": "63.05.01", "nama": "Tapin Utara Baru", "jumlah": 100},
        {"kode": "70.01", "nama": "Baru", "jumlah": None},
    ]
    assert answer.headers["preference-applied"] == "resolution=merge-duplicates, return=representation"
    assert writer.send("POST", "", both, **merge).status_code == 200


def test_ignore_leaves_known_rows_and_shows_only_new_ones(writer: Writer) -> None:
    rows = [{"kode": "63.05.01", "nama": "Lain"}, {"kode": "70.01", "nama": "Baru"}]
    prefer = "resolution=ignore-duplicates, return=representation, count=exact"
    answer = writer.send("POST", "?select=kode", rows, Prefer=prefer)
    assert (answer.status_code, answer.json(), answer.headers["content-range"]) == (201, [{"kode": "70.01"}], "*/1")
    assert writer.read("?kode=eq.63.05.01&select=nama") == [{"nama": "Tapin Utara"}]
    again = writer.send("POST", "?select=kode", rows, Prefer=prefer)
    assert (again.status_code, again.json()) == (201, [])


@pytest.mark.parametrize("columns", ["kode", "kode,nama"])
def test_on_conflict_takes_the_key_alone(writer: Writer, columns: str) -> None:
    answer = writer.send("POST", f"?on_conflict={columns}", NEW, Prefer="resolution=merge-duplicates")
    assert answer.status_code == (201 if columns == "kode" else 400)
    if columns != "kode":
        assert answer.json()["code"] == "42P10"


def test_columns_take_these_keys_alone_and_keys_may_differ(writer: Writer) -> None:
    rows = [{"kode": "70.01", "nama": "Satu", "lain": 1}, {"kode": "70.02", "nama": "Dua", "jumlah": 9}]
    answer = writer.send("POST", "?columns=kode,nama&select=kode,jumlah", rows, **REPRESENTATION)
    assert answer.json() == [{"kode": "70.01", "jumlah": None}, {"kode": "70.02", "jumlah": None}]
    assert refusal(writer.send("POST", "", [NEW, {"kode": "70.02", "nama": "Dua"}])) == (400, "PGRST102")


def test_empty_array_inserts_nothing(writer: Writer) -> None:
    before = writer.version()
    answer = writer.send("POST", "", [], **REPRESENTATION)
    assert (answer.status_code, answer.json()) == (201, [])
    assert writer.send("POST", "", [], Prefer="resolution=merge-duplicates").status_code == 200
    assert writer.send("POST", "?columns=kode,nama", [], Prefer="return=minimal").status_code == 201
    assert writer.version() == before


@pytest.mark.parametrize(
    ("row", "status", "code", "place"),
    [
        ({"nama": "Tanpa kunci", "jumlah": 1}, 400, "23502", "kolom kode"),
        ({**NEW, "nama": None}, 400, "23502", "kolom nama"),
        ({**NEW, "jumlah": "tiga"}, 400, "22P02", "kolom jumlah"),
        ({**NEW, "jumlah": -1}, 400, "23514", "kolom jumlah"),
        ({**NEW, "jumlah": 10**30}, 400, "22003", "kolom jumlah"),
        ({**NEW, "nama": "x" * 51}, 400, "22001", "kolom nama"),
        ({**NEW, "diubah": "kemarin"}, 400, "22P02", "kolom diubah"),
        ({**NEW, "isi": "bukan objek"}, 400, "22P02", "kolom isi"),
        ({**NEW, "tidak_ada": 1}, 400, "PGRST204", None),
        ({**NEW, "_version": 1}, 400, "PGRST204", None),
    ],
)
def test_bad_value_is_told_by_its_kind_row_and_column(
    writer: Writer, row: dict[str, object], status: int, code: str, place: str | None
) -> None:
    answer = writer.send("POST", "", [row])
    assert refusal(answer) == (status, code)
    if place:
        assert f"baris 1, {place}: " in answer.json()["details"]
        assert answer.json()["hint"]
    assert writer.count() == 5


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'"x"', b"[{}]", b'[{"kode":"1","kode":"2"}]', b'{"a":1}{', b"\xff"]
)
def test_body_that_is_no_rows_is_refused(writer: Writer, content: bytes) -> None:
    assert refusal(writer.send("POST", "", content)) == (400, "PGRST102")


def test_unknown_media_type_is_415(writer: Writer) -> None:
    assert refusal(writer.send("POST", "", b"<a/>", Content_Type="application/xml")) == (415, "SPLX05")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?kode=eq.1", "PGRST100"),
        ("?columns=kode,tidak_ada", "PGRST204"),
        ("?columns=kode,,nama", "PGRST100"),
        ('?columns="kode', "PGRST100"),
        ("?columns=kode&columns=nama", "PGRST100"),
        ("?select=tidak_ada", "PGRST204"),
        ("?select=lain(kode)", "PGRST127"),
        ("?order=tidak_ada", "PGRST204"),
        ("?after=x", "PGRST127"),
    ],
)
def test_parameters_that_mean_nothing_here_are_refused(writer: Writer, query: str, code: str) -> None:
    assert refusal(writer.send("POST", query, NEW)) == (400, code)
    assert writer.count() == 5


def test_unknown_preference_is_refused_under_strict_handling_alone(writer: Writer) -> None:
    assert refusal(writer.send("POST", "", NEW, Prefer="handling=strict, wait=5")) == (400, "PGRST122")
    assert writer.send("POST", "", NEW, Prefer="wait=5").status_code == 201


def test_trial_shows_the_rows_as_they_would_be_and_keeps_nothing(writer: Writer, server: Server, world: World) -> None:
    before = writer.version()
    answer = writer.send("POST", "?select=kode,nama", NEW, Prefer="tx=rollback, return=representation")
    assert (answer.status_code, answer.json()) == (201, [{"kode": "70.01", "nama": "Desa Baru"}])
    assert answer.headers["preference-applied"] == "return=representation, tx=rollback"
    assert "dataset-version" not in answer.headers
    assert (writer.count(), writer.version()) == (5, before)
    server.flush()
    record = list_records(world)[-3]
    assert (record["status"], record["dataset_version"]) == (201, None)


def test_failing_representation_writes_nothing(writer: Writer) -> None:
    answer = writer.send("POST", "?select=nama::int", NEW, **REPRESENTATION)
    assert refusal(answer) == (400, "22P02")
    assert writer.count() == 5


def test_singular_accept_wants_exactly_one_row(writer: Writer) -> None:
    single = {"Accept": "application/vnd.pgrst.object+json", **REPRESENTATION}
    assert refusal(writer.send("POST", "", [NEW, {**NEW, "kode": "70.02"}], **single)) == (406, "PGRST116")
    assert refusal(writer.send("POST", "", [], **single)) == (406, "PGRST116")
    assert refusal(writer.send("PATCH", "?kode=like.63.05*", {"jumlah": 1}, **single)) == (406, "PGRST116")
    assert refusal(writer.send("DELETE", "?kode=eq.0", **single)) == (406, "PGRST116")
    assert writer.count() == 5


# PUT


def test_put_inserts_then_replaces_one_row(writer: Writer) -> None:
    first = writer.send("PUT", "?kode=eq.70.01", NEW, **REPRESENTATION)
    assert (first.status_code, [row["nama"] for row in first.json()]) == (201, ["Desa Baru"])
    assert "content-range" not in first.headers
    second = writer.send("PUT", "?kode=eq.70.01", {**NEW, "nama": "Lagi"}, **REPRESENTATION)
    assert (second.status_code, [row["nama"] for row in second.json()]) == (200, ["Lagi"])
    assert writer.send("PUT", "?kode=eq.70.01", [NEW]).status_code == 204


@pytest.mark.parametrize(
    ("query", "rows", "status", "code"),
    [
        ("", NEW, 405, "PGRST105"),
        ("?kode=gt.70.01", NEW, 405, "PGRST105"),
        ("?kode=not.eq.70.01", NEW, 405, "PGRST105"),
        ("?kode=eq(any).{70.01}", NEW, 405, "PGRST105"),
        ("?kode=eq.70.01&nama=eq.x", NEW, 405, "PGRST105"),
        ("?or=(kode.eq.70.01)", NEW, 405, "PGRST105"),
        ("?kode=eq.70.01&limit=1", NEW, 400, "PGRST114"),
        ("?kode=eq.70.02", NEW, 400, "PGRST115"),
        ("?kode=eq.70.01", {"nama": "Tanpa kunci"}, 400, "PGRST115"),
        ("?kode=eq.70.01", [], 400, "PGRST115"),
        ("?kode=eq.70.01", [NEW, NEW], 400, "PGRST102"),
    ],
)
def test_put_that_names_no_single_row_is_refused(writer: Writer, query: str, rows: Any, status: int, code: str) -> None:
    assert refusal(writer.send("PUT", query, rows)) == (status, code)
    assert writer.count() == 5


# PATCH


def test_patch_changes_the_chosen_rows_alone(writer: Writer) -> None:
    answer = writer.send("PATCH", "?kode=like.63.05*", {"jumlah": 1}, Prefer="count=exact")
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (204, b"", "0-2/3")
    assert [row["jumlah"] for row in writer.read("?select=jumlah&order=kode")] == [999, 7, 1, 1, 1]


def test_patch_shows_rows_as_they_are_now_whatever_the_filter_says_then(writer: Writer) -> None:
    answer = writer.send("PATCH", "?jumlah=eq.7&select=kode,jumlah", {"jumlah": 8}, **REPRESENTATION)
    assert (answer.status_code, answer.json()) == (200, [{"kode": "63.04.02", "jumlah": 8}])
    assert answer.headers["content-range"] == "0-0/*"


def test_patch_of_no_row_changes_nothing(writer: Writer) -> None:
    before = writer.version()
    none = writer.send("PATCH", "?kode=eq.0", {"jumlah": 1}, **REPRESENTATION)
    assert (none.status_code, none.json(), none.headers["content-range"]) == (200, [], "*/*")
    for nothing in ({}, [], [{}]):
        assert writer.send("PATCH", "?kode=eq.63.05.01", nothing).status_code == 204
    assert writer.version() == before


def test_patch_may_set_null_and_json_and_only_the_given_columns(writer: Writer) -> None:
    body = {"jumlah": None, "isi": {"luas": [1, 2]}, "nama": "Tidak dipakai"}
    answer = writer.send("PATCH", "?kode=eq.63.05.01&columns=jumlah,isi", body, **REPRESENTATION)
    [row] = answer.json()
    assert (row["nama"], row["jumlah"], row["isi"]) == ("Tapin Utara", None, {"luas": [1, 2]})


def test_patch_keeps_the_key(writer: Writer) -> None:
    same = writer.send("PATCH", "?kode=eq.63.05.01", {"kode": "63.05.01", "nama": "Baru"})
    assert same.status_code == 204
    other = writer.send("PATCH", "?kode=eq.63.05.01", {"kode": "70.01"})
    assert other.status_code == 400
    assert "Hapus barisnya" in other.json()["details"]


@pytest.mark.parametrize(
    ("query", "rows", "code"),
    [
        ("", {"jumlah": 1}, "21000"),
        ("?select=kode", {"jumlah": 1}, "21000"),
        ("?kode=eq.63.05.01&limit=1", {"jumlah": 1}, "PGRST127"),
        ("?kode=eq.63.05.01&offset=1", {"jumlah": 1}, "PGRST127"),
        ("?kode=eq.63.05.01", [{"jumlah": 1}, {"jumlah": 2}], "PGRST102"),
        ("?tidak_ada=eq.1", {"jumlah": 1}, "PGRST204"),
        ("?kode=eq.63.05.01", {"nama": None}, "23502"),
        ("?kode=eq.63.05.01", {"jumlah": -1}, "23514"),
        ("?jumlah=eq.tiga", {"jumlah": 1}, "22P02"),
        ("?nama=cs.{x}", {"jumlah": 1}, "42883"),
    ],
)
def test_patch_is_refused_as_a_whole(writer: Writer, query: str, rows: Any, code: str) -> None:
    before = writer.version()
    assert refusal(writer.send("PATCH", query, rows)) == (400, code)
    assert writer.version() == before


def test_patch_tells_a_bad_value_once(writer: Writer) -> None:
    answer = writer.send("PATCH", "?kode=like.63*", {"jumlah": -1})
    assert answer.json()["details"].startswith("kolom jumlah: ")
    assert answer.json()["details"].count("kolom jumlah") == 1


def test_max_affected_counts_under_strict_handling(writer: Writer) -> None:
    strict = "handling=strict, max-affected=2"
    assert refusal(writer.send("PATCH", "?kode=like.63.05*", {"jumlah": 1}, Prefer=strict)) == (400, "PGRST124")
    assert refusal(writer.send("DELETE", "?kode=like.63.05*", Prefer=strict)) == (400, "PGRST124")
    rows = [{**NEW, "kode": f"70.{number}"} for number in range(3)]
    assert refusal(writer.send("POST", "", rows, Prefer=strict)) == (400, "PGRST124")
    assert writer.count() == 5
    assert writer.send("DELETE", "?kode=like.63.04*", Prefer=strict).status_code == 204
    lenient = writer.send("PATCH", "?kode=like.63.05*", {"jumlah": 1}, Prefer="max-affected=2")
    assert lenient.status_code == 204
    assert "preference-applied" not in lenient.headers


# DELETE


def test_delete_removes_the_chosen_rows_and_shows_them(writer: Writer) -> None:
    answer = writer.send("DELETE", "?kode=like.63.04*&select=kode&order=kode.desc", **REPRESENTATION)
    assert (answer.status_code, answer.json()) == (200, [{"kode": "63.04.02"}, {"kode": "63.04.01"}])
    assert answer.headers["content-range"] == "*/*"
    gone = writer.send("DELETE", "?kode=like.63.04*", Prefer="count=exact")
    assert (gone.status_code, gone.headers["content-range"]) == (204, "*/0")
    assert writer.count() == 3


@pytest.mark.parametrize(("query", "code"), [("", "21000"), ("?kode=eq.1&limit=1", "PGRST127")])
def test_delete_of_everything_is_refused(writer: Writer, query: str, code: str) -> None:
    assert refusal(writer.send("DELETE", query)) == (400, code)


# Grants


def test_consumer_may_not_write(server: Server, world: World) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = server.call(method, f"{DESA}?kode=eq.63.05.01", world.keys["bob_test"], json=NEW)
        assert answer.status_code == 403
    assert server.call("POST", DESA, world.keys["charlie_test"], json=NEW).status_code == 403
    assert server.call("POST", DESA, json=NEW).status_code == 401


@pytest.fixture
def narrow(server: Server, world: World) -> Any:
    """Give Charlie's organization a grant to write three columns of the rows of 63.05, and end it afterwards."""
    grant = add_grant(
        world, "sandbox/desa", 3, "penyedia", ["kode", "nama", "jumlah"], "kode=like.63.05*", ["read", "deliver"]
    )
    server.reload()
    yield grant
    world.execute("DELETE FROM data_grant WHERE id = %s", [grant])
    server.reload()


@pytest.mark.parametrize(
    ("method", "query", "rows", "prefer", "code"),
    [
        ("POST", "", {"kode": "70.01", "nama": "Luar", "jumlah": 1}, "", "42501"),
        ("POST", "", {"kode": "63.04.01", "nama": "Luar", "jumlah": 1}, "resolution=merge-duplicates", "42501"),
        ("PUT", "?kode=eq.63.04.01", {"kode": "63.04.01", "nama": "Luar", "jumlah": 1}, "", "42501"),
        ("POST", "", {"kode": "63.05.09", "nama": "x", "nik_kades": "1"}, "", "PGRST204"),
        ("POST", "?columns=kode,nik_kades", {"kode": "63.05.09"}, "", "PGRST204"),
        ("PATCH", "?nik_kades=eq.1", {"jumlah": 1}, "", "PGRST204"),
        ("PATCH", "?kode=eq.63.05.01", {"nik_kades": "1"}, "", "PGRST204"),
        ("PATCH", "?kode=eq.63.05.01&select=nik_kades", {"jumlah": 1}, "return=representation", "PGRST204"),
        ("DELETE", "?nik_kades=eq.1", None, "", "PGRST204"),
    ],
)
def test_write_outside_the_grant_is_refused(
    server: Server, world: World, narrow: int, method: str, query: str, rows: Any, prefer: str, code: str
) -> None:
    headers = {"Prefer": prefer, "Content-Type": "application/json"}
    content = None if rows is None else json.dumps(rows).encode()
    answer = server.call(method, f"{DESA}{query}", world.keys["charlie_test"], content=content, headers=headers)
    assert refusal(answer) == (403 if code == "42501" else 400, code)
    assert world.execute(
        f"SELECT count(*) FROM \"{world.schema['sandbox']}\".\"desa\" WHERE nama IN ('Luar', 'x')"
    ) == [(0,)]


def test_filter_of_a_write_reaches_only_the_rows_of_the_grant(server: Server, world: World, narrow: int) -> None:
    key = world.keys["charlie_test"]
    answer = server.call("PATCH", f"{DESA}?kode=like.63*&select=kode", key, json={"jumlah": 3}, headers=REPRESENTATION)
    assert [row["kode"] for row in answer.json()] == ["63.05.01", "63.05.02", "63.05.03"]
    out = server.call("PATCH", f"{DESA}?kode=eq.63.05.01", key, json={"kode": "70.01"})
    assert out.status_code == 400
    gone = server.call("DELETE", f"{DESA}?kode=like.63*", key, headers={"Prefer": "count=exact"})
    assert gone.headers["content-range"] == "*/3"
    own = server.call(
        "POST", f"{DESA}?select=kode,nama", key, json={"kode": "63.05.9", "nama": "Baru"}, headers=REPRESENTATION
    )
    assert (own.status_code, own.json()) == (201, [{"kode": "63.05.9", "nama": "Baru"}])


def test_grant_to_deliver_alone_neither_filters_nor_shows_rows(server: Server, world: World) -> None:
    grant = add_grant(world, "sandbox/desa", 3, "penyedia", ["kode", "nama", "jumlah"], "", ["deliver"])
    server.reload()
    try:
        key = world.keys["charlie_test"]
        assert server.call("POST", DESA, key, json=NEW).status_code == 201
        more = {**NEW, "kode": "70.02"}
        assert server.call("POST", DESA, key, json=more, headers=REPRESENTATION).status_code == 403
        assert server.call("PATCH", f"{DESA}?kode=eq.70.01", key, json={"jumlah": 1}).status_code == 403
        assert server.call("DELETE", f"{DESA}?jumlah=gt.1", key).status_code == 403
    finally:
        world.execute("DELETE FROM data_grant WHERE id = %s", [grant])
        server.reload()


def test_masked_column_is_neither_written_nor_seen_nor_matched(server: Server, world: World) -> None:
    columns = ["kode", "nama", "jumlah", "nik_kades"]
    grant = add_grant(world, "sandbox/desa", 3, "penyedia", columns, "", ["read", "deliver"])
    world.execute("UPDATE data_grant SET masks = %s WHERE id = %s", [Jsonb({"nik_kades": "last4"}), grant])
    server.reload()
    try:
        key, one = world.keys["charlie_test"], f"{DESA}?kode=eq.63.05.01"
        assert refusal(server.call("PATCH", one, key, json={"nik_kades": "1"})) == (400, "PGRST204")
        shown = server.call("PATCH", one, key, json={"jumlah": 1}, headers=REPRESENTATION).json()
        assert shown == [{"kode": "63.05.01", "nama": "Tapin Utara", "nik_kades": "*" * 12 + "0001", "jumlah": 1}]
        counted = {"Prefer": "count=exact"}
        by_value = server.call("DELETE", f"{DESA}?nik_kades=eq.6305010101010001", key, headers=counted)
        assert by_value.headers["content-range"] == "*/0"
        gone = server.call("DELETE", one, key, headers=REPRESENTATION)
        assert gone.json()[0]["nik_kades"] == "*" * 12 + "0001"
    finally:
        world.execute("DELETE FROM data_grant WHERE id = %s", [grant])
        server.reload()


# Repeats and evidence


@pytest.mark.parametrize(
    ("method", "query", "rows"),
    [
        ("POST", "", NEW),
        ("PUT", "?kode=eq.70.01", NEW),
        ("PATCH", "?jumlah=eq.7", {"jumlah": 8}),
        ("DELETE", "?kode=like.63.04*", None),
    ],
)
def test_repeat_under_one_idempotency_key_gets_the_first_answer(
    writer: Writer, method: str, query: str, rows: Any
) -> None:
    headers = {"Idempotency_Key": f"{method}-1", "Prefer": "count=exact, return=headers-only"}
    first = writer.send(method, query, rows, **headers)
    version = writer.version()
    again = writer.send(method, query, rows, **headers)
    assert first.status_code < 300
    assert again.status_code == first.status_code
    same = ("content-range", "location", "preference-applied", "dataset-version")
    assert [again.headers.get(name) for name in same] == [first.headers.get(name) for name in same]
    assert (again.headers["idempotency-replayed"], writer.version()) == ("true", version)
    other = writer.send(method, f"{query or '?'}&select=kode", rows, **headers)
    assert refusal(other) == (422, "SPL621")


def test_repeat_is_answered_though_the_filter_chooses_more_by_now(writer: Writer) -> None:
    strict = {"Idempotency_Key": "strict-1", "Prefer": "handling=strict, max-affected=1, count=exact"}
    first = writer.send("PATCH", "?jumlah=eq.7", {"jumlah": 100}, **strict)
    assert (first.status_code, first.headers["content-range"]) == (204, "0-0/1")
    writer.send("PATCH", "?kode=like.63*", {"jumlah": 7})
    again = writer.send("PATCH", "?jumlah=eq.7", {"jumlah": 100}, **strict)
    assert (again.status_code, again.headers["content-range"]) == (204, "0-0/1")
    assert [row["jumlah"] for row in writer.read("?select=jumlah")] == [7] * 5


def test_repeat_isnt_given_rows_that_are_kept_nowhere(writer: Writer) -> None:
    headers = {"Idempotency_Key": "rows-1", **REPRESENTATION}
    assert writer.send("POST", "", NEW, **headers).json()[0]["kode"] == "70.01"
    again = writer.send("POST", "", NEW, **headers)
    assert (again.status_code, again.content, again.headers["preference-applied"]) == (201, b"", "return=minimal")


def test_write_leaves_one_evidence_row_with_names_only(writer: Writer, server: Server, world: World) -> None:
    done = writer.send("PATCH", "?jumlah=eq.7", {"nama": "Rahasia sekali"})
    refused = writer.send("PATCH", "?jumlah=eq.8", {"jumlah": -1})
    refused_too = writer.send("POST", "", {**NEW, "jumlah": -1})
    server.flush()
    records = {record["uid"]: record for record in list_records(world)}
    kept = records[done.headers["evidence-id"]]
    assert (kept["method"], kept["operation"], kept["status"], kept["rows"]) == ("PATCH", "deliver", 204, 1)
    assert kept["columns"] == ["jumlah", "nama"]
    assert kept["operators"] == ["eq", "update"]
    assert kept["dataset_version"] == int(done.headers["dataset-version"])
    assert kept["batch_id"]
    assert "Rahasia" not in json.dumps(kept)
    assert records[refused.headers["evidence-id"]]["status"] == 204  # no row was chosen
    assert records[refused_too.headers["evidence-id"]]["code"] == "23514"


def test_every_write_is_in_the_feed(writer: Writer) -> None:
    since = writer.version()
    writer.send("POST", "", NEW)
    writer.send("PATCH", "?kode=eq.70.01", {"jumlah": 6})
    writer.send("PUT", "?kode=eq.70.01", {**NEW, "jumlah": 7}, Prefer="tx=rollback")
    writer.send("DELETE", "?kode=eq.70.01")
    told = writer.read(f"/changes?since={since}")["changes"]
    assert [(one["op"], one["key"], one["version"]) for one in told] == [
        ("insert", {"kode": "70.01"}, since + 1),
        ("update", {"kode": "70.01"}, since + 2),
        ("delete", {"kode": "70.01"}, since + 3),
    ]


def test_openapi_tells_of_writes_only_who_may_write(server: Server, world: World) -> None:
    def list_methods(name: str) -> set[str]:
        document = server.get("/sandbox/wilayah/v1/openapi.json", world.keys[name]).json()
        return set(document["paths"]["/desa"])

    assert list_methods("alice_test") == {"get", "post", "put", "patch", "delete"}
    assert list_methods("bob_test") == {"get"}


def test_options_tells_the_methods(server: Server) -> None:
    answer = server.call("OPTIONS", DESA)
    assert answer.headers["allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"]
