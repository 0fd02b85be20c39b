"""The one shape of all sources: check → list places → describe → preview → read.

with open_reader("mysql", settings, secret, guard) as reader:
    for chunk in reader.read(since, ReadLimits()):
        ...  # commit the rows and chunk.cursor together
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, Self

from simpul.delivery.sheet import Damaged
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

Mode = Literal["json", "text"]
SourceRow = dict[str, object]
"""Column name → value: None, str, int, float, Decimal, bool, dict or list; dates and times are ISO text.

From CSV all are text; from a spreadsheet also date, datetime and time (mode "text").
"""

STAGES = ("settings", "name", "network", "tls", "sign-in", "object", "rights", "content")
"""Where a check may fail, in the order in which it is tried; a Finding's `where` is one of these."""

PREVIEW_ROWS = 20
CHUNK_ROWS = 2_000


class DamagedRow(dict[str, object]):
    """A row with a value that can't be taken exactly, with the reason. It is refused as a row, never dropped."""

    def __init__(self, row: SourceRow, column: str, rule: str, message: Words) -> None:
        """Keep the values as far as they could be read; `column` is where it is wrong."""
        super().__init__(row)
        self.finding = Finding(column, rule, message)


class SourceColumn(NamedTuple):
    """One column as the source has it. `logical_type` is what is proposed, one of the contract's logical types."""

    name: str
    logical_type: str
    raw_type: str
    nullable: bool = True


class Place(NamedTuple):
    """Something with rows: a table or view (`schema.table`), a file, or the path to records in a JSON answer."""

    name: str
    kind: Literal["table", "view", "file", "records"]
    about: str = ""


class Chunk(NamedTuple):
    """Rows that belong together. Commit `cursor` with them: a later `read(cursor)` goes on from there.

    `rows` may hold `DamagedRow`s. `cursor` is the source's own text, exact; None where the source has no cursor column
    and nothing to remember. `first` is the first row's number in this reading, from 1.
    """

    rows: list[SourceRow]
    cursor: str | None = None
    first: int = 1


@dataclass(frozen=True)
class ReadLimits:
    """How much one reading may take before it ends with `SourceTooMuch`."""

    seconds: float = 3_600.0
    rows: int = 5_000_000
    size_bytes: int = 2 * 1024**3
    chunk_rows: int = CHUNK_ROWS


@dataclass(frozen=True)
class Incremental:
    """How to read only what is new: rows whose cursor is at or after the last one, less an overlap.

    `overlap` is in seconds for dates and times, in units for numbers, and must be 0 for text. Rows read again are found
    by `key_columns` and come once within a reading; across readings a delivery by key (`merge`) leaves them unchanged.
    Rows whose cursor is empty are read each time ("read") or come as refused rows ("refuse").
    """

    cursor_column: str
    key_columns: tuple[str, ...]
    overlap: int = 0
    null_cursor: Literal["read", "refuse"] = "read"


class Reader(Protocol):
    """One opened source. Not for two threads at once. Close it, or use it in a `with` block."""

    mode: Mode
    """How the contract's validator is to take the values."""

    def check(self) -> list[Finding]:
        """Try all stages in order; return what is wrong with its next step, empty when all is well."""
        ...

    def list_places(self) -> list[Place]:
        """List what could be read, by name. Raises: SourceFailed."""
        ...

    def describe(self) -> list[SourceColumn]:
        """Return the columns of the chosen place or query, in the source's order. Raises: SourceFailed."""
        ...

    def preview(self, limit_rows: int = PREVIEW_ROWS) -> list[SourceRow]:
        """Return the first rows. Raises: SourceFailed."""
        ...

    def read(self, since: str | None, limits: ReadLimits) -> Iterator[Chunk]:
        """Read all rows, or those at and after the cursor `since`, in chunks, with flat memory.

        Only a reading that ends without an error was whole. No chunk at all says that nothing is new (files); then the
        dataset stays as it is. An empty chunk says that the source has no rows. Raises: SourceFailed, also in its midst.
        """
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def place_cells(row: SourceRow, names: Sequence[str]) -> list[object]:
    """Return a row's values in the order of `names`, as a delivery's sheet takes them; a damaged row stays damaged.

    >>> place_cells({"a": 1, "b": 2}, ["b", "a", "c"])
    [2, 1, None]
    """
    cells = [row.get(name) for name in names]
    if isinstance(row, DamagedRow):
        return Damaged(cells, row.finding.rule, row.finding.message, row.finding.where)
    return cells
