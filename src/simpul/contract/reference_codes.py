"""Codes of a reference list with the days on which each is valid, as the hub's code lists give them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import NamedTuple

from simpul.contract.model import WHEN_UNKNOWN, Column, Dataset

Period = tuple[date, date]
"""First and last day, both included; open ends are `date.min` and `date.max`."""
Periods = tuple[Period, ...]
ALWAYS: Periods = ((date.min, date.max),)


class Reign(NamedTuple):
    """A version of a list: from which day it holds, and its codes with their own periods."""

    valid_from: date
    codes: Mapping[str, Period]


class DatedCodes:
    """A list's codes as of a day. `code in codes` and iteration mean that day; `is_valid` asks for any other.

    >>> area = DatedCodes({"63.05": ALWAYS, "63.99": ((date.min, date(2020, 12, 31)),)}, date(2026, 11, 24))
    >>> "63.05" in area, "63.99" in area, area.is_valid("63.99", date(2019, 1, 1)), list(area)
    (True, False, True, ['63.05'])
    """

    __slots__ = ("_periods", "day")

    def __init__(self, periods: Mapping[str, Periods], day: date) -> None:
        self._periods, self.day = periods, day

    def __contains__(self, code: object) -> bool:
        return self.is_valid(code, self.day)

    def __iter__(self) -> Iterator[str]:
        return (code for code in self._periods if self.is_valid(code, self.day))

    def is_valid(self, code: object, on: date) -> bool:
        """Tell whether the code is valid on a day."""
        return any(first <= on <= last for first, last in self._periods.get(code, ()))  # type: ignore[call-overload]

    def is_known(self, code: object) -> bool:
        """Tell whether the code is valid on any day at all."""
        return code in self._periods

    def list_known(self) -> list[str]:
        """Return every code that is valid on any day."""
        return list(self._periods)


def merge_reigns(reigns: list[Reign]) -> dict[str, Periods]:
    """Return each code's periods over all versions, oldest version first in `reigns`.

    On a day the youngest version that holds by then counts; before all of them, the one that holds first. A younger
    version that holds from an earlier day replaces the older ones from that day on. Cost: one entry a code.

    >>> old = Reign(date(2020, 1, 1), {"A": (date.min, date.max), "B": (date.min, date.max)})
    >>> new = Reign(date(2025, 1, 1), {"A": (date.min, date.max)})
    >>> merged = merge_reigns([old, new])
    >>> merged["A"] == ALWAYS, merged["B"][0][1].isoformat()
    (True, '2024-12-31')
    """
    spans = _list_spans([reign.valid_from for reign in reigns])
    if len(spans) == 1:
        only = reigns[spans[0][0]]
        shared: dict[Period, Periods] = {}
        return {code: shared.setdefault(period, (period,)) for code, period in only.codes.items()}
    merged: dict[str, Periods] = {}
    same: dict[Periods, Periods] = {}
    for index, start, end in spans:
        for code, (first, last) in reigns[index].codes.items():
            part = (max(first, start), min(last, end))
            if part[0] <= part[1]:
                periods = _append(merged.get(code, ()), part)
                merged[code] = same.setdefault(periods, periods)
    return merged


def _append(periods: Periods, part: Period) -> Periods:
    if periods and periods[-1][1].toordinal() + 1 == part[0].toordinal():
        return (*periods[:-1], (periods[-1][0], part[1]))
    return (*periods, part)


def _list_spans(starts: list[date]) -> list[tuple[int, date, date]]:
    """Return (version, first day, last day) in the days' order, without gaps."""
    spans: list[tuple[int, date, date]] = []
    for index in range(len(starts) - 1, -1, -1):
        if not spans or starts[index] < spans[-1][1]:
            last = date.fromordinal(spans[-1][1].toordinal() - 1) if spans else date.max
            spans.append((index, starts[index], last))
    if spans:
        index, _, last = spans[-1]
        spans[-1] = (index, date.min, last)
    return spans[::-1]


SAMPLE_CODES = 200
"""How many codes of a long list mock rows draw from."""


def fill_in_codes(dataset: Dataset, references: Mapping[str, Iterable[str]]) -> Dataset:
    """Return a dataset whose columns hold codes valid today in the place of their list's name, to make mock rows of.

    Columns that take other codes with a remark, and those of a list that isn't in the hub, are left without a list.
    """
    return replace(dataset, columns=tuple(_fill_in(column, references) for column in dataset.columns))


def _fill_in(column: Column, references: Mapping[str, Iterable[str]]) -> Column:
    if not isinstance(column.code_list, str):
        return column
    codes = tuple(islice(references.get(column.code_list, ()), SAMPLE_CODES))
    is_bound = codes and column.when_unknown == WHEN_UNKNOWN[0]
    return replace(column, code_list=codes if is_bound else None, code_date="", when_unknown=WHEN_UNKNOWN[0])
