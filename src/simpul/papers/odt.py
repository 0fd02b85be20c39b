"""Draws a paper as an OpenDocument text (.odt) that an office can go on editing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simpul.papers import blocks as b
from simpul.papers.odt_styles import get_text_width_mm, write_font_face, write_styles
from simpul.papers.opendocument import TEXT, write_attribute, write_package, write_text

DOTS = "................................................."
NARROWEST_MM = 10
_CELL_STYLES = (
    '<style:style style:name="kotak" style:family="table-cell"><style:table-cell-properties fo:padding="1.2mm" '
    'fo:border="0.5pt solid #3c3c3c"/></style:style>'
    '<style:style style:name="kepala" style:family="table-cell"><style:table-cell-properties fo:padding="1.2mm" '
    'fo:border="0.5pt solid #3c3c3c" fo:background-color="#e8e8e8" style:vertical-align="middle"/></style:style>'
    '<style:style style:name="polos" style:family="table-cell"><style:table-cell-properties fo:padding="0.3mm"/></style:style>'
    '<style:style style:name="baris" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style>'
    '<style:style style:name="gambar" style:family="graphic"><style:graphic-properties style:horizontal-pos="center" '
    'style:horizontal-rel="paragraph"/></style:style>'
)
_ALIGN = {"left": "Sel", "right": "SelKanan", "centre": "SelTengah"}


@dataclass
class _Drawing:
    """What drawing gathers beside the text: the tables' own styles, and the pictures."""

    width_mm: int
    styles: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def add_table_style(self, shares: Sequence[float]) -> str:
        """Make a table's style with columns in these shares of the width; return its name."""
        name = f"T{len(self.styles) + 1}"
        widths = _share_width(self.width_mm, shares)
        columns = "".join(
            f'<style:style style:name="{name}.{number}" style:family="table-column"><style:table-column-properties '
            f'style:column-width="{width:.1f}mm"/></style:style>'
            for number, width in enumerate(widths, start=1)
        )
        self.styles.append(
            f'<style:style style:name="{name}" style:family="table"><style:table-properties style:width="{self.width_mm}mm" '
            f'table:align="left" fo:margin-top="1mm" fo:margin-bottom="3mm"/></style:style>{columns}'
        )
        return name

    def add_picture(self, picture: b.Picture) -> str:
        """Put the picture into the package; return its path."""
        name, content = ("svg", picture.svg.encode()) if picture.svg else ("png", picture.png)
        path = f"Pictures/gambar{len(self.files) + 1}.{name}"
        self.files[path] = content
        return path


def _share_width(width_mm: float, shares: Sequence[float]) -> list[float]:
    """Return each column's width; a narrow one gets NARROWEST_MM, at the cost of the others."""
    wanted = [width_mm * share / sum(shares) for share in shares]
    if min(wanted) >= NARROWEST_MM or NARROWEST_MM * len(wanted) >= width_mm:
        return wanted
    missing = sum(max(0.0, NARROWEST_MM - width) for width in wanted)
    wide = sum(max(0.0, width - NARROWEST_MM) for width in wanted)
    return [max(width - max(0.0, width - NARROWEST_MM) * missing / wide, NARROWEST_MM) for width in wanted]


def write_odt(paper: b.Paper, made_at: datetime) -> bytes:
    """Return the paper as .odt; the same paper and instant give the same bytes."""
    drawing = _Drawing(get_text_width_mm(paper))
    body = "".join(DRAWERS[type(block)](block, drawing) for block in paper.blocks)
    content = (
        f"<office:font-face-decls>{write_font_face(paper)}</office:font-face-decls>"
        f"<office:automatic-styles>{_CELL_STYLES}{''.join(drawing.styles)}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body>"
    )
    parts = {"content": content, "styles": write_styles(paper)}
    return write_package(TEXT, parts, drawing.files, f"{paper.title} {paper.reference}".strip(), made_at)


def _p(style: str, text: str) -> str:
    return f'<text:p text:style-name="{style}">{write_text(text)}</text:p>'


def _cell(inner: str, style: str = "polos", span: int = 1) -> str:
    spanned = f' table:number-columns-spanned="{span}"' if span > 1 else ""
    covered = "<table:covered-table-cell/>" * (span - 1)
    return f'<table:table-cell table:style-name="{style}" office:value-type="string"{spanned}>{inner}</table:table-cell>{covered}'


def _row(cells: str) -> str:
    return f'<table:table-row table:style-name="baris">{cells}</table:table-row>'


def _grid(drawing: _Drawing, shares: Sequence[float], rows: Sequence[str], head: str = "", name: str = "") -> str:
    style = drawing.add_table_style(shares)
    columns = "".join(f'<table:table-column table:style-name="{style}.{n}"/>' for n in range(1, len(shares) + 1))
    heading = f"<table:table-header-rows>{head}</table:table-header-rows>" if head else ""
    title = write_attribute(name or style)
    return (
        f'<table:table table:name="{title}" table:style-name="{style}">{columns}{heading}{"".join(rows)}</table:table>'
    )


def _draw_letterhead(it: b.Letterhead, drawing: _Drawing) -> str:
    lines = _p("Kop1", it.government) + _p("Kop2", it.agency) + "".join(_p("Kop3", line) for line in it.lines)
    if it.coat is None:
        return lines + _p("KopGaris", "")
    shape = it.coat.read_shape()
    coat = _frame(it.coat, drawing, min(18.0, 20 / shape), min(20.0, 18 * shape))
    cells = _cell(f'<text:p text:style-name="Tengah">{coat}</text:p>') + _cell(lines) + _cell(_p("Sel", ""))
    return _grid(drawing, (22, drawing.width_mm - 44, 22), [_row(cells)]) + _p("KopGaris", "")


def _frame(it: b.Picture, drawing: _Drawing, width_mm: float, height_mm: float) -> str:
    return (
        f'<draw:frame draw:style-name="gambar" text:anchor-type="as-char" svg:width="{width_mm:.1f}mm" svg:height="{height_mm:.1f}mm">'
        f'<draw:image xlink:href="{drawing.add_picture(it)}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
        f"<svg:title>{write_text(it.alt)}</svg:title></draw:frame>"
    )


def _draw_picture(it: b.Picture, drawing: _Drawing) -> str:
    width = drawing.width_mm * it.width_percent / 100
    frame = _frame(it, drawing, width, width * it.read_shape())
    return f'<text:p text:style-name="Tengah">{frame}</text:p>' + (_p("Catatan", it.caption) if it.caption else "")


def _draw_title(it: b.Title, drawing: _Drawing) -> str:
    return f'<text:h text:style-name="Judul" text:outline-level="1">{write_text(it.text)}</text:h>' + (
        _p("BawahJudul", it.under) if it.under else ""
    )


def _draw_heading(it: b.Heading, drawing: _Drawing) -> str:
    return (
        f'<text:h text:style-name="Bagian{it.level}" text:outline-level="{it.level + 1}">{write_text(it.text)}</text:h>'
    )


def _draw_pairs(rows: Sequence[tuple[str, str]], drawing: _Drawing, shares: tuple[float, float, float]) -> str:
    lines = [
        _row(_cell(_p("Rapat", name)) + _cell(_p("Rapat", ":")) + _cell(_p("Rapat", value))) for name, value in rows
    ]
    return _grid(drawing, shares, lines)


def _draw_letter_top(it: b.LetterTop, drawing: _Drawing) -> str:
    pairs = _draw_pairs(it.rows, drawing, (20, 4, drawing.width_mm - 24))
    return _p("Kanan", it.place_date) + pairs + "".join(_p("Rapat", line) for line in it.addressee) + _p("Rapat", "")


def _draw_fields(it: b.Fields, drawing: _Drawing) -> str:
    return _draw_pairs(it.rows, drawing, (52, 4, drawing.width_mm - 56))


_PARAGRAPHS = {"body": "Isi", "plain": "Rata", "bold": "Tebal", "centre": "Tengah", "note": "Catatan"}


def _draw_paragraph(it: b.Paragraph, drawing: _Drawing) -> str:
    return _p(_PARAGRAPHS[it.style], it.text)


def _draw_items(it: b.Items, drawing: _Drawing) -> str:
    marks = [f"{number}. " if it.ordered else "– " for number in range(1, len(it.items) + 1)]
    return "".join(_p("Daftar", mark + item) for mark, item in zip(marks, it.items, strict=True))


def _draw_table(it: b.Table, drawing: _Drawing) -> str:
    head = _row("".join(_cell(_p("SelKepala", column.title), "kepala") for column in it.columns))
    styles = [_ALIGN[column.align] for column in it.columns]
    rows = [
        _row("".join(_cell(_p(style, text), "kotak") for style, text in zip(styles, row, strict=True)))
        for row in it.rows
    ] or [_row(_cell(_p("SelTengah", it.empty), "kotak", len(it.columns)))]
    name = _p("NamaTabel", it.name) if it.show_name and it.name else ""
    return name + _grid(drawing, [column.width for column in it.columns], rows, head)


def _write_checks(items: Sequence[tuple[str, bool]], style: str = "Rapat") -> str:
    return "".join(_p(style, f"[{'√' if ticked else '  '}] {name}") for name, ticked in items)


def _draw_checklist(it: b.Checklist, drawing: _Drawing) -> str:
    return _write_checks(it.items)


def _draw_form(it: b.Form, drawing: _Drawing) -> str:
    rows = [_row("".join(_form_cell(part) for part in row)) for row in it.rows]
    title = _p("Judul", it.title) if it.title else ""
    return title + _grid(drawing, (1.0,) * 12, rows)


def _form_cell(part: b.FormCell) -> str:
    text = _p("Rapat", part.text) if part.text else ""
    space = _p("Rapat", "") * (part.lines - 1)
    return _cell(_p("Catatan", part.label) + _write_checks(part.checks) + text + space, "kotak", part.span)


def _draw_signatures(it: b.Signatures, drawing: _Drawing) -> str:
    cells = [_cell(_draw_signature(person)) for person in it.people]
    if len(cells) % 2:
        cells.insert(len(cells) - 1 if len(cells) == 1 else len(cells), _cell(_p("Rapat", "")))
    rows = [_row("".join(cells[start : start + 2])) for start in range(0, len(cells), 2)]
    return _p("Rapat", "") + _grid(drawing, (1.0, 1.0), rows)


def _draw_signature(person: b.Signature) -> str:
    name = _p("TandaNama", person.name) if person.name else _p("Tanda", f"({DOTS})")
    return (
        (_p("Tanda", person.heading) if person.heading else "")
        + _p("TandaRuang", person.office)
        + name
        + (_p("Tanda", person.rank) if person.rank else "")
        + _p("Tanda", f"NIP {person.nip or DOTS[:37]}")
    )


def _draw_agreed(it: b.Agreed, drawing: _Drawing) -> str:
    items = "".join(_p("Daftar", f"– {item}") for item in it.items)
    return _p("Tebal", "Disetujui melalui Simpul oleh:") + items + _p("Catatan", it.note)


def _draw_copies(it: b.Copies, drawing: _Drawing) -> str:
    return _p("Rapat", "") + _p("Rapat", "Tembusan:") + _draw_items(b.Items(it.items, ordered=True), drawing)


def _draw_page_break(it: b.PageBreak, drawing: _Drawing) -> str:
    return _p("HalamanBaru", "")


def _draw_flow(it: b.Flow, drawing: _Drawing) -> str:
    return _draw_table(it.to_table(), drawing)


DRAWERS: dict[type[Any], Callable[[Any, _Drawing], str]] = {
    b.Picture: _draw_picture,
    b.Letterhead: _draw_letterhead,
    b.Title: _draw_title,
    b.Heading: _draw_heading,
    b.LetterTop: _draw_letter_top,
    b.Fields: _draw_fields,
    b.Paragraph: _draw_paragraph,
    b.Items: _draw_items,
    b.Table: _draw_table,
    b.Checklist: _draw_checklist,
    b.Form: _draw_form,
    b.Signatures: _draw_signatures,
    b.Agreed: _draw_agreed,
    b.Copies: _draw_copies,
    b.PageBreak: _draw_page_break,
    b.Flow: _draw_flow,
}
"""Each kind of block → how it is drawn."""
