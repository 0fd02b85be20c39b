"""What each mode of a delivery does with known, new and absent rows; all or nothing; the hooks."""

import json
from collections import Counter
from typing import Any

import pytest
from delivery_bench import Bench, make_bench, prepare

from simpul.contract.model import Column
from simpul.delivery.envelope import MATCH_ROW
from simpul.delivery.errors import (
    AffectedTooMany,
    BatchColumnsRefused,
    DeletionUnconfirmed,
    ModeUnusable,
    RowsRefused,
)
from simpul.delivery.report import BatchReport
from simpul.store.feeds import name_feed
from simpul.store.launcher import Database
from simpul.store.sql import SQL, Identifier

HEADER = ["kode", "nama", "penduduk"]


@pytest.fixture(scope="module")
def delivery_database(database: Database) -> Database:
    return prepare(database)


@pytest.fixture
def filled(bench: Bench) -> Bench:
    """Give a bench with the rows 1, 2 and 3."""
    bench.send_table(HEADER, ["1", "a", 1], ["2", "b", 2], ["3", "c", 3])
    return bench


def tell(report: BatchReport) -> tuple[int, int, int, int, int]:
    return report.inserted, report.updated, report.unchanged, report.deleted, report.refused


def list_rules(report: BatchReport) -> list[str]:
    return [finding["rule"] for row in report.refused_rows for finding in row["findings"]]


def count_rows(bench: Bench) -> int:
    return int(bench.ask("SELECT row_count FROM dataset WHERE id = %s", bench.target.dataset_id)[0])


def test_append_refuses_a_known_key_and_keeps_the_new(filled: Bench):
    report = filled.send_table(HEADER, ["3", "C", 9], ["4", "d", 4], ["4", "d", 4], mode="append")
    assert tell(report) == (1, 0, 0, 0, 1)
    assert (report.repeated, list_rules(report), report.mode) == (1, ["exists"], "append")
    assert filled.read("kode", "nama")[-2:] == [("3", "c"), ("4", "d")]


def test_insert_refuses_even_an_exact_repeat(filled: Bench):
    with pytest.raises(RowsRefused) as caught:
        filled.send_table(HEADER, ["4", "d", 4], ["4", "d", 4], mode="insert", all_or_nothing=True)
    assert (caught.value.sqlstate, caught.value.status) == ("23505", 400)
    assert [row["position"] for row in caught.value.rows] == [3]


def test_ignore_leaves_known_rows_as_they_are(filled: Bench):
    report = filled.send_table(HEADER, ["1", "A", 9], ["4", "d", 4], ["4", "other", 4], mode="ignore")
    assert tell(report) == (1, 0, 1, 0, 0)
    assert (report.repeated, report.stored) == (1, 1)
    assert filled.read("kode", "nama") == [("1", "a"), ("2", "b"), ("3", "c"), ("4", "d")]


def test_replace_deletes_what_it_does_not_hold(filled: Bench):
    report = filled.send_table(HEADER, ["1", "a", 1], ["2", "B", 2], ["4", "d", 4], mode="replace")
    assert tell(report) == (1, 1, 1, 1, 0)
    assert report.received == report.stored
    assert filled.read("kode", "nama") == [("1", "a"), ("2", "B"), ("4", "d")]
    assert (filled.version, count_rows(filled)) == (2, 3)
    stored = filled.ask("SELECT deleted, mode FROM batch WHERE id = %s", report.batch)
    assert stored == (1, "replace")


def test_replace_spares_the_old_row_of_a_refused_one(filled: Bench):
    report = filled.send_table(HEADER, ["1", "a", 1], ["2", "", "x"], mode="replace")
    assert tell(report) == (0, 0, 1, 1, 1)
    assert filled.read("kode") == [("1",), ("2",)]


def test_replace_deletes_nothing_when_a_refused_rows_key_cannot_be_read(filled: Bench):
    report = filled.send_table(HEADER, ["1", "A", 1], ["x" * 20, "b", 2], mode="replace")
    assert tell(report) == (0, 1, 0, 0, 1)
    assert [note["rule"] for note in report.notes] == ["nothing-deleted"]
    assert len(filled.read("kode")) == 3


def test_replace_whose_rows_are_all_refused_changes_nothing(filled: Bench):
    assert tell(filled.send_table(HEADER, ["1", "", 1], mode="replace")) == (0, 0, 0, 0, 1)
    assert (len(filled.read("kode")), filled.version) == (3, 1)


def test_replace_may_hand_a_unique_value_of_a_deleted_row_on(bench: Bench):
    header = ["kode", "nama", "surel"]
    bench.send_table(header, ["1", "a", "x@y.id"])
    assert tell(bench.send_table(header, ["2", "b", "x@y.id"], mode="replace")) == (1, 0, 0, 1, 0)


def test_replace_of_too_many_rows_wants_to_be_confirmed(filled: Bench):
    with pytest.raises(DeletionUnconfirmed) as caught:
        filled.send_table(HEADER, ["1", "a", 1], mode="replace", max_deleted_percent=60)
    assert "2 dari 3" in caught.value.message.id
    assert (len(filled.read("kode")), filled.batches) == (3, 1)
    assert filled.send_table(HEADER, ["1", "a", 1], mode="replace", max_deleted_percent=67).deleted == 2


def test_replace_without_a_key_pairs_equal_rows(delivery_database: Database):
    bench = make_bench(delivery_database, [Column("nama", required=True), Column("n", logical_type="number")])
    bench.send_rows([{"nama": "a", "n": 1}, {"nama": "a", "n": 1}, {"nama": "a", "n": 1}, {"nama": "b"}])
    numbers = Counter(row[0] for row in bench.read("_row", "nama"))
    report = bench.send_rows([{"nama": "a", "n": 1.0}, {"nama": "a", "n": 1}, {"nama": "c", "n": 2}], mode="replace")
    assert tell(report) == (1, 0, 2, 2, 0)
    assert Counter(bench.read("nama", "n")) == {("a", 1): 2, ("c", 2): 1}
    assert len([row for row in bench.read("_row") if row[0] in numbers]) == 2
    assert tell(bench.send_rows([{"nama": "c", "n": 2}, {"nama": ""}], mode="replace")) == (0, 0, 1, 0, 1)


def test_delete_takes_keys_and_looks_at_nothing_else(filled: Bench):
    report = filled.send_table(HEADER, ["1", "", "x"], ["9", "", ""], ["1", "b", 3], mode="delete")
    assert tell(report) == (0, 0, 1, 1, 0)
    assert (report.received, report.repeated, report.stored) == (3, 1, 0)
    assert filled.read("kode") == [("2",), ("3",)]
    assert (filled.version, count_rows(filled)) == (2, 2)


def test_delete_wants_a_key_in_the_sheet_and_in_the_dataset(filled: Bench, delivery_database: Database):
    with pytest.raises(BatchColumnsRefused):
        filled.send_table(["nama"], ["a"], mode="delete")
    assert list_rules(filled.send_rows([{"nama": "a"}], mode="delete")) == ["required"]
    without = make_bench(delivery_database, [Column("nama", required=True)])
    with pytest.raises(ModeUnusable):
        without.send_table(["nama"], ["a"], mode="delete")


def test_update_changes_the_given_columns_of_known_rows_alone(filled: Bench):
    report = filled.send_rows([{"kode": "1", "penduduk": 9}, {"kode": "9", "penduduk": 9}], mode="update")
    assert tell(report) == (0, 1, 0, 0, 1)
    assert list_rules(report) == ["gone"]
    assert filled.read("kode", "nama", "penduduk")[0] == ("1", "a", 9)
    assert list_rules(filled.send_rows([{"kode": "1", "nama": None}], mode="update")) == ["required"]


def test_rows_can_be_found_by_the_hubs_own_number(filled: Bench):
    number = dict(filled.read("kode", "_row"))["2"]
    by_row = {"match_by": MATCH_ROW, "all_or_nothing": True}
    assert tell(filled.send_rows([{"_row": number, "kode": "2", "nama": "B"}], mode="update", **by_row))[1] == 1
    with pytest.raises(RowsRefused) as caught:
        filled.send_rows([{"_row": number, "kode": "9"}], mode="update", **by_row)
    assert [finding.rule for finding in caught.value.findings] == ["key-fixed"]
    assert tell(filled.send_rows([{"_row": number}], mode="delete", **by_row))[3] == 1
    assert filled.read("kode") == [("1",), ("3",)]


def test_nobody_else_may_name_the_hubs_own_number(filled: Bench):
    assert list_rules(filled.send_rows([{"_row": 1, "kode": "1", "nama": "a"}])) == ["unknown-column"]


def test_rows_can_be_found_by_a_unique_value(bench: Bench):
    header = ["kode", "nama", "surel"]
    bench.send_table(header, ["1", "a", "x@y.id"], ["2", "b", ""])
    rows = [["1", "A", "x@y.id"], ["9", "z", "x@y.id"], ["2", "B", ""], ["3", "c", ""]]
    report = bench.send_table(header, *rows, match_by=("surel",))
    assert tell(report) == (1, 1, 0, 0, 2)
    assert sorted(list_rules(report)) == ["duplicate-key", "unique"]
    assert list_rules(bench.send_table(header, ["9", "z", "x@y.id"], match_by=("surel",))) == ["key-fixed"]
    assert bench.read("kode", "nama") == [("1", "A"), ("2", "b"), ("3", "c")]
    assert list_rules(bench.send_table(["kode", "nama"], ["1", "q"], match_by=("surel",))) == ["unique"]


@pytest.mark.parametrize(
    ("row", "sqlstate"),
    [
        ({"kode": "4"}, "23502"),
        ({"kode": "4", "nama": "d", "penduduk": "x"}, "22P02"),
        ({"kode": "4", "nama": "d", "penduduk": -1}, "23514"),
        ({"kode": "4" * 14, "nama": "d"}, "22001"),
        ({"kode": "4", "nama": "d", "lain": 1}, "42703"),
        ({"kode": "1", "nama": "d"}, "23505"),
    ],
)
def test_one_refused_row_refuses_all_where_all_or_nothing_is_asked(filled: Bench, row, sqlstate):
    with pytest.raises(RowsRefused) as caught:
        filled.send_rows([{"kode": "5", "nama": "e"}, row], mode="insert", all_or_nothing=True)
    assert caught.value.sqlstate == sqlstate
    assert [one["position"] for one in caught.value.rows] == [2]
    assert (len(filled.read("kode")), filled.batches, filled.version) == (3, 1, 1)
    assert "4444" not in json.dumps([str(caught.value), str(caught.value.findings)])


def test_more_affected_rows_than_allowed_change_nothing(filled: Bench):
    with pytest.raises(AffectedTooMany):
        filled.send_table(HEADER, ["1", "A", 1], ["4", "d", 4], max_affected=1)
    assert filled.read("nama") == [("a",), ("b",), ("c",)]
    assert filled.send_table(HEADER, ["1", "A", 1], ["2", "b", 2], max_affected=1).affected == 1


def test_the_hooks_see_the_rows_before_and_after_within_the_transaction(filled: Bench):
    seen = []

    def look(connection, batch_id, version):
        table = f"{filled.target.schema}.{filled.target.table}"
        query = f"SELECT s.kode, t.nama FROM pg_temp.staged_rows s LEFT JOIN {table} t USING (kode) ORDER BY 1"
        seen.append((version, connection.execute(query).fetchall()))

    hooks = {"before_merge": look, "after_merge": look}
    filled.send_table(HEADER, ["1", "A", 1], ["4", "d", 4], ["5", "", 4], **hooks)
    assert seen == [(2, [("1", "a"), ("4", None)]), (2, [("1", "A"), ("4", "d")])]


def test_what_a_hook_raises_leaves_nothing_behind(filled: Bench):
    def fail(connection, batch_id, version):
        raise RuntimeError("outside the grant")

    with pytest.raises(RuntimeError):
        filled.send_table(HEADER, ["4", "d", 4], after_merge=fail)
    assert (len(filled.read("kode")), filled.batches) == (3, 1)


def list_entries(bench: Bench) -> list[tuple[Any, ...]]:
    """Return (version, operation, the row's code or name as it was) of each entry of the feed, by version."""
    query = SQL("SELECT version, operation, coalesce(old ->> 'kode', old ->> 'nama') FROM {} ORDER BY 1, 2, 3")
    with bench.connect() as connection:
        feed = Identifier(bench.target.schema, name_feed(bench.target.table))
        return connection.execute(query.format(feed)).fetchall()


def test_every_mode_notes_in_the_feed_what_it_changed_and_nothing_else(filled: Bench):
    filled.send_table(HEADER, ["1", "a", 1], ["2", "B", 2], ["4", "d", 4], ["5", "", 4])
    filled.send_table(HEADER, ["4", "x", 9], ["6", "f", 6], mode="append")
    filled.send_table(HEADER, ["4", "x", 9], mode="ignore")
    filled.send_rows([{"kode": "4", "penduduk": 5}], mode="update")
    filled.send_table(["kode"], ["6"], ["7"], mode="delete")
    filled.send_table(HEADER, ["1", "a", 1], ["2", "C", 2], mode="replace")
    assert list_entries(filled) == [
        (1, "I", None), (1, "I", None), (1, "I", None), (2, "I", None), (2, "U", "2"), (3, "I", None),
        (4, "U", "4"), (5, "D", "6"), (6, "D", "3"), (6, "D", "4"), (6, "U", "2"),
    ]  # fmt: skip


def test_a_delivery_that_is_rolled_back_leaves_no_entry(filled: Bench):
    with pytest.raises(AffectedTooMany):
        filled.send_table(HEADER, ["4", "d", 4], max_affected=0)
    filled.send_table(HEADER, ["4", "d", 4], dry_run=True)
    assert len(list_entries(filled)) == 3


def test_rows_without_a_key_are_noted_too(delivery_database: Database):
    bench = make_bench(delivery_database, [Column("nama", required=True)])
    bench.send_rows([{"nama": "a"}, {"nama": "b"}])
    bench.send_rows([{"nama": "b"}, {"nama": "c"}], mode="replace")
    assert list_entries(bench) == [(1, "I", None), (1, "I", None), (2, "D", "a"), (2, "I", None)]


def test_what_a_row_was_keeps_every_digit_and_instant(delivery_database: Database):
    columns = [
        Column("id", key=True, required=True),
        Column("n", logical_type="number"),
        Column("t", logical_type="timestamp"),
        Column("isi", logical_type="object"),
    ]
    bench = make_bench(delivery_database, columns)
    exact = {"n": "12345678901234.123456", "t": "2026-07-03T08:00:00.123456+08:00", "isi": {"x": [1, None, "é"]}}
    content = json.dumps([{"id": "1", **exact}]).replace(f'"{exact["n"]}"', str(exact["n"])).encode()
    bench.send(content, "a.json")
    before = bench.read("n", "t", "isi")
    bench.send_rows([{"id": "1"}], mode="delete")
    table, feed = (f'"{bench.target.schema}"."desa{suffix}"' for suffix in ("", "$changes"))
    query = f"SELECT r.n, r.t, r.isi FROM {feed}, jsonb_populate_record(NULL::{table}, old) r WHERE operation = 'D'"
    assert [bench.ask(query)] == before
