"""The one clock, and how the seeding of samples sets it."""

import threading
from datetime import UTC, datetime

import pytest

from simpul.kernel import clock

PAST = datetime(2026, 3, 2, 9, 0, tzinfo=clock.ZONE)


def test_clock_says_the_set_instant_inside_the_block_and_the_real_one_after_it() -> None:
    with clock.at(PAST):
        assert clock.now() == PAST
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 5


def test_clock_goes_back_to_the_outer_instant_and_after_an_error() -> None:
    later = PAST.replace(hour=11)
    with clock.at(PAST):
        with pytest.raises(KeyError), clock.at(later):
            raise KeyError
        assert clock.now() == PAST


def test_clock_of_another_thread_stays_real() -> None:
    seen: list[datetime] = []
    with clock.at(PAST):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert abs((datetime.now(UTC) - seen[0]).total_seconds()) < 5


def test_clock_refuses_an_instant_without_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"), clock.at(datetime(2026, 3, 2, 9, 0)):  # noqa: DTZ001
        pass
