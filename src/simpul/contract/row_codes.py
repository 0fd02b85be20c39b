"""Reference codes that are looked at with their whole row: valid on the day of another column, or only remarked upon."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from simpul.contract.constraints import References, get_codes, make_code_fault
from simpul.contract.model import WHEN_UNKNOWN, Dataset
from simpul.contract.reference_codes import DatedCodes
from simpul.kernel.errors import Finding


@dataclass(frozen=True)
class RowCodes:
    """One column's codes; `date_column` empty: the day that the codes are as of."""

    column: str
    date_column: str
    codes: Container[str]
    only_warns: bool
    zone: ZoneInfo

    def find(self, values: Mapping[str, Any]) -> Finding | None:
        """Return what is wrong with the row's code, or None. A row without a date is judged by the codes' own day."""
        value = values.get(self.column)
        if value is None:
            return None
        code = value if isinstance(value, str) else str(value)
        if self._is_valid(code, values.get(self.date_column)):
            return None
        fault = make_code_fault(code, self.codes)
        return Finding(self.column, fault.rule, fault.words)

    def _is_valid(self, code: str, day: object) -> bool:
        if isinstance(day, datetime):
            day = day.astimezone(self.zone).date()
        if isinstance(self.codes, DatedCodes) and isinstance(day, date):
            return self.codes.is_valid(code, day)
        return code in self.codes


def make_row_codes(dataset: Dataset, references: References, zone: ZoneInfo) -> list[RowCodes]:
    """Make what a dataset's contract asks of reference codes beyond the value alone. Raises: ContractInvalid."""
    return [
        RowCodes(
            column.name,
            column.code_date,
            get_codes(column, references),
            column.when_unknown != WHEN_UNKNOWN[0],
            zone,
        )
        for column in dataset.columns
        if isinstance(column.code_list, str) and (column.code_date or column.when_unknown != WHEN_UNKNOWN[0])
    ]
