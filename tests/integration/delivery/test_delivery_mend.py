"""Refused rows: listed without values, opened for the provider, mended once, gone after 90 days."""

import csv
import io
from datetime import timedelta

import pytest
from delivery_bench import Bench, prepare

from simpul.delivery.errors import BatchColumnsRefused, RefusedRowsGone
from simpul.delivery.formats import open_rows
from simpul.delivery.mend import Correction, mend, read_corrections
from simpul.delivery.refused import count_refused, list_refused, open_refused, purge_refused, tabulate_refused
from simpul.delivery.report import BatchReport
from simpul.store.launcher import Database

HEADER = ["kode", "nama", "penduduk"]


@pytest.fixture(scope="module")
def delivery_database(database: Database) -> Database:
    return prepare(database)


def send_some(bench: Bench) -> BatchReport:
    return bench.send_table(HEADER, ["1", "a", 1], ["2", "", "x"], ["3", "c", -1])


def correct(bench: Bench, batch: int, *corrections: tuple[int, dict], **more) -> BatchReport:
    with bench.connect("portal") as connection:
        made = [Correction(position, values) for position, values in corrections]
        return mend(connection, bench.target, batch, made, bench.envelope(**more))


def test_refused_rows_are_listed_page_by_page_without_values(bench: Bench):
    report = send_some(bench)
    with bench.connect() as connection:
        assert count_refused(connection, report.batch) == 2
        first = list_refused(connection, report.batch, limit=1)
        assert [row["position"] for row in first] == [3]
        assert [row["position"] for row in list_refused(connection, report.batch, after=3)] == [4]
        assert set(first[0]) == {"position", "findings"}


def test_refused_rows_are_opened_with_their_values_and_reasons(bench: Bench):
    report = send_some(bench)
    with bench.connect("portal") as connection:
        rows = list(open_refused(connection, bench.quarantine, report.batch))
        table = tabulate_refused(connection, bench.quarantine, report.batch)
    assert rows[0].values == {"kode": "2", "nama": None, "penduduk": "x"}
    assert table[0] == ["Baris", "kode", "nama", "penduduk", "Alasan"]
    assert table[2][:4] == ["4", "3", "c", "-1"]
    assert table[2][4].startswith("penduduk: ")


def test_a_mended_row_is_stored_and_waits_no_more(bench: Bench):
    report = send_some(bench)
    done = correct(bench, report.batch, (3, {"kode": "2", "nama": "b", "penduduk": "2"}))
    assert (done.received, done.inserted, done.refused) == (1, 1, 0)
    assert bench.read("kode", "nama") == [("1", "a"), ("2", "b")]
    with bench.connect() as connection:
        assert [row["position"] for row in list_refused(connection, report.batch)] == [4]
    kept = bench.ask("SELECT mended_by_id, content FROM refused_row WHERE batch_id = %s AND position = 3", report.batch)
    assert kept == (done.batch, b"")


def test_a_row_mended_wrongly_waits_in_its_new_batch(bench: Bench):
    report = send_some(bench)
    done = correct(bench, report.batch, (3, {"kode": "2", "nama": "b", "penduduk": "?"}))
    assert (done.refused, done.refused_rows[0]["position"]) == (1, 3)
    with bench.connect() as connection:
        assert count_refused(connection, report.batch) == 1
        assert count_refused(connection, done.batch) == 1


def test_a_row_is_mended_once(bench: Bench):
    report = send_some(bench)
    values = {"kode": "2", "nama": "b", "penduduk": "2"}
    correct(bench, report.batch, (3, values))
    with pytest.raises(RefusedRowsGone):
        correct(bench, report.batch, (3, values), (4, {"kode": "3", "nama": "c"}))
    with bench.connect() as connection:
        assert count_refused(connection, report.batch) == 1
    with pytest.raises(RefusedRowsGone):
        correct(bench, report.batch, (99, values))
    with pytest.raises(RefusedRowsGone):
        correct(bench, report.batch)


def test_a_mend_repeated_with_its_key_gives_its_first_answer(bench: Bench):
    report = send_some(bench)
    first, second = (correct(bench, report.batch, (3, {"kode": "2", "nama": "b"}), key="m") for _ in range(2))
    assert second.replayed
    assert second.to_dict() == first.to_dict()


def test_a_mended_row_never_overwrites_a_newer_one(bench: Bench):
    report = send_some(bench)
    bench.send_table(HEADER, ["2", "newer", 7])
    done = correct(
        bench,
        report.batch,
        (3, {"kode": "2", "nama": "older", "penduduk": "2"}),
        (4, {"kode": "3", "nama": "c", "penduduk": "0"}),
    )
    assert (done.inserted, done.refused) == (1, 1)
    assert done.refused_rows[0]["findings"][0]["rule"] == "newer-row"
    assert bench.read("kode", "nama") == [("1", "a"), ("2", "newer"), ("3", "c")]


def test_a_mend_equal_to_the_newer_row_is_unchanged(bench: Bench):
    report = send_some(bench)
    bench.send_table(HEADER, ["2", "b", 7])
    done = correct(bench, report.batch, (3, {"kode": "2", "nama": "b", "penduduk": "7"}))
    assert (done.unchanged, done.refused) == (1, 0)


def test_a_mend_may_update_what_stood_before_the_refused_batch(bench: Bench):
    bench.send_table(HEADER, ["2", "old", 7])
    report = send_some(bench)
    done = correct(bench, report.batch, (3, {"kode": "2", "nama": "b", "penduduk": "8"}))
    assert (done.updated, done.refused) == (1, 0)


def test_the_table_of_refused_rows_can_be_mended_and_sent_back(bench: Bench):
    report = send_some(bench)
    with bench.connect("portal") as connection:
        table = tabulate_refused(connection, bench.quarantine, report.batch)
    table[1][2], table[1][3], table[2][3] = "b", "2", "3"
    out = io.StringIO()
    csv.writer(out).writerows(table)
    corrections = read_corrections(open_rows(out.getvalue().encode(), "perbaikan.csv"))
    with bench.connect("portal") as connection:
        done = mend(connection, bench.target, report.batch, corrections, bench.envelope())
    assert (done.inserted, done.refused) == (2, 0)


@pytest.mark.parametrize("text", ["kode,nama\n1,a\n", "Baris,kode\nx,1\n", "Baris,kode\n3,1\n3,2\n"])
def test_a_table_without_row_numbers_is_refused(text):
    with pytest.raises(BatchColumnsRefused):
        read_corrections(open_rows(text.encode(), "a.csv"))


def test_refused_rows_are_deleted_after_ninety_days(bench: Bench):
    report = send_some(bench)
    with bench.connect("owner") as connection:
        connection.execute(
            "UPDATE refused_row SET expires_at = expires_at - %s WHERE batch_id = %s AND position = 3",
            [timedelta(days=90), report.batch],
        )
    with bench.connect("worker") as connection:
        assert purge_refused(connection) == 1
        assert [row["position"] for row in list_refused(connection, report.batch)] == [4]
