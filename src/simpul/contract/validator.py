"""The row validator: compiled once from a dataset, then one call a row, never an exception.

In "json" mode values have JSON's types; dates are ISO text. In "text" mode they come from CSV as text, or
from a spreadsheet as its typed cells. Unique and key values are checked against other rows by `delivery`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from simpul.contract import faults
from simpul.contract.constraints import Constraint, References, make_constraints
from simpul.contract.faults import Fault
from simpul.contract.model import Column, Dataset
from simpul.contract.readers import Mode, Reader, make_reader
from simpul.contract.row_codes import RowCodes, make_row_codes
from simpul.kernel.clock import ZONE
from simpul.kernel.errors import Finding

Check = Callable[[object], object]
_MAX_WHERE = 63


class RowValidator:
    """Checks rows of one dataset. Immutable, so that threads may share it."""

    def __init__(self, checks: Mapping[str, Check], codes: Sequence[RowCodes] = ()) -> None:
        self._checks = tuple(checks.items())
        self._refusing = tuple(one for one in codes if not one.only_warns)
        self._warning = tuple(one for one in codes if one.only_warns)
        self._names = frozenset(checks)

    def check(self, row: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[Finding]]:
        """Check one row.

        Args: `row` maps column names to values; a missing column counts as empty.
        Returns: (values ready for psycopg in the contract's order, []), or (None, findings) when the row is
        refused. A finding's `where` is the column; its message never holds the value.
        Cost: some microseconds a column.
        """
        if not isinstance(row, Mapping):
            return None, [Finding("", "row", faults.NOT_A_ROW)]
        values: dict[str, Any] = {}
        findings: list[Finding] = []
        for name, check in self._checks:
            try:
                values[name] = check(row.get(name))
            except Fault as fault:
                findings.append(Finding(name, fault.rule, fault.words))
        if not row.keys() <= self._names:
            findings += [
                Finding(str(name)[:_MAX_WHERE], "unknown-column", faults.UNKNOWN_COLUMN)
                for name in row
                if name not in self._names
            ]
        findings += _find_all(self._refusing, values)
        return (None, findings) if findings else (values, [])

    def list_warnings(self, values: Mapping[str, Any]) -> list[Finding]:
        """Return what the contract lets pass with a remark, of a row's checked values."""
        return _find_all(self._warning, values)


def _find_all(codes: Sequence[RowCodes], values: Mapping[str, Any]) -> list[Finding]:
    return [found for one in codes if (found := one.find(values)) is not None]


def compile_validator(
    dataset: Dataset, references: References | None = None, *, mode: Mode = "json", zone: str | ZoneInfo = ZONE
) -> RowValidator:
    """Compile the validator of a dataset.

    Args: `references` holds the codes of each list that the columns name; `mode` is how rows come ("json",
    or "text" for CSV and spreadsheets); naive timestamps are read in `zone`, the contract's.
    Raises: ContractInvalid when a code list is missing or a pattern or bound can't be used.
    """
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    checks = {column.name: _make_check(column, references or {}, mode, place) for column in dataset.columns}
    return RowValidator(checks, make_row_codes(dataset, references or {}, place))


def _make_check(column: Column, references: References, mode: Mode, zone: ZoneInfo) -> Check:
    read = make_reader(column, mode, zone)
    constraints = tuple(make_constraints(column, references, zone))
    is_empty = _is_blank if mode == "text" else _is_null
    if column.required or column.key:
        return _make_required_check(read, constraints)
    return _make_optional_check(read, constraints, is_empty)


def _is_null(value: object) -> bool:
    return value is None


def _is_blank(value: object) -> bool:
    """In text files an empty cell is empty text, or nothing but spaces."""
    return value is None or value == "" or (isinstance(value, str) and value.isspace())


def _make_required_check(read: Reader, constraints: tuple[Constraint, ...]) -> Check:
    def check(value: object) -> object:
        if _is_blank(value):
            raise Fault("required", faults.REQUIRED)
        return _apply(read, constraints, value)

    return check


def _make_optional_check(
    read: Reader, constraints: tuple[Constraint, ...], is_empty: Callable[[object], bool]
) -> Check:
    return lambda value: None if is_empty(value) else _apply(read, constraints, value)


def _apply(read: Reader, constraints: tuple[Constraint, ...], value: object) -> object:
    stored = read(value)
    for constrain in constraints:
        stored = constrain(stored)
    return stored
