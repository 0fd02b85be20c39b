"""The settings of sources: what is wrong is said by field."""

import pytest

from simpul.kernel.words import Words
from simpul.sources.cursors import SeenKeys, hold_back, step_back
from simpul.sources.errors import SourceChanged
from simpul.sources.opening import KINDS, parse_settings
from simpul.sources.shape import DamagedRow, place_cells

DATABASE = {"host": "db.opd.go.id", "port": "3306", "database": "simpeg", "user": "hub", "table": "pegawai"}
REST = {"address": "https://api.opd.go.id/v1"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_which_fields_are_required(kind: str) -> None:
    _, findings = parse_settings(kind, {})
    required = {field.name for field in KINDS[kind].fields if field.required}
    assert required <= {finding.where for finding in findings}
    assert all(finding.message.id and finding.message.en for finding in findings)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_words_in_both_languages(kind: str) -> None:
    assert all(field.about.id and field.about.en for field in KINDS[kind].fields)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("mysql", DATABASE | {"port": "0"}, "port"),
        ("mysql", DATABASE | {"port": "٣٣"}, "port"),
        ("mysql", DATABASE | {"host": "db/x"}, "host"),
        ("mysql", DATABASE | {"query": "SELECT 1"}, "table"),
        ("mysql", DATABASE | {"table": ""}, "table"),
        ("mysql", DATABASE | {"table": "", "query": "DELETE FROM x"}, "query"),
        ("mysql", DATABASE | {"table": "", "query": "SELECT 1; SELECT 2"}, "query"),
        ("mysql", DATABASE | {"table": "", "query": "SELECT 1 /*!50000 INTO OUTFILE '/x' */"}, "query"),
        ("mysql", DATABASE | {"table": "", "query": "SELECT 1 INTO OUTFILE '/x'"}, "query"),
        ("mysql", DATABASE | {"cursor_column": "diubah"}, "key_columns"),
        ("mysql", DATABASE | {"ca_pem": "bukan"}, "ca_pem"),
        ("mysql", DATABASE | {"tls": "mungkin"}, "tls"),
        ("mysql", DATABASE | {"lain": "x"}, "lain"),
        ("rest", {"address": "ftp://x"}, "address"),
        ("rest", {"address": "https://user:pw@x.id"}, "address"),
        ("rest", REST | {"headers": "tanpa titik dua"}, "headers"),
        ("rest", REST | {"headers": "Host: lain.id"}, "headers"),
        ("rest", REST | {"sign_in": "basic"}, "user"),
        ("rest", REST | {"sign_in": "header"}, "secret_header"),
        ("rest", REST | {"secret_header": "A: b"}, "secret_header"),
        ("rest", REST | {"paging": "page"}, "page_parameter"),
        ("rest", REST | {"paging": "next"}, "next_path"),
        ("rest", REST | {"cursor_column": "ubah", "key_columns": "id"}, "since_parameter"),
        ("rest", REST | {"records_path": "a..b"}, "records_path"),
        ("folder", {"folder": "data"}, "folder"),
        ("folder", {"folder": "/data/../etc"}, "folder"),
        ("folder", {"folder": "/data", "pattern": "../*"}, "pattern"),
        ("file", REST | {"format": "exe"}, "format"),
    ],
)
def test_wrong_setting_is_told_by_its_field(kind: str, given: dict[str, str], field: str) -> None:
    _, findings = parse_settings(kind, given)
    assert field in {finding.where for finding in findings}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT start, `set`, \"use\" FROM t WHERE x = ';' -- ;",
        "WITH a AS (SELECT 1) SELECT * FROM a;",
        "(SELECT 1) UNION (SELECT 2)",
        "SELECT REPLACE(nama, ';', ',') FROM t # ; \n",
    ],
)
def test_honest_query_is_taken(query: str) -> None:
    _, findings = parse_settings("mysql", DATABASE | {"table": "", "query": query})
    assert findings == []


def test_settings_of_a_database_are_typed() -> None:
    settings, findings = parse_settings(
        "postgresql", DATABASE | {"cursor_column": "diubah", "key_columns": "id, kode ,id", "overlap": "60"}
    )
    assert findings == []
    assert settings.incremental.key_columns == ("id", "kode")  # type: ignore[union-attr]
    assert settings.tls == "verify"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("since", "kind", "overlap", "begin"),
    [
        ("18446744073709551615", "integer", 0, "18446744073709551615"),
        ("10.5", "number", 3, "7.5"),
        ("2026-03-01", "date", 1, "2026-02-28"),
        ("2026-03-01", "date", 86_401, "2026-02-27"),
        ("2026-03-01 00:00:00", "timestamp", 1, "2026-02-28 23:59:59"),
        ("2026-03-01T00:00:00.000001Z", "timestamp", 0, "2026-03-01T00:00:00.000001Z"),
        ("2026-03-01T00:00:00+08:00", "timestamp", 60, "2026-02-28T23:59:00+08:00"),
        ("0001-01-01 00:00:00", "timestamp", 60, "0001-01-01 00:00:00"),
        ("kode-9", "string", 0, "kode-9"),
    ],
)
def test_overlap_steps_back_from_the_cursor(since: str, kind: str, overlap: int, begin: str) -> None:
    assert step_back(since, kind, overlap) == begin


@pytest.mark.parametrize("kind", ["integer", "date", "timestamp"])
def test_cursor_of_another_type_is_told_as_a_change(kind: str) -> None:
    with pytest.raises(SourceChanged):
        step_back("kode-9", kind, 0)


def test_cursor_is_held_back_only_where_it_is_a_time() -> None:
    assert hold_back("999", "integer", "2026-01-01 00:00:00") == "999"
    assert hold_back("2026-01-02", "date", "2026-01-01 10:00:00") == "2026-01-01"
    assert hold_back(None, "date", "2026-01-01 10:00:00") is None


def test_keys_are_known_again_by_value_and_type() -> None:
    seen = SeenKeys(["a", "b"])
    rows = [{"a": 1, "b": "x"}, {"a": "1", "b": "x"}, {"a": 1, "b": "x"}, {"a": 1, "b": None}, {"a": 1, "b": None}]
    assert [seen.is_new(row) for row in rows] == [True, True, False, True, True]


def test_damaged_row_goes_into_a_delivery_as_damaged_cells() -> None:
    cells = place_cells(DamagedRow({"a": 1}, "a", "zero-date", Words("x", "y")), ["b", "a"])
    assert list(cells) == [None, 1]
    assert cells.finding.rule == "zero-date"  # type: ignore[attr-defined]
