"""Rows in, on a real database, as the exchange's own role."""

import json
from datetime import date, timedelta

import pytest
from delivery_bench import Bench, make_bench, write_csv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simpul.contract.model import Column
from simpul.delivery.errors import (
    BatchColumnsRefused,
    BatchKeyInvalid,
    BatchKeyReused,
    DatasetMissing,
    FileRefused,
)
from simpul.delivery.formats import open_rows
from simpul.delivery.pipeline import deliver, find_report
from simpul.delivery.report import BatchReport
from simpul.query.changes import END_OF_VERSION, Place, make_view, plan_changes
from simpul.query.filters import parse_row_filter
from simpul.query.plan import Table
from simpul.store.feeds import name_feed
from simpul.store.launcher import Database

HEADER = ["kode", "nama", "penduduk"]


def counts(report: BatchReport) -> tuple[int, int, int, int, int, int]:
    return report.received, report.inserted, report.updated, report.unchanged, report.repeated, report.refused


def test_good_rows_are_stored_with_their_types(bench: Bench):
    report = bench.send_table(
        ["kode", "nama", "penduduk", "tanggal"], ["007", "Satu", "12", "2026-07-03"], ["63.01", "Dua", "", ""]
    )
    assert counts(report) == (2, 2, 0, 0, 0, 0)
    assert bench.read("kode", "nama", "penduduk", "tanggal") == [
        ("007", "Satu", 12, date(2026, 7, 3)),
        ("63.01", "Dua", None, None),
    ]
    assert bench.ask("SELECT version, row_count FROM dataset WHERE id = %s", bench.target.dataset_id) == (1, 2)
    assert report.dataset_version == 1
    assert report.state == "selesai"


def test_a_second_delivery_updates_only_what_differs(bench: Bench):
    bench.send_table(HEADER, ["1", "a", 1], ["2", "b", 2], ["3", "c", 3])
    report = bench.send_table(HEADER, ["1", "a", 1], ["2", "B", 2], ["4", "d", 4])
    assert counts(report) == (3, 1, 1, 1, 0, 0)
    assert bench.read("kode", "nama", "_version", "_batch") == [
        ("1", "a", 1, report.batch - 1),
        ("2", "B", 2, report.batch),
        ("3", "c", 1, report.batch - 1),
        ("4", "d", 2, report.batch),
    ]
    assert bench.ask("SELECT version, row_count FROM dataset WHERE id = %s", bench.target.dataset_id) == (2, 4)


def test_a_delivery_that_changes_nothing_makes_no_version_but_counts_as_delivered(bench: Bench):
    bench.send_table(HEADER, ["1", "a", 1])
    first = bench.ask("SELECT delivered_at FROM dataset WHERE id = %s", bench.target.dataset_id)
    assert counts(bench.send_table(HEADER, ["1", "a", 1])) == (1, 0, 0, 1, 0, 0)
    assert bench.version == 1
    assert bench.ask("SELECT delivered_at FROM dataset WHERE id = %s", bench.target.dataset_id) > first


def test_a_bad_row_is_refused_by_row_column_and_rule_and_the_good_stay(bench: Bench):
    report = bench.send_table(HEADER, ["1", "a", 1], ["2", "", "x"], ["3", "c", "6,3E+15"], ["4", "d", 4])
    assert counts(report) == (4, 2, 0, 0, 0, 2)
    found = [(row["position"], [(f["column"], f["rule"]) for f in row["findings"]]) for row in report.refused_rows]
    assert found == [(3, [("nama", "required"), ("penduduk", "type")]), (4, [("penduduk", "scientific-notation")])]
    assert all(f["id"] and f["en"] for row in report.refused_rows for f in row["findings"])
    assert {(rule["column"], rule["rule"]): rule["count"] for rule in report.rules}["nama", "required"] == 1


def test_a_refused_row_leaves_its_good_predecessor_alone(bench: Bench):
    bench.send_table(HEADER, ["1", "a", 1])
    assert counts(bench.send_table(HEADER, ["1", "a", -5])) == (1, 0, 0, 0, 0, 1)
    assert bench.read("kode", "penduduk") == [("1", 1)]
    assert bench.version == 1


def test_a_batch_of_refused_rows_alone_is_kept_as_rejected(bench: Bench):
    report = bench.send_table(HEADER, ["1", "", 1])
    assert report.state == "ditolak"
    assert bench.ask("SELECT state, refused FROM batch WHERE id = %s", report.batch) == ("ditolak", 1)
    assert bench.ask("SELECT delivered_at FROM dataset WHERE id = %s", bench.target.dataset_id) == (None,)


def test_repeats_are_counted_and_contradictions_refused(bench: Bench):
    report = bench.send_table(HEADER, ["1", "a", 1], ["1", "a", 1], ["1", "b", 1], ["2", "c", 2], ["1", "a", 1])
    assert counts(report) == (5, 2, 0, 0, 2, 1)
    assert report.refused_rows[0]["position"] == 4
    assert report.refused_rows[0]["findings"][0]["rule"] == "duplicate-key"
    assert bench.read("kode", "nama") == [("1", "a"), ("2", "c")]


def test_a_unique_value_stays_unique_in_batch_and_table(bench: Bench):
    header = ["kode", "nama", "surel"]
    assert counts(
        bench.send_table(header, ["1", "a", "x@y.id"], ["2", "b", "x@y.id"], ["3", "c", ""], ["4", "d", ""])
    ) == (4, 3, 0, 0, 0, 1)
    report = bench.send_table(header, ["5", "e", "x@y.id"], ["1", "A", "x@y.id"], ["4", "d", "new@y.id"])
    assert counts(report) == (3, 0, 2, 0, 0, 1)
    assert report.refused_rows[0]["findings"][0]["rule"] == "unique"
    swap = bench.send_table(header, ["1", "A", "new@y.id"], ["4", "d", "x@y.id"])
    assert swap.refused == 2
    assert bench.read("kode", "surel") == [("1", "x@y.id"), ("3", None), ("4", "new@y.id")]


def test_columns_that_are_not_sent_keep_their_values(bench: Bench):
    bench.send_table(HEADER, ["1", "a", 10])
    assert counts(bench.send_table(["kode", "nama"], ["1", "A"])) == (1, 0, 1, 0, 0, 0)
    assert bench.read("kode", "nama", "penduduk") == [("1", "A", 10)]


def test_a_header_may_use_titles(bench: Bench):
    assert bench.send_table(["KODE WILAYAH", "Nama  Wilayah", "Penduduk"], ["1", "a", 1]).inserted == 1


@pytest.mark.parametrize(
    ("header", "rules"),
    [
        (["kode", "nama", "lain"], {"unknown-column"}),
        (["kode", "penduduk"], {"missing-column"}),
        (["kode", "Kode Wilayah", "nama"], {"column-twice"}),
    ],
)
def test_a_header_that_does_not_fit_the_contract_is_refused_whole(bench: Bench, header, rules):
    with pytest.raises(BatchColumnsRefused) as caught:
        bench.send_table(header, ["1"] * len(header))
    assert {finding.rule for finding in caught.value.findings} == rules
    assert bench.batches == 0


def test_json_rows_are_strict_and_an_unknown_key_refuses_its_row_only(bench: Bench):
    report = bench.send_rows(
        [{"kode": "1", "nama": "a", "penduduk": 3}, {"kode": "2", "nama": "b", "lain": 1}, {"kode": 3, "nama": "c"}]
    )
    assert counts(report) == (3, 1, 0, 0, 0, 2)
    assert [row["findings"][0]["rule"] for row in report.refused_rows] == ["unknown-column", "type"]


def test_json_rows_that_all_lack_their_key_are_refused_one_by_one(bench: Bench):
    report = bench.send_rows([{"nama": "a"}, {"nama": "b"}])
    assert counts(report) == (2, 0, 0, 0, 0, 2)
    found = [(row["position"], [(f["column"], f["rule"]) for f in row["findings"]]) for row in report.refused_rows]
    assert found == [(1, [("kode", "required")]), (2, [("kode", "required")])]


def test_hostile_characters_refuse_a_row_and_never_the_batch(bench: Bench):
    report = bench.send(
        b'[{"kode":"1","nama":"a\\u0000"},{"kode":"2","nama":"\\ud800"},{"kode":"3","nama":"c"}]', "a.json"
    )
    assert counts(report) == (3, 1, 0, 0, 0, 2)


def test_an_open_quote_found_late_leaves_nothing_behind(bench: Bench):
    content = write_csv(HEADER, [[n, "a", n] for n in range(3000)]) + b'9999,"x,1\n9998,y,1\n'
    with pytest.raises(FileRefused):
        bench.send(content)
    assert bench.read("kode") == []
    assert bench.batches == 0


def test_a_dataset_without_a_key_only_grows(delivery_database: Database):
    bench = make_bench(delivery_database, [Column("nama", required=True), Column("n", logical_type="integer")])
    assert counts(bench.send_table(["nama", "n"], ["a", 1], ["a", 1])) == (2, 2, 0, 0, 0, 0)
    assert counts(bench.send_table(["nama", "n"], ["a", 1])) == (1, 1, 0, 0, 0, 0)
    assert len(bench.read("nama")) == 3


def test_a_table_of_keys_alone_has_nothing_to_update(delivery_database: Database):
    bench = make_bench(delivery_database, [Column("a", key=True, required=True), Column("b", key=True, required=True)])
    assert counts(bench.send_table(["a", "b"], ["1", "x"], ["1", "y"], ["1", "x"])) == (3, 2, 0, 0, 1, 0)
    assert counts(bench.send_table(["b", "a"], ["x", "1"])) == (1, 0, 0, 1, 0, 0)


def test_every_type_goes_in_and_an_unchanged_row_is_recognised(delivery_database: Database):
    types = ("string", "integer", "number", "boolean", "date", "timestamp", "time", "object")
    columns = [Column("id", key=True, required=True), *(Column(f"c_{name}", logical_type=name) for name in types)]
    bench = make_bench(delivery_database, columns)
    row = {
        "id": "1", "c_string": "é", "c_integer": 5, "c_number": 1.50, "c_boolean": True, "c_date": "2026-07-03",
        "c_timestamp": "2026-07-03T08:00:00+08:00", "c_time": "08:30", "c_object": {"a": [1, None]},
    }  # fmt: skip
    assert bench.send_rows([row]).inserted == 1
    assert bench.send_rows([row | {"c_number": 1.5, "c_timestamp": "2026-07-03T00:00:00Z"}]).unchanged == 1
    assert bench.send_rows([row | {"c_object": {"a": []}}]).updated == 1


def test_the_first_answer_comes_again(bench: Bench):
    content = write_csv(HEADER, [["1", "a", 1], ["2", "", 2]])
    first = bench.send(content, key="k-1")
    again = bench.send(content, key="k-1")
    assert again.replayed
    assert again.to_dict() == first.to_dict()
    assert bench.batches == 1


def test_a_key_with_another_body_or_of_a_bad_form_is_refused(bench: Bench):
    bench.send_table(HEADER, ["1", "a", 1], key="k-1")
    with pytest.raises(BatchKeyReused):
        bench.send_table(HEADER, ["1", "b", 1], key="k-1")
    for key in ("", "a b", "é", "x" * 201):
        with pytest.raises(BatchKeyInvalid):
            bench.send_table(HEADER, ["1", "b", 1], key=key)
    assert bench.read("nama") == [("a",)]


def test_a_key_belongs_to_its_sender(bench: Bench, delivery_database: Database):
    bench.send_table(HEADER, ["1", "a", 1], key="k-1")
    other = make_bench(delivery_database)
    bench.application_id = other.application_id
    assert not bench.send_table(HEADER, ["2", "b", 1], key="k-1").replayed


def test_a_key_is_free_again_after_thirty_days(bench: Bench):
    report = bench.send_table(HEADER, ["1", "a", 1], key="k-1")
    with bench.connect("owner") as connection:
        connection.execute(
            "UPDATE batch SET created_at = created_at - %s WHERE id = %s", [timedelta(days=31), report.batch]
        )
    assert not bench.send_table(HEADER, ["2", "b", 1], key="k-1").replayed
    assert bench.batches == 2


def test_a_dry_run_answers_and_keeps_nothing(bench: Bench):
    report = bench.send_table(HEADER, ["1", "a", 1], ["2", "", 1], dry_run=True)
    assert counts(report) == (2, 1, 0, 0, 0, 1)
    assert bench.read("kode") == []
    assert (bench.batches, bench.version) == (0, 0)


def test_the_evidence_hook_commits_with_the_rows_or_not_at_all(bench: Bench):
    seen = []
    bench.send_table(
        HEADER,
        ["1", "a", 1],
        record_evidence=lambda connection, report: seen.append(
            (connection.info.transaction_status.name, report.inserted)
        ),
    )
    assert seen == [("INTRANS", 1)]

    def fail(connection, report):
        raise RuntimeError("no evidence")

    with pytest.raises(RuntimeError):
        bench.send_table(HEADER, ["2", "b", 1], record_evidence=fail)
    assert bench.read("kode") == [("1",)]
    assert bench.batches == 1


def test_a_dataset_without_its_table_is_refused_clearly(bench: Bench):
    with bench.connect("worker") as connection:
        connection.execute(f"DROP TABLE {bench.target.schema}.{bench.target.table}")
    with pytest.raises(DatasetMissing):
        bench.send_table(HEADER, ["1", "a", 1])


def test_a_delivery_can_be_a_part_of_its_callers_transaction(bench: Bench):
    content = write_csv(HEADER, [["1", "a", 1]])
    with bench.connect("portal") as connection, connection.transaction():
        deliver(connection, bench.target, open_rows(content, "a.csv"), bench.envelope(content))
        second = write_csv(HEADER, [["2", "b", 1]])
        report = deliver(connection, bench.target, open_rows(second, "a.csv"), bench.envelope(second))
    assert report.dataset_version == 2
    assert bench.read("kode") == [("1",), ("2",)]


def test_a_report_can_be_found_again(bench: Bench):
    report = bench.send_table(HEADER, ["1", "a", 1])
    with bench.connect() as connection:
        assert find_report(connection, report.batch) == (report, bench.target.dataset_id, bench.application_id, None)
        assert find_report(connection, 10**9) is None


def test_a_report_holds_no_value(bench: Bench):
    report = bench.send_table(HEADER, ["rahasia-1", "", "rahasia-2"], ["1", "rahasia-3", "6.3E+15"])
    stored = bench.ask("SELECT report::text FROM batch WHERE id = %s", report.batch)[0]
    kept = bench.ask(
        "SELECT string_agg(findings::text || encode(content, 'escape'), '') FROM refused_row WHERE batch_id = %s",
        report.batch,
    )[0]
    assert "rahasia" not in stored + kept + json.dumps(report.to_dict())


def test_columns_may_be_named_as_anything_in_the_hubs_own_statements(delivery_database: Database):
    names = ["s", "t", "o", "x", "k", "f", "i", "a", "b", "e", "n", "row", "version", "change", "old", "body", "turn"]
    bench = make_bench(delivery_database, [Column("key", key=True, required=True), *(Column(name) for name in names)])
    rows = [{"key": str(number), **{name: f"{name}{number}" for name in names}} for number in range(3)]
    bench.send_rows(rows)
    bench.send_rows([{"key": "0", "s": "new"}, {"key": "9", "s": "new"}], mode="update")
    bench.send_rows([rows[0], rows[1], rows[1] | {"t": "other"}], mode="replace")
    table = Table(bench.target.schema, bench.target.table, dict.fromkeys(bench.target.columns, "text"))
    condition = parse_row_filter("old=not.is.null&row=like.row*")
    view = make_view(table, name_feed(table.name), table.columns, condition, {}, ["key"])
    planned = plan_changes(view, bench.target.dataset_id, Place(1, END_OF_VERSION), 100)
    with bench.connect() as connection:
        found = connection.execute(planned.text.encode(), planned.values).fetchall()
    changes = {
        (row[2], row[6]): (row[4] and json.loads(row[4])["s"], row[5] and json.loads(row[5])["s"]) for row in found
    }
    assert changes == {
        (2, '{"key":"0"}'): ("s0", "new"),
        (3, '{"key":"0"}'): ("new", "s0"),
        (3, '{"key":"2"}'): ("s2", None),
    }


cells = st.fixed_dictionaries(
    {
        "kode": st.sampled_from(["1", "2", "3", "4", "", "x" * 20]),
        "nama": st.sampled_from(["a", "b", ""]),
        "penduduk": st.sampled_from([1, 2, -1, None, "x"]),
        "surel": st.sampled_from([None, "p@q.id", "r@s.id"]),
    }
)


def test_counts_always_add_up(delivery_database: Database):
    bench = make_bench(delivery_database)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.lists(cells, min_size=1, max_size=8), min_size=1, max_size=3))
    def check(batches):
        for rows in batches:
            before, version = (
                {row[0]: row for row in bench.read("kode", "nama", "penduduk", "surel", "_version")},
                bench.version,
            )
            report = bench.send_rows(rows)
            after = {row[0]: row for row in bench.read("kode", "nama", "penduduk", "surel", "_version")}
            assert report.received == len(rows) == report.stored + report.repeated + report.refused
            assert len(after) - len(before) == report.inserted
            changed = [key for key in after if before.get(key) != after[key]]
            assert len(changed) == report.inserted + report.updated
            assert all(after[key][-1] == version + 1 for key in changed)
            assert bench.version == version + bool(changed)
            assert len(report.refused_rows) == report.refused
            good = {(row["kode"], row["nama"], row["penduduk"], row["surel"]) for row in rows}
            assert all(after[key][:-1] in good for key in changed)

    check()
