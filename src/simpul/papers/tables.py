"""Writes spreadsheets (.ods) for anyone: refused rows, registers. Text stays text, so no cell acts as a formula."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from simpul.kernel.clock import now
from simpul.papers.facts import clean_text
from simpul.papers.opendocument import SPREADSHEET, write_attribute, write_package, write_text

Rows = Sequence[Sequence[Any]]
_STYLES = (
    '<office:font-face-decls><style:font-face style:name="Huruf" svg:font-family="\'Liberation Sans\', Arial"/></office:font-face-decls>'
    '<office:styles><style:default-style style:family="table-cell"><style:text-properties style:font-name="Huruf" '
    'fo:font-size="10pt" fo:language="id" fo:country="ID"/></style:default-style></office:styles>'
)
_AUTOMATIC = (
    '<style:style style:name="teks" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap" '
    'style:vertical-align="top"/></style:style>'
    '<style:style style:name="kepala" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap" '
    'fo:background-color="#e8e8e8" style:vertical-align="top"/><style:text-properties fo:font-weight="bold"/></style:style>'
    '<number:date-style style:name="tgl"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>'
    '<style:style style:name="tanggal" style:family="table-cell" style:data-style-name="tgl"/>'
)
NARROWEST_MM, WIDEST_MM, MM_PER_CHARACTER = 12, 90, 2.1


def write_ods(
    sheets: Mapping[str, Rows] | Sequence[tuple[str, Rows]],
    *,
    header_rows: int = 1,
    title: str = "",
    made_at: datetime | None = None,
) -> bytes:
    """Return a spreadsheet.

    Args:
        sheets: rows by sheet name, or pairs of name and rows (two names alike get a number). A cell is text, a number, a bool, a date, an instant (its offset is kept, as
            text) or None. Text is always written as text, whatever it begins with.
        header_rows: how many rows at the top of each sheet are headings.

    Cost: some 10 µs a cell.
    """
    listed = list(sheets.items()) if isinstance(sheets, Mapping) else list(sheets)
    names = _name_sheets([name for name, _ in listed])
    styles, tables = [], []
    for number, (name, (_, rows)) in enumerate(zip(names, listed, strict=True), start=1):
        widths = _measure_columns(rows)
        styles.append(_write_column_styles(number, widths))
        tables.append(_write_sheet(name, number, widths, rows, header_rows))
    content = (
        f"<office:automatic-styles>{_AUTOMATIC}{''.join(styles)}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
    )
    return write_package(SPREADSHEET, {"content": content, "styles": _STYLES}, {}, title or names[0], made_at or now())


def _name_sheets(wanted: Sequence[str]) -> list[str]:
    """Return names that every office accepts: at most 31 characters, none of []*?:/\\', each once."""
    names: list[str] = []
    for text in wanted:
        plain = (
            "".join("-" if c in "[]*?:/\\'" else c for c in clean_text(text).replace("\n", " ")).strip()[:31]
            or "Lembar"
        )
        name, number = plain, 2
        while name.casefold() in (known.casefold() for known in names):
            name, number = f"{plain[:27]} {number}", number + 1
        names.append(name)
    return names


def _measure_columns(rows: Rows) -> list[float]:
    """Return each column's width in mm, from its longest text in the first 200 rows."""
    longest: list[int] = []
    for row in rows[:200]:
        longest += [0] * (len(row) - len(longest))
        for index, cell in enumerate(row):
            if len(row) > 1:
                longest[index] = max(longest[index], max(map(len, str(cell if cell is not None else "").split("\n"))))
    return [min(max(length * MM_PER_CHARACTER + 4, NARROWEST_MM), WIDEST_MM) for length in longest]


def _write_column_styles(sheet: int, widths: Sequence[float]) -> str:
    return "".join(
        f'<style:style style:name="k{sheet}.{number}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{width:.1f}mm"/></style:style>'
        for number, width in enumerate(widths, start=1)
    )


def _write_sheet(name: str, sheet: int, widths: Sequence[float], rows: Rows, header_rows: int) -> str:
    columns = "".join(f'<table:table-column table:style-name="k{sheet}.{n}"/>' for n in range(1, len(widths) + 1))
    head = "".join(_write_row(row, "kepala") for row in rows[:header_rows])
    body = "".join(_write_row(row, "teks") for row in rows[header_rows:])
    header = f"<table:table-header-rows>{head}</table:table-header-rows>" if head else ""
    return f'<table:table table:name="{write_attribute(name)}">{columns}{header}{body}</table:table>'


def _write_row(row: Sequence[Any], style: str) -> str:
    return f"<table:table-row>{''.join(_write_cell(cell, style) for cell in row) or '<table:table-cell/>'}</table:table-row>"


def _write_cell(value: Any, style: str) -> str:
    if value is None or value == "":
        return f'<table:table-cell table:style-name="{style}"/>'
    typed = _describe_value(value, style)
    shown = clean_text(str(value.isoformat() if isinstance(value, date) else value))
    lines = "".join(f"<text:p>{write_text(line)}</text:p>" for line in shown.split("\n"))
    return f"<table:table-cell {typed}>{lines}</table:table-cell>"


def _describe_value(value: Any, style: str) -> str:
    if isinstance(value, bool):
        return f'table:style-name="{style}" office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    if isinstance(value, int | float | Decimal) and _is_exact(value):
        return f'table:style-name="{style}" office:value-type="float" office:value="{value}"'
    if isinstance(value, date) and not isinstance(value, datetime):
        return f'table:style-name="tanggal" office:value-type="date" office:date-value="{value.isoformat()}"'
    return f'table:style-name="{style}" office:value-type="string"'


def _is_exact(value: int | float | Decimal) -> bool:
    """Tell whether a spreadsheet, which counts in doubles, would keep the number; a NIK as a number would be ruined."""
    return math.isfinite(value) and -(10**15) < value < 10**15 and sum(map(str.isdigit, str(value))) <= 15
