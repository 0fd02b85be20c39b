"""Make one mock value after another for a column: plausible, plainly invented, within its bounds."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from simpul.contract.constraints import read_bound
from simpul.contract.model import Column
from simpul.contract.samples import make_pattern_sample

_FIRST_DAY = date(2024, 1, 1)
_DAYS = 730
_AREAS = ("63.05", "63.05", "63.01", "63.02", "63.06", "63.71")
Make = Callable[[int], Any]
"""Takes the row's number and returns a JSON value."""


def make_value_maker(
    column: Column, chance: random.Random, references: Mapping[str, Sequence[str]], zone: ZoneInfo
) -> Make:
    """Make the maker of a column's values; `references` holds the codes of named lists."""
    codes = column.code_list if isinstance(column.code_list, tuple) else references.get(column.code_list or "")
    if codes:
        return partial(_make_code, column, tuple(codes), chance)
    if column.logical_type == "string":
        return _make_text_maker(column, chance)
    return _make_typed_maker(column, chance, zone)


def _make_code(column: Column, codes: Sequence[str], chance: random.Random, number: int) -> Any:
    code = codes[number % len(codes)] if column.key or column.unique else chance.choice(codes)
    if column.logical_type == "integer":
        return int(Decimal(code))
    return float(code) if column.logical_type == "number" else code


def _make_text_maker(column: Column, chance: random.Random) -> Make:
    formats: dict[str | None, Make] = {
        "nik": lambda number: (
            f"999999{number % 28 + 1:02d}{number // 28 % 12 + 1:02d}{90 + number % 10}{number % 9998 + 1:04d}"
        ),
        "nip": lambda number: f"19{70 + number % 30}0101202001{number % 2 + 1}{number % 998 + 1:03d}",
        "phone": lambda number: f"+6281200{number % 1_000_000:06d}",
        "email": lambda number: f"contoh{number}@contoh.go.id",
        "area_code": partial(_make_area, column, chance),
    }
    make = formats.get(column.format)
    if make is not None:
        return make
    if column.pattern:
        return lambda _: make_pattern_sample(column.pattern or "", chance) or column.example
    return partial(_make_words, column)


def _make_area(column: Column, chance: random.Random, number: int) -> str:
    code = f"{chance.choice(_AREAS)}.{chance.randint(1, 12):02d}.{chance.choice('12')}{number % 998 + 1:03d}"
    return next((code[:length] for length in (13, 8, 5, 2) if length <= (column.length or 13)), code)


def _make_words(column: Column, number: int) -> str:
    title = column.title or column.name
    text = f"Contoh {title} {number + 1}"
    if column.length is None or len(text) <= column.length:
        return text
    return f"C{number + 1}" if column.length >= 5 else str(number + 1)[-column.length :]


def _make_typed_maker(column: Column, chance: random.Random, zone: ZoneInfo) -> Make:
    low: Any = None if column.minimum is None else read_bound(column, column.minimum, zone)
    high: Any = None if column.maximum is None else read_bound(column, column.maximum, zone)
    makers: dict[str, Make] = {
        "integer": partial(_make_integer, column, low, high, chance),
        "number": partial(_make_number, column, low, high, chance),
        "boolean": lambda number: number % 2 == 0,
        "date": partial(_make_date, low, high),
        "timestamp": partial(_make_timestamp, low, high, zone),
        "time": partial(_make_time, low, high),
        "object": lambda number: {"contoh": number + 1},
    }
    return makers[column.logical_type]


def _make_integer(column: Column, low: Any, high: Any, chance: random.Random, number: int) -> int:
    if low is None and high is None and "tahun" in column.name.split("_"):
        low, high = 2020, 2026
    start = int(low) if low is not None else min(0, int(high)) if high is not None else 0
    end = int(high) if high is not None else start + 10_000
    if column.key or column.unique:
        return start + number % max(end - start + 1, 1)
    return chance.randint(start, max(start, end))


def _make_number(column: Column, low: Any, high: Any, chance: random.Random, _: int) -> float:
    scale = column.scale or 0 if column.precision is not None else 2
    step = Decimal(1).scaleb(-scale)
    room = Decimal(10) ** min((column.precision or 6) - scale, 4) - step
    start = Decimal(low) if low is not None else min(Decimal(0), Decimal(high)) if high is not None else Decimal(0)
    end = Decimal(high) if high is not None else max(room, start + 1)
    least, most = (start / step).to_integral(ROUND_CEILING), (end / step).to_integral(ROUND_FLOOR)
    return float(step * chance.randint(int(least), max(int(least), int(most))))


def _make_date(low: Any, high: Any, number: int) -> str:
    return _place_day(low, high, number).isoformat()


def _place_day(low: date | None, high: date | None, number: int) -> date:
    first = low or (min(_FIRST_DAY, high) if high else _FIRST_DAY)
    days = min(_DAYS, (high - first).days) if high else min(_DAYS, (date.max - first).days)
    return first + timedelta(days=number * 37 % (days + 1))


def _make_timestamp(low: Any, high: Any, zone: ZoneInfo, number: int) -> str:
    if low is None and high is None:
        day = _place_day(None, None, number)
        return datetime(day.year, day.month, day.day, 8 + number % 8, number % 60, tzinfo=zone).isoformat()
    bound: datetime = low or high
    room = (high - low).total_seconds() if low and high else 86_400.0 * 30
    moved = timedelta(seconds=int(number * 3607 % (room + 1)))
    return (bound + moved if low else bound - moved).astimezone(zone).isoformat()


def _make_time(low: time | None, high: time | None, number: int) -> str:
    first = _count_seconds(low) if low else 0
    last = _count_seconds(high) if high else 86_399
    seconds = first + number * 607 % max(last - first + 1, 1)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60).isoformat()


def _count_seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
