"""Reads a sheet's rows through the contract's validator: good ones are staged, bad ones set aside with their reasons."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from simpul.contract.validator import RowValidator, compile_validator
from simpul.delivery.envelope import ROW, Envelope
from simpul.delivery.errors import ModeUnusable
from simpul.delivery.modes import RULES
from simpul.delivery.refused import Refusal
from simpul.delivery.sheet import Damaged, Sheet
from simpul.delivery.target import Target, list_required, match_columns
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

Good = list[object]
"""A row as it is staged: its position, then a value for each of the intake's columns."""


class Intake:
    """What is taken of a sheet under a mode.

    `match` are the columns that a known row is found by, empty where none can be; `columns` those that are staged: the
    sheet's, `_row` among them where rows are found by it, and for deletions `match` alone.

    Raises: BatchColumnsRefused; ModeUnusable for a mode that needs a key where there is none.
    """

    def __init__(self, target: Target, sheet: Sheet, envelope: Envelope) -> None:
        self.target, self.sheet, self.rules = target, sheet, RULES[envelope.mode]
        wanted = envelope.match_by or target.key
        if self.rules.takes_part_of_a_row and not wanted:
            raise ModeUnusable(name=target.name)
        self.extra = (ROW,) if ROW in wanted else ()
        required = list(wanted) if self.rules.takes_part_of_a_row else list_required(target.model)
        self.names = match_columns(sheet, target.model, [name for name in required if name != ROW])
        known = [*self.extra, *(wanted if self.rules.deletes_given else target.columns)]
        self.columns = [name for name in dict.fromkeys(known) if name in self.names]
        # Rows of a unique group that the sheet doesn't hold are new; a key that it doesn't hold is required of each row.
        self.match = wanted if set(wanted) <= set(self.columns) or wanted == target.key else ()
        self._validator = self._compile(envelope, wanted)
        self._remarks: dict[tuple[str, str], tuple[Finding, int]] = {}
        self._key_validator = _compile(target, sheet, envelope, target.key)

    @property
    def is_complete(self) -> bool:
        """Has the sheet what rows are found by, and the key of what it inserts? If not, every row is refused."""
        needed = {*self.match, *(self.target.key if self.rules.inserts else ())}
        return bool(self.columns) and needed <= set(self.columns)

    def _compile(self, envelope: Envelope, match: Sequence[str]) -> RowValidator:
        if not self.rules.takes_part_of_a_row:
            return _compile(self.target, self.sheet, envelope, self.target.columns)
        return _compile(self.target, self.sheet, envelope, {*self.columns, *match})

    def check_rows(self) -> Iterator[Refusal | Good]:
        """Yield every row in order, checked. May raise FileRefused while reading."""
        is_json, known = self.sheet.mode == "json", {*self.extra, *self.target.columns}
        for position, cells in self.sheet.rows:
            if isinstance(cells, Damaged):
                yield Refusal(position, self.sheet.header, cells, [self._name(cells.finding)])
                continue
            row = dict(zip(self.names, cells, strict=True))
            if is_json:  # a key that other rows of the array brought, absent here
                row = {name: cell for name, cell in row.items() if cell is not None or name in known}
            if self.rules.deletes_given:
                row = {name: cell for name, cell in row.items() if name in self.columns or name not in known}
            number = {name: int(row.pop(name)) for name in self.extra}  # type: ignore[call-overload]
            values, findings = self._validator.check(row)
            if values is None:
                yield Refusal(position, self.sheet.header, cells, findings)
            else:
                self._remark(self._validator.list_warnings(values))
                values |= number
                yield [position, *(values[name] for name in self.columns)]

    def _remark(self, findings: Sequence[Finding]) -> None:
        for one in findings:
            first, count = self._remarks.get((one.where, one.rule), (one, 0))
            self._remarks[one.where, one.rule] = (first, count + 1)

    def list_remarks(self) -> list[Finding]:
        """Return what was remarked upon in rows that passed, with how many they are."""
        return [
            Finding(
                one.where,
                one.rule,
                Words(
                    f"{count} baris diterima dengan catatan pada kolom {one.where}. {one.message.id}",
                    f"{count} rows were taken in with a remark on column {one.where}. {one.message.en}",
                ),
            )
            for one, count in self._remarks.values()
        ]

    def _name(self, finding: Finding) -> Finding:
        """Name a damaged cell's column as the contract does, where the file calls it otherwise."""
        names = dict(zip(self.sheet.header, self.names, strict=True))
        return finding._replace(where=names.get(finding.where) or finding.where)

    def find_key(self, refusal: Refusal) -> list[Any] | None:
        """Return the key of a refused row, so far as it can be read, else None."""
        if isinstance(refusal.cells, Damaged) or not self.target.key:
            return None
        row = dict(zip(self.names, refusal.cells, strict=True))
        values, _ = self._key_validator.check({name: row.get(name) for name in self.target.key})
        return [values[name] for name in self.target.key] if values else None


def _compile(target: Target, sheet: Sheet, envelope: Envelope, names: Sequence[str] | set[str]) -> RowValidator:
    columns = tuple(column for column in target.model.columns if column.name in names)
    part = replace(target.model, columns=columns)
    return compile_validator(part, envelope.references, mode=sheet.mode, zone=target.zone)
