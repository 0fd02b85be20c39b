"""The one shape that every format is read into: a header, rows with their place in the file, and notes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

Row = tuple[int, list[object]]
"""Where the row stands in the file as its sender sees it (from 1), and its cells in the header's order."""

FORMULA = "formula"
"""The rule of a cell whose value a formula makes: what it shows elsewhere may be another value."""


class Damaged(list[object]):
    """The cells of a row that can't be taken as it is, with the reason. It is refused, never dropped."""

    def __init__(self, cells: list[object], rule: str, message: Words, where: str = "") -> None:
        """Keep the cells as far as they could be read."""
        super().__init__(cells)
        self.finding = Finding(where, rule, message)


class Notebook:
    """Remarks about a whole file, one for each rule, with how often and the first places."""

    SHOWN = 5

    def __init__(self) -> None:
        self._messages: dict[str, Words] = {}
        self._places: dict[str, list[int]] = {}
        self._counts: dict[str, int] = {}

    def add(self, rule: str, message: Words, position: int | None = None) -> None:
        """Note that `rule` was met (at row `position`)."""
        self._messages.setdefault(rule, message)
        self._counts[rule] = self._counts.get(rule, 0) + 1
        places = self._places.setdefault(rule, [])
        if position is not None and len(places) < self.SHOWN:
            places.append(position)

    def list_notes(self) -> list[Finding]:
        """Return one finding for each rule, in the order first met; empty when there is nothing to say."""
        return [Finding(self._place(rule), rule, message) for rule, message in self._messages.items()]

    def _place(self, rule: str) -> str:
        places, count = self._places[rule], self._counts[rule]
        if not places:
            return ""
        more = "" if count <= len(places) else f" (+{count - len(places)})"
        return "baris/row " + ", ".join(map(str, places)) + more


def find_mode(format_name: str) -> Literal["json", "text"]:
    """Return how the cells of a format are to be taken: strictly, or as text and a spreadsheet's cells."""
    return "json" if format_name in ("json", "ndjson") else "text"


@dataclass
class Sheet:
    """An opened file. `rows` is read once, lazily; reading may raise FileRefused.

    A row is as long as the header, or it is `Damaged`. Blank rows are left out. `format` is csv, ndjson, json, xlsx
    or ods. `text_only` says that every cell is text (CSV); else cells have the types that the file gives them: str,
    int, float, Decimal, bool, date, datetime, time, list, dict; None for an empty cell. `is_uneven`: JSON objects whose
    keys aren't the same in all rows.
    """

    format: str
    header: list[str]
    rows: Iterator[Row]
    text_only: bool = False
    notebook: Notebook = field(default_factory=Notebook)
    is_uneven: bool = False

    @property
    def mode(self) -> Literal["json", "text"]:
        """How the contract's validator is to take the cells: strictly, or as text and a spreadsheet's cells."""
        return find_mode(self.format)

    @property
    def notes(self) -> list[Finding]:
        """Remarks so far; complete once `rows` is read to its end."""
        return self.notebook.list_notes()
