"""Makes spreadsheets for tests, good and hostile."""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence

import odfdo
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from simpul.delivery.errors import FileRefused
from simpul.delivery.formats import open_rows
from simpul.delivery.sheet import Row


def make_xlsx(rows: Iterable[Sequence[object]], change: Callable[[Worksheet], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(list(row))
    if change:
        change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def make_ods(rows: Iterable[Sequence[object]]) -> bytes:
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("Data")
    for values in rows:
        row = odfdo.Row()
        row.set_values(list(values))
        table.append_row(row)
    document.body.append(table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def replace_parts(archive: bytes, **parts: bytes | str) -> bytes:
    """Return the archive with parts added or replaced; `__` in a name stands for `/`."""
    named = {name.replace("__", "/"): content for name, content in parts.items()}
    return rewrite(archive, lambda name, content: named.pop(name, content), named)


def rewrite(archive: bytes, change: Callable[[str, bytes], bytes | str], more: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more.items():
            new.writestr(name, content)
    return out.getvalue()


def read_or_refuse(content: bytes, name: str) -> tuple[int, list[Row]]:
    """Return the header's width and the rows; nothing for a refusal that has words in both languages and a hint."""
    try:
        sheet = open_rows(content, name)
        return len(sheet.header), list(sheet.rows)
    except FileRefused as refusal:
        if not (refusal.message.id and refusal.message.en and refusal.hint.id and refusal.hint.en):
            raise AssertionError("a refusal without words") from refusal
        return 0, []
