"""Refused rows are sealed for their batch and position, under a key that only the hub reads."""

import datetime
import threading
from decimal import Decimal

import pytest

from simpul.delivery.errors import QuarantineKeyUnusable
from simpul.delivery.quarantine import KEY_FILE, Quarantine, open_quarantine


def test_cells_come_back_as_text(tmp_path):
    quarantine = open_quarantine(tmp_path)
    cells = ["é\ud800", None, 5, Decimal("1.50"), True, datetime.date(2026, 7, 3), {"a": [1]}]
    opened = quarantine.open(7, 3, quarantine.seal(7, 3, list("abcdefg"), cells))
    assert opened.columns == list("abcdefg")
    assert opened.cells == ["é\ud800", None, "5", "1.50", "true", "2026-07-03", '{"a": [1]}']


def test_a_sealed_row_holds_no_value_and_is_never_the_same_twice(tmp_path):
    quarantine = open_quarantine(tmp_path)
    first, second = (quarantine.seal(1, 1, ["nik"], ["6305010101900001"]) for _ in range(2))
    assert first != second
    assert b"6305010101900001" not in first


@pytest.mark.parametrize(("batch", "position"), [(8, 3), (7, 4)])
def test_a_row_can_not_be_moved_to_another_place(tmp_path, batch, position):
    quarantine = open_quarantine(tmp_path)
    with pytest.raises(QuarantineKeyUnusable):
        quarantine.open(batch, position, quarantine.seal(7, 3, ["a"], ["x"]))


def test_a_changed_or_emptied_row_is_refused(tmp_path):
    quarantine = open_quarantine(tmp_path)
    sealed = bytearray(quarantine.seal(7, 3, ["a"], ["x"]))
    sealed[-1] ^= 1
    for content in (bytes(sealed), b""):
        with pytest.raises(QuarantineKeyUnusable):
            quarantine.open(7, 3, content)


def test_the_key_is_made_once_for_the_owner_alone(tmp_path):
    keys = tmp_path / "keys"
    sealed = open_quarantine(keys).seal(1, 1, ["a"], ["x"])
    assert open_quarantine(keys).open(1, 1, sealed).cells == ["x"]
    assert (keys / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert len((keys / KEY_FILE).read_bytes()) == 32
    assert [path.name for path in keys.iterdir()] == [KEY_FILE]


def test_processes_that_start_together_share_one_key(tmp_path):
    barrier, made = threading.Barrier(8), []

    def start():
        barrier.wait()
        made.append(open_quarantine(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed = made[0].seal(1, 1, ["a"], ["x"])
    assert all(one.open(1, 1, sealed).cells == ["x"] for one in made)
    assert len(made) == 8


def test_a_key_of_another_length_is_refused(tmp_path):
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(QuarantineKeyUnusable):
        open_quarantine(tmp_path)
    with pytest.raises(QuarantineKeyUnusable):
        Quarantine(b"")
