"""Mock rows for the sandbox, made from the contract: plausible, plainly invented, always the same.

Every row passes the validator in JSON mode. Names say "Contoh"; a NIK has the area 99.99.99, which doesn't exist.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from simpul.contract.errors import ContractInvalid
from simpul.contract.filters import Filter, matches_filters, read_filters
from simpul.contract.mock_values import Make, make_value_maker
from simpul.contract.model import Column, Contract, Dataset
from simpul.contract.validator import compile_validator
from simpul.kernel.clock import ZONE
from simpul.kernel.words import Words

SANDBOX_ROWS = 100
"""How many mock rows each dataset of a sandbox gets."""

_TRIES = 60
_FAR_AREA = "11.01"
_EMPTY_SHARE = 0.1
"""How often a column that may be empty is."""


def make_mock_rows(
    dataset: Dataset,
    count: int,
    *,
    seed: str = "simpul",
    row_filters: Sequence[Sequence[Filter]] = (),
    references: Mapping[str, Sequence[str]] | None = None,
    zone: str | ZoneInfo = ZONE,
) -> list[dict[str, Any]]:
    """Make mock rows.

    Args: `row_filters` are the consumers' (each a group of conditions): rows inside each group and rows
    free of all are made in turn; `references` holds the codes of named lists.
    Returns: at most `count` rows of JSON values, keys and unique columns all different; fewer where the
    columns can't give so many different ones.
    Raises: ContractInvalid naming a required column for which no valid value can be made (it needs an example).
    """
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    studio = _Studio(dataset, seed, references or {}, place)
    studio.check_possible()
    groups: list[Sequence[Filter]] = [*row_filters, ()]
    pools = [studio.make_pools(group) for group in groups]
    rows: list[dict[str, Any]] = []
    for number in range(count * 2):
        if len(rows) == count:
            break
        turn = number % len(groups)
        row = studio.make_row(number, groups[turn], pools[turn])
        if row is not None:
            rows.append(row)
    return rows


class _Taken:
    """The keys and unique values given so far."""

    def __init__(self, dataset: Dataset) -> None:
        groups = [(column.name,) for column in dataset.columns if column.unique]
        self.groups = [*groups, dataset.key] if dataset.key else groups
        self.met: list[set[str]] = [set() for _ in self.groups]

    def claim(self, row: Mapping[str, Any]) -> bool:
        values = [
            repr([row[name] for name in group]) if any(row[name] is not None for name in group) else None
            for group in self.groups
        ]
        if any(value in met for value, met in zip(values, self.met, strict=True)):
            return False
        for value, met in zip(values, self.met, strict=True):
            if value is not None:
                met.add(value)
        return True


class _Studio:
    """What the rows of one dataset are made with."""

    def __init__(self, dataset: Dataset, seed: str, references: Mapping[str, Sequence[str]], zone: ZoneInfo) -> None:
        self.dataset, self.references, self.zone = dataset, references, zone
        self.chance = random.Random(f"{seed}:{dataset.name}")  # noqa: S311 - mock data, the same each time
        self.makers: dict[str, Make] = {
            column.name: make_value_maker(column, self.chance, references, zone) for column in dataset.columns
        }
        self.validator = compile_validator(dataset, references, zone=zone)
        self.taken = _Taken(dataset)

    def make_row(
        self, number: int, group: Sequence[Filter], pools: Mapping[str, Sequence[Any]]
    ) -> dict[str, Any] | None:
        """Make a valid, new row inside a group of conditions, or None after some tries."""
        for attempt in range(_TRIES):
            row = {column.name: self._pick(column, pools, number + attempt * 1000) for column in self.dataset.columns}
            is_valid = self.validator.check(row)[0] is not None
            if is_valid and matches_filters(row, group) and self.taken.claim(row):
                return row
        return None

    def _pick(self, column: Column, pools: Mapping[str, Sequence[Any]], number: int) -> Any:
        pool = pools.get(column.name)
        if pool:
            return self.chance.choice(pool)
        if not (column.required or column.key) and self.chance.random() < _EMPTY_SHARE:
            return None
        return self.makers[column.name](number)

    def check_possible(self) -> None:
        """Check that each required column can be filled. Raises: ContractInvalid."""
        for column in self.dataset.columns:
            made = (self.makers[column.name](number) for number in range(_TRIES))
            if (column.required or column.key) and not self._list_valid(column, made, 1):
                raise ContractInvalid(
                    Words(
                        f"Data tiruan untuk elemen {column.name} tidak dapat dibuat. Isi contoh isiannya dalam kontrak.",
                        f"No mock value can be made for column {column.name}. Give it an example in the contract.",
                    )
                )

    def make_pools(self, group: Sequence[Filter]) -> dict[str, list[Any]]:
        """Find values of the filtered columns that lie inside a group of conditions."""
        pools: dict[str, list[Any]] = {}
        for column in self.dataset.columns:
            conditions = [condition for condition in group if condition.column == column.name]
            if not conditions:
                continue
            made = [self.makers[column.name](number) for number in range(400)]
            proposed = [value for condition in conditions for value in _list_proposals(column, condition)]
            inside = [value for value in (None, *proposed, *made) if matches_filters({column.name: value}, conditions)]
            pools[column.name] = self._list_valid(column, inside, 200)
        return pools

    def _list_valid(self, column: Column, candidates: Iterable[Any], enough: int) -> list[Any]:
        check = compile_validator(Dataset("mock", columns=(column,)), self.references, zone=self.zone).check
        valid = (candidate for candidate in candidates if check({column.name: candidate})[0] is not None)
        return list(islice(valid, enough))


def _list_proposals(column: Column, condition: Filter) -> list[Any]:
    """Propose values near a condition's literals, on both of its sides; which lie inside is looked at later."""
    if column.logical_type == "boolean":
        return [True, False]
    if condition.operator == "is":
        return []
    return [value for literal in condition.values for value in _list_near(column, literal)]


def _list_near(column: Column, literal: str) -> list[Any]:
    stem = literal.replace("%", "*").partition("*")[0]
    if column.logical_type in ("integer", "number"):
        return _list_near_numbers(literal)
    if column.logical_type == "date":
        return _list_near_days(literal)
    if column.format == "area_code":
        tails = [f"{district:02d}.{village}" for district in range(1, 4) for village in range(2001, 2031)]
        return [stem, *(f"{start}.{tail}" for start in (stem.rstrip("."), _FAR_AREA) for tail in tails)]
    return [stem, *(f"{stem}{number:03d}" for number in range(100))]


def _list_near_days(literal: str) -> list[Any]:
    try:
        day = date.fromisoformat(literal)
    except ValueError:
        return []
    return [(day + timedelta(days=step)).isoformat() for step in range(-60, 61) if 1 < day.year < 9998]


def _list_near_numbers(literal: str) -> list[Any]:
    try:
        number = float(literal)
    except ValueError:
        return []
    near = [number + step for step in (-10, -1, 0, 1, 10)]
    return [int(value) if value == int(value) else value for value in near]


def make_sandbox_rows(
    contract: Contract, count: int = SANDBOX_ROWS, references: Mapping[str, Sequence[str]] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Make the mock rows of each dataset of a contract, by name: the rows that its integration tests expect.

    Rows inside each consumer's row filter are among them. Raises: ContractInvalid, as `make_mock_rows`.
    """
    return {
        dataset.name: make_mock_rows(
            dataset,
            count,
            row_filters=[
                read_filters(terms.row_filter) for terms in contract.consumers if terms.dataset == dataset.name
            ],
            references=references,
            zone=contract.zone,
        )
        for dataset in contract.datasets
    }
