"""A plan's limits, one by one, with a clock of the test's own."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from simpul.exchange.admit import Admission, Gate, Used
from simpul.exchange.errors import write_error
from simpul.exchange.quota_errors import DayUsedUp, QuotaExceeded, RowsUsedUp, TooFast, TooManyAtOnce
from simpul.exchange.rates import Allowance, AllowanceBook, read_allowances
from simpul.kernel.clock import ZONE


class Watch:
    """Both clocks of a gate: 22:00 in WITA, and the seconds since."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.start = datetime(2026, 11, 24, 22, 0, tzinfo=ZONE).timestamp() - self.seconds

    def read_seconds(self) -> float:
        return self.seconds

    def read_time(self) -> float:
        return self.start + self.seconds


@pytest.fixture
def watch() -> Watch:
    """The test's clock."""
    return Watch()


@pytest.fixture
def gate(tmp_path: Path, watch: Watch) -> Iterator[Gate]:
    """A gate on that clock."""
    made = Gate(tmp_path, read_seconds=watch.read_seconds, read_time=watch.read_time)
    yield made
    made.close()


def admit(gate: Gate, plan: Allowance, dataset: int = 7, application: int = 20, rows: int = 0) -> Admission:
    """One call that is over at once."""
    admission = gate.admit(plan, application, dataset)
    admission.release(rows)
    return admission


def refuse(gate: Gate, plan: Allowance) -> QuotaExceeded:
    """Why is the next call refused?"""
    with pytest.raises(QuotaExceeded) as caught:
        admit(gate, plan)
    return caught.value


def test_burst_is_let_in_at_once_and_then_the_rate(gate: Gate, watch: Watch) -> None:
    plan = Allowance("x", rate_per_second=10, burst=5)
    for _ in range(5):
        admit(gate, plan)
    error = refuse(gate, plan)
    assert isinstance(error, TooFast)
    assert error.retry_after_seconds == 1
    watch.seconds += 0.1
    admit(gate, plan)
    assert isinstance(refuse(gate, plan), TooFast)


def test_rate_holds_in_the_long_run(gate: Gate, watch: Watch) -> None:
    plan = Allowance("x", rate_per_second=50, burst=10)
    taken = 0
    for _ in range(20_000):
        watch.seconds += 0.001
        try:
            admit(gate, plan)
            taken += 1
        except TooFast:
            pass
    assert taken == pytest.approx(20 * 50 + 10, abs=1)


def test_refused_call_takes_nothing(gate: Gate, watch: Watch) -> None:
    plan = Allowance("x", rate_per_second=10, burst=1, calls_per_day=3)
    admit(gate, plan)
    for _ in range(5):
        refuse(gate, plan)
    watch.seconds += 0.1
    assert '"day";r=1' in admit(gate, plan).headers["ratelimit"]


def test_day_is_used_up_until_midnight_in_wita(gate: Gate, watch: Watch) -> None:
    plan = Allowance("x", calls_per_day=2)
    admit(gate, plan)
    admit(gate, plan)
    error = refuse(gate, plan)
    assert isinstance(error, DayUsedUp)
    assert error.retry_after_seconds == 2 * 3600 + 1
    assert "2026-11-25 00:00 WITA" in error.message.id
    watch.seconds += 2 * 3600
    admit(gate, plan)


def test_rows_are_counted_after_the_answer(gate: Gate, watch: Watch) -> None:
    plan = Allowance("x", rows_per_day=100)
    admit(gate, plan, rows=60)
    admit(gate, plan, rows=60)
    assert isinstance(refuse(gate, plan), RowsUsedUp)
    watch.seconds += 2 * 3600
    assert '"rows";r=100' in admit(gate, plan).headers["ratelimit"]


def test_rows_that_end_after_midnight_are_of_the_new_day(gate: Gate, watch: Watch) -> None:
    plan = Allowance("x", rows_per_day=100)
    admission = gate.admit(plan, 20, 7)
    watch.seconds += 2 * 3600
    admission.release(30)
    assert '"rows";r=70' in admit(gate, plan).headers["ratelimit"]


def test_so_many_at_once_and_no_more(gate: Gate) -> None:
    plan = Allowance("x", concurrent_calls=2)
    held = [gate.admit(plan, 20, 7) for _ in range(2)]
    assert isinstance(refuse(gate, plan), TooManyAtOnce)
    held[0].release()
    held[0].release()
    admit(gate, plan)
    admit(gate, plan)


def test_forgotten_admission_lets_its_place_go(gate: Gate) -> None:
    plan = Allowance("x", concurrent_calls=1)
    admission: Admission | None = gate.admit(plan, 20, 7)
    assert admission is not None
    admission = None
    admit(gate, plan)


def test_place_of_a_gate_that_closed_is_free(gate: Gate, tmp_path: Path) -> None:
    plan = Allowance("x", concurrent_calls=1)
    other = Gate(tmp_path)
    held = other.admit(plan, 20, 7)
    assert isinstance(refuse(gate, plan), TooManyAtOnce)
    other.close()
    admit(gate, plan)
    held.release()


def test_limits_are_by_application_and_dataset(gate: Gate) -> None:
    plan = Allowance("x", calls_per_day=1)
    admit(gate, plan)
    admit(gate, plan, dataset=8)
    admit(gate, plan, application=21)
    assert isinstance(refuse(gate, plan), DayUsedUp)


def test_counts_outlive_the_process(gate: Gate, tmp_path: Path, watch: Watch) -> None:
    plan = Allowance("x", calls_per_day=1)
    admit(gate, plan)
    gate.close()
    again = Gate(tmp_path, read_seconds=watch.read_seconds, read_time=watch.read_time)
    assert not again.is_new
    assert isinstance(refuse(again, plan), DayUsedUp)


def test_new_file_begins_with_what_the_evidence_knows(gate: Gate) -> None:
    plan = Allowance("x", calls_per_day=10, rows_per_day=100)
    assert gate.is_new
    gate.restore([Used(20, 7, 4, 30)])
    assert not gate.is_new
    assert admit(gate, plan).headers["ratelimit"] == '"day";r=5;t=7201, "rows";r=70;t=7201'


def test_other_plan_holds_from_the_next_call(gate: Gate) -> None:
    for _ in range(3):
        admit(gate, Allowance("slow", rate_per_second=1, burst=3))
    fast = Allowance("fast", rate_per_second=100, burst=100)
    for _ in range(50):
        admit(gate, fast)


def test_clock_that_began_anew_locks_nobody_out(gate: Gate, watch: Watch) -> None:
    plan = Allowance("x", rate_per_second=1, burst=1)
    admit(gate, plan)
    watch.seconds, watch.start = 5.0, watch.start + 1000
    admit(gate, plan)


def test_headers_tell_policy_and_what_is_left(gate: Gate) -> None:
    plan = Allowance("x", rate_per_second=10, burst=20, calls_per_day=1000, concurrent_calls=5)
    headers = admit(gate, plan).headers
    assert headers["ratelimit-policy"] == (
        '"burst";q=20;w=2, "day";q=1000;w=86400, "concurrent";q=5;qu="concurrent-requests"'
    )
    assert headers["ratelimit"] == '"burst";r=19;t=1, "day";r=999;t=7201'
    assert admit(gate, Allowance("none")).headers == {}


def test_refusal_carries_the_headers_and_names_the_plan(gate: Gate) -> None:
    plan = Allowance("Kecil", rate_per_second=2, burst=1)
    admit(gate, plan)
    answer = write_error(refuse(gate, plan))
    assert answer.status == 429
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["ratelimit"] == '"burst";r=0;t=1'
    assert "'Kecil'" in answer.body.decode()
    assert "Tim IT" in answer.body.decode()


def test_assignment_comes_before_the_default() -> None:
    rows = [
        (1, "live", "Standar", 50, 100, None, None, None, None, 25),
        (2, "", "Besar", 500, 1000, None, None, None, None, None),
    ]
    book = read_allowances(rows, [(20, 7, 2)])
    assert book.find(20, 7, "live").name == "Besar"
    assert book.find(20, 8, "live").body_bytes == 25 * 1024 * 1024
    assert AllowanceBook().find(20, 7, "live").policy == ""
