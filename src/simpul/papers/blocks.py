"""A paper between template and file: neutral blocks, which each renderer knows how to draw.

Every text here is plain text: no renderer reads markup in it.
"""

import re
import struct
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Picture:
    """A picture: SVG text, or a PNG's bytes. `alt` says in words what it shows; `own_page` turns the page to suit it."""

    kind: ClassVar[str] = "picture"
    alt: str
    svg: str = ""
    png: bytes = b""
    width_percent: int = 100
    caption: str = ""
    own_page: bool = False

    def read_shape(self) -> float:
        """Return height over width: of a PNG's header, of an SVG's viewBox; 1 where neither tells."""
        if self.png:
            width, height = struct.unpack(">II", self.png[16:24])
            return float(height / width)
        box = re.search(r"""viewBox=["'][\d.eE+-]+[\s,]+[\d.eE+-]+[\s,]+([\d.]+)[\s,]+([\d.]+)["']""", self.svg)
        return float(box[2]) / float(box[1]) if box and float(box[1]) else 1.0


@dataclass(frozen=True)
class Letterhead:
    """Kop naskah dinas: government, agency, address lines; the coat of arms where one is given."""

    kind: ClassVar[str] = "letterhead"
    government: str
    agency: str
    lines: tuple[str, ...]
    coat: Picture | None = None


@dataclass(frozen=True)
class Title:
    """The paper's name in the middle, a number under it."""

    kind: ClassVar[str] = "title"
    text: str
    under: str = ""


@dataclass(frozen=True)
class Heading:
    """A chapter's or part's heading (level 1 or 2)."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True)
class LetterTop:
    """A letter's head: place and date right; Nomor, Sifat, Lampiran, Hal left; the addressee."""

    kind: ClassVar[str] = "letter_top"
    place_date: str
    rows: tuple[tuple[str, str], ...]
    addressee: tuple[str, ...]


@dataclass(frozen=True)
class Fields:
    """Label: value pairs under each other."""

    kind: ClassVar[str] = "fields"
    rows: tuple[tuple[str, str], ...]
    indent: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Running text. Style: body, plain (no first-line indent), bold, centre, note (small)."""

    kind: ClassVar[str] = "paragraph"
    text: str
    style: str = "body"


@dataclass(frozen=True)
class Items:
    """A list, numbered or with dashes."""

    kind: ClassVar[str] = "items"
    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Column:
    """A table's column: its heading, its share of the width, and how its cells stand (left, right, centre)."""

    title: str
    width: float = 1
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """A table; `name` is its title and its sheet's name; `empty` is said where it has no rows."""

    kind: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    name: str = ""
    empty: str = "Tidak ada."
    show_name: bool = False


@dataclass(frozen=True)
class Checklist:
    """Boxes, ticked or not, in one or more columns."""

    kind: ClassVar[str] = "checklist"
    items: tuple[tuple[str, bool], ...]
    columns: int = 1


@dataclass(frozen=True)
class FormCell:
    """A box of a form: a label over a text or over boxes to tick; `span` counts columns of 12."""

    label: str
    text: str = ""
    checks: tuple[tuple[str, bool], ...] = ()
    span: int = 12
    lines: int = 1
    check_columns: int = 1


@dataclass(frozen=True)
class Form:
    """A ruled form, such as the lembar disposisi: rows of boxes, 12 columns wide."""

    kind: ClassVar[str] = "form"
    rows: tuple[tuple[FormCell, ...], ...]
    title: str = ""
    compact: bool = False


@dataclass(frozen=True)
class Signature:
    """One place to sign: the party above, the office held, space, name, rank and NIP."""

    heading: str = ""
    office: str = ""
    name: str = ""
    rank: str = ""
    nip: str = ""


@dataclass(frozen=True)
class Signatures:
    """One signature stands right; two stand side by side; more run on in pairs."""

    kind: ClassVar[str] = "signatures"
    people: tuple[Signature, ...]


@dataclass(frozen=True)
class Agreed:
    """The note that parties agreed in the hub; it never replaces a signature."""

    kind: ClassVar[str] = "agreed"
    items: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Copies:
    """Tembusan."""

    kind: ClassVar[str] = "copies"
    items: tuple[str, ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""

    kind: ClassVar[str] = "page_break"


@dataclass(frozen=True)
class FlowStep:
    """A row of an SOP's table; `symbols` has for each lane start, process, decision, end or ""."""

    no: str
    activity: str
    symbols: tuple[str, ...]
    requirements: str
    time: str
    output: str
    note: str
    yes: str = ""
    no_target: str = ""

    @property
    def measures(self) -> tuple[str, ...]:
        """The mutu baku: kelengkapan, waktu, output, and the remark."""
        return (self.requirements, self.time, self.output, self.note)


@dataclass(frozen=True)
class Flow:
    """The table of an SOP's activities: lanes as columns with the five symbols, then the mutu baku.

    Source: PermenPANRB 35/2012.
    """

    kind: ClassVar[str] = "flow"
    lanes: tuple[str, ...]
    steps: tuple[FlowStep, ...]

    def to_table(self) -> Table:
        """Return the same as a plain table, the symbols as words."""
        heads = ("No", "Aktivitas", *self.lanes, "Persyaratan dan Kelengkapan", "Waktu", "Output", "Ket")
        words = {"start": "mulai", "process": "proses", "decision": "keputusan", "end": "selesai"}
        rows = (
            (step.no, step.activity, *(words.get(each, "") for each in step.symbols), *step.measures)
            for step in self.steps
        )
        return Table(tuple(Column(head) for head in heads), tuple(rows), "Aktivitas")


Block = (
    Picture | Letterhead | Title | Heading | LetterTop | Fields | Paragraph | Items | Table | Checklist
    | Form | Signatures | Agreed | Copies | PageBreak | Flow
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """A whole paper, ready to be drawn. `size` is a4 or f4 (215 × 330 mm); `font_points` 11 or 12."""

    kind: str
    title: str
    reference: str
    blocks: tuple[Block, ...]
    size: str = "a4"
    landscape: bool = False
    font: str = "Liberation Sans"
    font_points: float = 11
    footer: bool = True
    sample: bool = False


def describe_block(block: Block) -> dict[str, Any]:
    """Return the block as a JSON-able mapping with its kind; a PNG becomes a list of its bytes."""
    shape = {"shape": block.read_shape()} if isinstance(block, Picture) else {}
    return {"kind": block.kind} | shape | {name: _plain(value) for name, value in asdict(block).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value
