"""The agent against a real exchange: whole, once, and told."""

import os
import random
import signal
import subprocess
import time

from conftest import Agency


def test_rows_arrive_and_only_new_ones_are_sent_again(agency: Agency) -> None:
    agency.fill(1, 25_000)
    code, told = agency.run()
    assert (code, agency.list_sent()) == (0, agency.list_rows()), told
    assert agency.count_batches() == (3, 25_000, 0)
    assert agency.run()[0] == 0
    assert agency.count_batches() == (3, 25_000, 0)
    agency.fill(30_000, 7)
    agency.run()
    assert agency.count_batches() == (4, 25_007, 0)


def test_changed_row_in_the_overlap_is_sent_again_and_unchanged_ones_are_not(agency: Agency) -> None:
    agency.fill(1, 10)
    agency.run()
    agency.world.execute("UPDATE opd.desa SET nama = 'Lain' WHERE kode = '70.5'")
    code, told = agency.run()
    assert (code, agency.list_sent()) == (0, agency.list_rows())
    assert "1 rows" in told


def test_refused_rows_are_told_by_place_and_rule_and_never_by_value(agency: Agency) -> None:
    agency.fill(1, 3)
    agency.fill(4, 1, name="Rahasia" * 10)
    code, told = agency.run()
    assert code == 1
    [line] = agency.list_reported()
    assert (line["row"], line["column"]) == (4, "nama")
    assert len(agency.list_sent()) == 3
    texts = [path.read_text(errors="replace") for path in agency.spool.iterdir() if path.is_file()]
    assert "Rahasia" not in told + "".join(texts)
    assert agency.world.keys["alice_test"].text not in told + "".join(texts)


def test_rows_wait_while_the_hub_is_away_and_are_delivered_once(agency: Agency) -> None:
    agency.hub["retry_seconds"] = 0
    agency.read["mode"] = "append"
    agency.exchange.kill()
    agency.fill(1, 12_000)
    code, told = agency.run()
    assert (code, len(list(agency.spool.glob("*.slip")))) == (5, 2), told
    agency.fill(20_000, 5)
    assert agency.run()[0] == 5
    agency.exchange.start()
    agency.hub["retry_seconds"] = 10
    code, told = agency.run()
    assert (code, agency.list_sent()) == (0, agency.list_rows()), told
    assert agency.count_batches() == (3, 12_005, 0)
    assert list(agency.spool.glob("*.slip")) == list(agency.spool.glob("*.body")) == []


def test_spool_is_bounded_and_a_long_source_still_goes_through(agency: Agency) -> None:
    agency.extra = "[spool]\nmax_megabytes = 0.2\npart_megabytes = 0.1\n"
    agency.fill(1, 12_000)
    code, told = agency.run()
    assert (code, agency.list_sent()) == (0, agency.list_rows()), told
    assert agency.count_batches()[1] == 12_000


def test_damaged_state_is_read_again_from_the_one_before(agency: Agency) -> None:
    agency.fill(1, 5)
    agency.run()
    agency.fill(6, 5)
    agency.run()
    (agency.spool / "state").write_bytes(b"\0" * 100)
    agency.fill(11, 5)
    code, told = agency.run()
    assert (code, agency.list_sent()) == (0, agency.list_rows()), told
    assert "rusak" in told


def test_damaged_state_stops_appending_until_someone_has_looked(agency: Agency) -> None:
    agency.read["mode"] = "append"
    agency.fill(1, 5)
    agency.run()
    (agency.spool / "state").write_bytes(b"")
    assert agency.run()[0] == 6
    assert agency.run("--reset")[0] == 0
    assert agency.count_batches()[1] == 5


def test_damaged_part_is_dropped_and_its_rows_are_read_again(agency: Agency) -> None:
    agency.hub["retry_seconds"] = 0
    port = agency.hub["address"]
    agency.hub["address"] = "http://127.0.0.1:9/sandbox/wilayah/v1/desa"
    agency.fill(1, 12_000)
    assert agency.run()[0] == 5
    body = sorted(agency.spool.glob("*.body"))[0]
    body.write_bytes(body.read_bytes()[:-50])
    agency.hub["address"] = port
    code, told = agency.run()
    assert (code, agency.list_sent()) == (0, agency.list_rows()), told


def test_replacement_deletes_what_the_source_no_longer_has(agency: Agency) -> None:
    agency.read = {"mode": "replace"}
    agency.fill(1, 100)
    # The dataset's other rows are none of this source's.
    agency.world.execute(f'DELETE FROM "{agency.world.schema["sandbox"]}".desa')
    assert agency.run()[0] == 0
    agency.world.execute("DELETE FROM opd.desa WHERE jumlah > 95")
    assert agency.run()[0] == 0
    assert agency.list_sent() == agency.list_rows()
    agency.world.execute("DELETE FROM opd.desa WHERE jumlah > 10")
    code, told = agency.run()
    assert (code, len(agency.list_sent())) == (4, 95), told
    assert agency.run("--confirm-deletion")[0] == 0
    assert agency.list_sent() == agency.list_rows()


def test_check_tells_which_step_fails(agency: Agency) -> None:
    agency.fill(1, 30)
    code, told = agency.run("--check")
    assert (code, "[ok] columns" in told, agency.count_batches()[0]) == (0, True, 0), told
    key = agency.folder / "key"
    for name, expected in (("charlie_test", "grant"), ("bob_test", "grant")):
        key.write_text(agency.world.keys[name].text)
        code, told = agency.run("--check")
        assert (code, f"] {expected}" in told) == (4, True), told
    key.write_text("spl_test_palsu")
    assert "failed] key" in agency.run("--check")[1]
    key.write_text(agency.world.keys["alice_test"].text)
    agency.columns += "asing = nama\n"
    assert "failed] columns" in agency.run("--check")[1]
    agency.source["table"] = "opd.tiada"
    assert "[source]" in agency.run()[1]
    agency.hub["address"] = "http://127.0.0.1:9/sandbox/wilayah/v1/desa"
    agency.source["table"] = "opd.desa"
    assert "failed] connection" in agency.run("--check")[1]


def test_new_column_at_the_source_stops_the_run_and_its_rows_come_later(agency: Agency) -> None:
    agency.fill(1, 3)
    columns, agency.columns = agency.columns, agency.columns + "baru = nama\n"
    code, told = agency.run()
    assert (code, "[columns]" in told, agency.list_sent()) == (4, True, [])
    agency.columns = columns
    assert agency.run()[0] == 0
    assert agency.list_sent() == agency.list_rows()


def test_spool_of_one_dataset_is_not_taken_for_another(agency: Agency) -> None:
    agency.fill(1, 3)
    agency.run()
    agency.hub["address"] = agency.hub["address"].replace("desa", "rahasia")
    assert agency.run()[0] == 2
    assert agency.run("--reset")[0] == 0
    assert agency.run()[0] == 4


def test_dry_run_keeps_nothing_and_tells_what_would_be_refused(agency: Agency) -> None:
    agency.fill(1, 3)
    agency.fill(4, 1, name="x" * 60)
    code, told = agency.run("--dry-run")
    assert (code, agency.count_batches()[0], agency.list_sent()) == (1, 0, [])
    assert "- nama:" in told
    assert not agency.spool.exists()


def test_second_run_stops_while_the_first_is_at_work(agency: Agency) -> None:
    agency.fill(1, 20_000)
    first = agency.start()
    while not (agency.spool / "lock").exists():
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGSTOP)
    code, _ = agency.run()
    os.killpg(first.pid, signal.SIGCONT)
    first.communicate(timeout=60)
    assert (code, first.returncode, agency.count_batches()[1]) == (7, 0, 20_000)


def test_folder_of_files_is_delivered_file_by_file_and_only_once(agency: Agency) -> None:
    folder = agency.folder / "masuk"
    folder.mkdir()
    (folder / "a.csv").write_bytes('kode;nama;jumlah\n70.1;"Desa; satu";1\n70.2;Desa dua;2\n'.encode("utf-8-sig"))
    (folder / "b.ndjson").write_text('{"kode":"70.3","nama":"Tiga","jumlah":3}\nrusak\n')
    (folder / "c.json").write_text('[{"kode":"70.4","nama":"Empat","jumlah":4}]')
    agency.source = {"kind": "folder", "folder": "masuk", "settle_seconds": 0}
    agency.read = {}
    code, told = agency.run()
    assert code == 1, told
    assert [line["rule"] for line in agency.list_reported()] == ["json"]
    assert agency.list_sent() == [
        ("70.1", "Desa; satu", 1),
        ("70.2", "Desa dua", 2),
        ("70.3", "Tiga", 3),
        ("70.4", "Empat", 4),
    ]
    assert (agency.run()[0], agency.count_batches()[0]) == (0, 3)
    (folder / "c.json").write_text('[{"kode":"70.4","nama":"Empat","jumlah":44}]')
    agency.run()
    assert agency.list_sent()[3] == ("70.4", "Empat", 44)


def test_every_row_is_accounted_for_under_kills_of_agent_and_exchange(agency: Agency, long: bool) -> None:
    """Appending counts: a row that came twice would be refused, and a lost one would be missing."""
    chance = random.Random(20)
    agency.read["mode"] = "append"
    agency.extra = "[spool]\npart_megabytes = 0.02\n"
    agency.hub["retry_seconds"] = 30
    for number in range(100 if long else 5):
        agency.fill(1 + number * 2_000, 2_000)
        process = agency.start()
        _wait_a_moment(process, chance.uniform(0.2, 1.0))
        if number % 2:
            agency.exchange.kill()
            _wait_a_moment(process, chance.uniform(0, 0.5))
        process.kill()
        process.communicate()
        if number % 2:
            agency.exchange.start()
    code, told = agency.run()
    assert (code, agency.list_sent()) == (0, agency.list_rows()), told
    _, inserted, refused = agency.count_batches()
    assert (inserted, refused) == (len(agency.list_rows()), 0)


def _wait_a_moment(process: "subprocess.Popen[str]", seconds: float) -> None:
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
