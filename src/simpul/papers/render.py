"""The door to papers: which there are, and a case's facts made into files."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simpul.kernel.clock import now
from simpul.papers.blocks import Paper
from simpul.papers.dates import read_instant
from simpul.papers.errors import FactsIncomplete, FormatNotOffered
from simpul.papers.facts import check_facts, clean_facts
from simpul.papers.fill import fill_template
from simpul.papers.odt import write_odt
from simpul.papers.pdf import write_pdf
from simpul.papers.sheets import write_paper_sheets
from simpul.papers.template_file import Template, list_kinds, read_template


@dataclass(frozen=True)
class PaperFile:
    """One made file: its name, media type and content."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class PaperKind:
    """One kind of paper as lists show it: the SOP's name, the row whose output it is (0: none), its formats."""

    kind: str
    title: str
    row: int
    formats: tuple[str, ...]


@dataclass(frozen=True)
class _Format:
    media_type: str
    write: Callable[[Paper, datetime], bytes]


FORMATS = {
    "pdf": _Format("application/pdf", write_pdf),
    "odt": _Format("application/vnd.oasis.opendocument.text", write_odt),
    "ods": _Format("application/vnd.oasis.opendocument.spreadsheet", write_paper_sheets),
}


def list_papers() -> list[PaperKind]:
    """Return every kind of paper, in the order of the SOP's rows."""
    templates = sorted(map(read_template, list_kinds()), key=lambda template: (template.row or 99, template.order))
    return [PaperKind(each.kind, each.title, each.row, each.formats) for each in templates]


def render_paper(
    kind: str, facts: Mapping[str, Any], formats: Sequence[str] | None = None, *, sample: bool = False
) -> list[PaperFile]:
    """Make one paper from a case's facts.

    Args:
        kind: a name of `list_papers()`.
        facts: JSON-able; what a kind needs stands in its template's `facts`, with an example. `made_at` (ISO
            instant, default now) is the file's own time.
        formats: of pdf, odt, ods; default all that the kind offers.
        sample: marks each page CONTOH – BUKAN NASKAH DINAS and leaves the coat of arms out.

    Returns: one file per format, in the order asked for.

    Raises: PaperNotFound; FormatNotOffered; FactsIncomplete, with a finding per place; PictureRefused.
    """
    template = read_template(kind)
    wanted = tuple(template.formats if formats is None else formats)
    for form in wanted:
        if form not in template.formats:
            raise FormatNotOffered(title=template.title, format=form, offered=", ".join(template.formats))
    findings = check_facts(kind, facts)
    if findings:
        places = ", ".join(finding.where for finding in findings)
        raise FactsIncomplete(findings=findings, title=template.title, places=places)
    paper = fill_template(template, clean_facts(facts), sample=sample)
    made_at = read_instant(facts["made_at"]) if facts.get("made_at") else now()
    return [_write(template, paper, form, made_at) for form in wanted]


def _write(template: Template, paper: Paper, form: str, made_at: datetime) -> PaperFile:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", f"{template.kind} {paper.reference}").strip("-")[:120]
    made = FORMATS[form]
    return PaperFile(f"{stem}.{form}", made.media_type, made.write(paper, made_at))
