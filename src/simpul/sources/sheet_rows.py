"""A file of any format that deliveries take → a source's columns and rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from simpul.contract.infer import infer_columns
from simpul.delivery.errors import FileRefused
from simpul.delivery.formats import open_rows
from simpul.delivery.limits import BATCH_BYTES
from simpul.delivery.sheet import Damaged, Sheet
from simpul.kernel.words import Words
from simpul.sources.errors import SourceRubbish
from simpul.sources.gathering import Read
from simpul.sources.json_text import describe_records
from simpul.sources.shape import DamagedRow, SourceColumn, SourceRow

_SAMPLED_ROWS = 1_000


@contextmanager
def file_errors() -> Iterator[None]:
    """Turn a refused file into a source's failure. Raises: SourceRubbish with the file's own reason."""
    try:
        yield
    except FileRefused as error:
        where = error.findings[0].where if error.findings else ""
        shown = f" ({where})" if where else ""
        raise SourceRubbish(
            Words(f"{error.message.id}{shown}", f"{error.message.en}{shown}"), hint=error.hint
        ) from error


def open_sheet(path: Path, name: str, limit_bytes: int) -> Sheet:
    """Open a file. All but CSV are held in memory, so that their size is bounded more tightly. Raises: SourceRubbish."""
    is_flat = name.lower().endswith((".csv", ".tsv", ".txt"))
    with file_errors():
        return open_rows(path, name, limit_bytes=limit_bytes if is_flat else min(limit_bytes, BATCH_BYTES))


def read_sheet(sheet: Sheet, size_bytes: int) -> Iterator[Read]:
    """Give the sheet's rows by column name; damaged ones stay damaged. Raises: SourceRubbish."""
    is_first = True
    with file_errors():
        for _, cells in sheet.rows:
            row = dict(zip(sheet.header, [*cells, *[None] * (len(sheet.header) - len(cells))], strict=False))
            if isinstance(cells, Damaged):
                found = cells.finding
                row = DamagedRow(row, found.where, found.rule, found.message)
            yield Read(row, None, size_bytes if is_first else 0)
            is_first = False


def describe_sheet(sheet: Sheet) -> list[SourceColumn]:
    """Return the columns of a sheet with what its first thousand rows speak for."""
    with file_errors():
        cells = [row for _, row in islice(sheet.rows, _SAMPLED_ROWS)]
    if sheet.mode == "json":
        rows: list[SourceRow] = [dict(zip(sheet.header, row, strict=False)) for row in cells]
        return describe_records(rows)
    columns = infer_columns(sheet.header, cells)
    return [
        SourceColumn(title, column.logical_type, sheet.format, not column.required)
        for title, column in zip(sheet.header, columns, strict=True)
    ]
