"""From the body of a write to a sheet of exactly the columns that are taken: those asked for, none that isn't granted."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from simpul.delivery.envelope import MATCH_ROW
from simpul.delivery.errors import FileEmpty, FileRefused, FileTooLarge, FileTypeRefused
from simpul.delivery.formats import open_rows
from simpul.delivery.limits import BATCH_BYTES
from simpul.delivery.sheet import Damaged, Row, Sheet
from simpul.exchange.body import Body
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.query.errors import ColumnUnknown, show_name
from simpul.query.write import Write
from simpul.query.write_errors import BodyInvalid

NOTHING_TO_SET = frozenset((b"{}", b"[{}]"))
CSV_NULL = "NULL"
"""How PostgREST's clients write an empty value in CSV; a delivery's CSV takes the word as it stands."""
_SPACE = b" \t\r\n"
_UNEVEN = Words("Kunci semua objek harus sama.", "All object keys must match.")
_ONE_OBJECT = Words("PATCH dan PUT mengambil tepat satu objek.", "A PATCH or PUT takes exactly one object.")
_NO_COLUMNS = Words("Baris tanpa kolom.", "A row without columns.")


def read_body(body: Body, write: Write, writable: Container[str]) -> Sheet:
    """Open a write's body. An empty array, or CSV without rows, is a sheet without rows.

    Returns: a sheet whose header holds only writable columns, as `columns=` says or the body itself.
    Raises: BodyInvalid; ColumnUnknown for a column that may not be written, whether it exists or not; FileTooLarge,
    FileTypeRefused.
    """
    if _is_nothing(body):
        if write.verb != "update":
            raise BodyInvalid(details=_NO_COLUMNS)
        return Sheet("json", [], iter(()))
    sheet = _open(body)
    if write.columns is not None:
        _check_writable(write.columns, writable)
        return _narrow(sheet, write.columns)
    if sheet.is_uneven:
        raise BodyInvalid(details=_UNEVEN)
    _check_writable(sheet.header, writable)
    return sheet


def _is_nothing(body: Body) -> bool:
    is_small = isinstance(body.content, bytes) and len(body.content) < 100
    return is_small and body.content.translate(None, _SPACE) in NOTHING_TO_SET  # type: ignore[union-attr]


def _open(body: Body) -> Sheet:
    try:
        sheet = open_rows(body.content, body.media_type, limit_bytes=BATCH_BYTES)
    except (FileTooLarge, FileTypeRefused):
        raise
    except FileEmpty as error:
        if any(finding.rule == "no-rows" for finding in error.findings):
            return Sheet("json", [], iter(()))
        raise _explain(error) from error
    except FileRefused as error:
        raise _explain(error) from error
    return replace(sheet, rows=map(_empty_nulls, sheet.rows)) if sheet.format == "csv" else sheet


def _empty_nulls(row: Row) -> Row:
    position, cells = row
    if isinstance(cells, Damaged):
        return row
    return position, [None if cell == CSV_NULL else cell for cell in cells]


def _explain(error: SimpulError) -> BodyInvalid:
    where = "; ".join(finding.where for finding in error.findings if finding.where)
    place = f" ({where})" if where else ""
    return BodyInvalid(details=Words(f"{error.message.id}{place}", f"{error.message.en}{place}"))


def _check_writable(names: Iterable[str], writable: Container[str]) -> None:
    for name in names:
        if name not in writable:
            raise ColumnUnknown(column=show_name(name))


def _narrow(sheet: Sheet, columns: Sequence[str]) -> Sheet:
    """Return the sheet with these columns alone, in this order; one that the body lacks is empty."""
    places = {name: place for place, name in enumerate(sheet.header)}
    taken = [places.get(name) for name in columns]

    def iterate() -> Iterator[Row]:
        for position, cells in sheet.rows:
            if isinstance(cells, Damaged):
                yield position, cells
            else:
                yield position, [None if place is None else cells[place] for place in taken]

    return replace(sheet, header=list(columns), rows=iterate())


def peek_rows(sheet: Sheet) -> tuple[list[Row], Sheet]:
    """Return the first rows of a sheet, two at most, and the whole sheet."""
    first = list(islice(sheet.rows, 2))
    return first, replace(sheet, rows=chain(first, sheet.rows))


def name_cells(sheet: Sheet, row: Row) -> dict[str, object]:
    """Return a row by its columns' names; nothing of one that can't be read."""
    return {} if isinstance(row[1], Damaged) else dict(zip(sheet.header, row[1], strict=True))


def take_one(sheet: Sheet) -> dict[str, object] | None:
    """Return the one row of a PATCH or PUT by its columns' names, None where the sheet has no row.

    Raises: BodyInvalid where it has more, or one that can't be read.
    """
    first, _ = peek_rows(sheet)
    if not first:
        return None
    if len(first) > 1 or isinstance(first[0][1], Damaged):
        raise BodyInvalid(details=_ONE_OBJECT)
    return name_cells(sheet, first[0])


def repeat_row(row: Mapping[str, object], kind: str, numbers: Iterable[int]) -> Sheet:
    """Return a sheet that gives the same cells to each of the dataset's rows of these hidden numbers.

    Args: `kind` is the format in which the cells came; `numbers` are read when the sheet's rows are.
    """
    rows = ((position, [number, *row.values()]) for position, number in enumerate(numbers, 1))
    return Sheet(kind, [*MATCH_ROW, *row], rows)
