"""Draws a paper as a spreadsheet (.ods): its texts on a first sheet, each of its tables on a sheet of its own."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from simpul.papers import blocks as b
from simpul.papers.odt_styles import SAMPLE_WORDS
from simpul.papers.tables import Rows, write_ods

FIRST_SHEET = "Keterangan"


def write_paper_sheets(paper: b.Paper, made_at: datetime) -> bytes:
    """Return the paper as .ods; the same paper and instant give the same bytes."""
    mark: list[list[Any]] = [[SAMPLE_WORDS]] if paper.sample else []
    texts = [list(row) for block in paper.blocks for row in _list_text_rows(block)]
    sheets: list[tuple[str, Rows]] = [(FIRST_SHEET, [*mark, [paper.title], *texts])]
    for number, table in enumerate(_list_tables(paper.blocks), start=1):
        rows = [list(row) for row in table.rows] or [[table.empty]]
        sheets.append((table.name or f"Tabel {number}", [*mark, [c.title for c in table.columns], *rows]))
    return write_ods(sheets, header_rows=len(mark) + 1, title=paper.title, made_at=made_at)


def _list_tables(blocks: Sequence[b.Block]) -> Iterator[b.Table]:
    for block in blocks:
        if isinstance(block, b.Table):
            yield block
        elif isinstance(block, b.Flow):
            yield block.to_table()


def _list_text_rows(block: b.Block) -> Iterator[tuple[str, ...]]:
    """Yield the rows that a block of text gives on the first sheet."""
    match block:
        case b.Title(text, under):
            yield from ((line,) for line in (text, under) if line)
        case b.Fields(rows):
            yield from rows
        case b.Heading(text) | b.Paragraph(text):
            yield (text,)
        case b.Items(items) | b.Agreed(items):
            yield from (("–", item) for item in items)
        case b.Checklist(items):
            yield from (("√" if ticked else "–", name) for name, ticked in items)
        case b.Signatures(people):
            yield from ((person.office, person.name, person.nip) for person in people)
