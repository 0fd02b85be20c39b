"""Is this text one read-only statement? A first look, for a clear word.

What really holds: the readers send it as one prepared or single statement inside a read-only transaction, as the inner
part of a SELECT of their own.
"""

import re

from simpul.kernel.words import Words
from simpul.sources.fields import FieldWrong

_SKIPPED = re.compile(
    r"""
      '(?:[^'\\]|''|\\.)*'      # texts, with doubled or escaped quotes
    | "(?:[^"\\]|""|\\.)*"
    | `(?:[^`]|``)*`
    | --[^\n]* | \#[^\n]*
    | /\*.*?\*/
    """,
    re.VERBOSE | re.DOTALL,
)
_WRITES = re.compile(r"\bINTO\s+(OUTFILE|DUMPFILE|@)|\bFOR\s+(UPDATE|SHARE)\b|\bLOCK\s+IN\s+SHARE\b", re.IGNORECASE)


def check_statement(text: str) -> str:
    """Return a query without its closing semicolon. Raises: FieldWrong where it isn't one SELECT.

    >>> check_statement("SELECT 'a;b' AS teks; ")
    "SELECT 'a;b' AS teks"
    """
    if "/*!" in text or "/*M!" in text:
        message = Words("Server menjalankan komentar /*! … */; hapus.", "The server runs /*! … */ comments; remove it.")
        raise FieldWrong(message, "hidden-statement")
    trimmed = text.strip().rstrip(";").rstrip()
    bare = _SKIPPED.sub(" '' ", trimmed).strip()
    if ";" in bare:
        raise FieldWrong(Words("Tulis satu kueri saja.", "Write one query only."), "several-statements")
    if not re.match(r"(SELECT|WITH)\b|\(", bare, re.IGNORECASE):
        message = Words("Kueri dimulai dengan SELECT atau WITH.", "A query begins with SELECT or WITH.")
        raise FieldWrong(message, "not-read-only")
    if _WRITES.search(bare):
        raise FieldWrong(Words("Kueri hanya boleh membaca.", "A query may only read."), "not-read-only")
    return trimmed
