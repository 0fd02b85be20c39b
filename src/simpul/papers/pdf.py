"""Draws a paper as PDF/A by Typst. The data goes in as JSON values only, so no text of it can act as markup."""

import json
import threading
from datetime import datetime
from typing import Any, Literal

import typst

from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.papers.blocks import Paper, describe_block
from simpul.papers.errors import PictureRefused
from simpul.papers.fonts import FONTS_FOLDER, show_uncovered
from simpul.papers.template_file import FOLDER

STANDARD: Literal["a-2a"] = "a-2a"
"""PDF/A-2a: archival (as 2b), and tagged for readers who can't see."""
_LOCK = threading.Lock()


class PdfFailed(SimpulError):
    """Typst could not draw the paper."""

    code = "SPL-PAP-006"
    message = Words("Dokumen {title} tidak dapat dibuat sebagai PDF.", "The paper {title} could not be made as PDF.")
    hint = Words("Beri tahu pengelola sistem.", "Tell the system's administrator.")


class _Printer:
    """The one compiler of the process; it keeps fonts and the parsed template. Used under the lock."""

    compiler: typst.Compiler | None = None

    def get_compiler(self) -> typst.Compiler:
        if self.compiler is None:
            fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS_FOLDER])
            self.compiler = typst.Compiler(FOLDER / "paper.typ", root=FOLDER, font_paths=fonts)
        return self.compiler


_PRINTER = _Printer()


def write_pdf(paper: Paper, made_at: datetime) -> bytes:
    """Return the paper as PDF/A-2a; the same paper and instant give the same bytes.

    Raises: PictureRefused, for a picture that can't be drawn; PdfFailed.
    Cost: one paper at a time in a process, 10 to 60 ms; the first also reads the fonts.
    """
    content = _show_uncovered(describe_paper(paper), paper.font)
    with _LOCK:
        try:
            made = _PRINTER.get_compiler().compile(
                format="pdf",
                pdf_standards=STANDARD,
                timestamp=int(made_at.timestamp()),
                sys_inputs={"paper": json.dumps(content)},
            )
        except typst.TypstError as error:
            if "image" in error.message:
                raise PictureRefused from error
            raise PdfFailed(title=paper.title) from error
    if not isinstance(made, bytes):
        raise PdfFailed(title=paper.title)
    return made


def describe_paper(paper: Paper) -> dict[str, Any]:
    """Return the paper as the JSON-able mapping that paper.typ reads."""
    settings = ("title", "reference", "size", "landscape", "font", "font_points", "footer", "sample")
    return {name: getattr(paper, name) for name in settings} | {
        "blocks": [describe_block(block) for block in paper.blocks]
    }


def _show_uncovered(content: Any, family: str) -> Any:
    if isinstance(content, str):
        return show_uncovered(content, family)
    if isinstance(content, dict):
        return {name: part if name == "svg" else _show_uncovered(part, family) for name, part in content.items()}
    if isinstance(content, list | tuple):
        return (
            content if content and isinstance(content[0], int) else [_show_uncovered(part, family) for part in content]
        )
    return content
