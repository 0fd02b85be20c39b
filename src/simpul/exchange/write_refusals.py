"""What a refused write is told: a code that PostgREST's clients know, which rows and columns, and why; never a value."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from simpul.delivery.errors import BatchColumnsRefused, FileRefused, FileTooLarge, FileTypeRefused, RowsRefused
from simpul.exchange.errors import FINDINGS_SHOWN, StatementRefused, explain_sqlstate
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.query.write import Verb
from simpul.query.write_errors import BodyInvalid
from simpul.store.sql import errors

UNREADABLE = frozenset(("not-json", "not-an-object", "repeated-key", "row", "row-length", "quotes", "header-again"))
"""Rules by which a row isn't one: the body is wrong, not a value."""
CONFLICT, MISSING = "23505", "23502"
_HINT = Words(
    "Perbaiki baris yang disebut, lalu kirim lagi semuanya; tidak ada yang disimpan. Bila baris yang benar boleh masuk "
    "lebih dahulu, kirim ke …/batches.",
    "Mend the rows named and send all of them again; nothing was kept. If good rows may go in first, send to …/batches.",
)
ROW_WORDS = {
    "22P02": Words("Satu nilai tidak sesuai dengan tipe kolomnya.", "A value doesn't fit its column's type."),
    "22001": Words("Satu nilai lebih panjang dari kolomnya.", "A value is longer than its column."),
    "22003": Words("Satu angka di luar batas kolomnya.", "A number is out of its column's range."),
    MISSING: Words("Satu isian wajib kosong.", "A required value is empty."),
    "23514": Words("Satu nilai melanggar aturan kontrak.", "A value breaks a rule of the contract."),
    CONFLICT: Words("Kunci atau nilai unik sudah ada.", "A key or unique value exists already."),
}
"""What may be wrong with a row, by the code that PostgreSQL would have given."""
_KNOWN = Words(
    "Baris dengan kunci ini sudah tersimpan. Untuk memperbaruinya kirim Prefer: resolution=merge-duplicates.",
    "A row of this key is stored already. To update it, send Prefer: resolution=merge-duplicates.",
)
OWN_WORDS = {"exists": _KNOWN}
"""Rules whose words name a way that a delivery has and a write hasn't: what is told instead."""


@contextmanager
def write_errors(verb: Verb) -> Iterator[None]:
    """Turn what the pipeline and PostgreSQL refuse into what the caller of a write is told.

    Raises: StatementRefused, BodyInvalid, and every other error as it is.
    """
    try:
        yield
    except RowsRefused as error:
        raise _explain_rows(error, verb) from error
    except BatchColumnsRefused as error:
        raise _explain_columns(error) from error
    except (FileTooLarge, FileTypeRefused):
        raise
    except FileRefused as error:
        raise BodyInvalid(details=error.message) from error
    except errors.Error as error:
        if isinstance(error, errors.OperationalError) and not (error.sqlstate or "").startswith("54"):
            raise
        raise explain_sqlstate(error.sqlstate) from error


def _explain_rows(error: RowsRefused, verb: Verb) -> SimpulError:
    details = _list_places(error.rows, with_position=verb != "update")
    if any(one["rule"] in UNREADABLE for row in error.rows for one in row["findings"]):
        return BodyInvalid(details=details)
    code = error.sqlstate if error.sqlstate in ROW_WORDS else "23514"
    return _refuse(code, details)


def _explain_columns(error: BatchColumnsRefused) -> SimpulError:
    names = ", ".join(finding.where for finding in error.findings[:FINDINGS_SHOWN])
    return _refuse(MISSING, Words(f"Kolom wajib tidak ada: {names}.", f"Required columns are missing: {names}."))


def _refuse(code: str, details: Words) -> StatementRefused:
    return StatementRefused(code, choose_status(code), ROW_WORDS[code], _HINT, details)


def choose_status(code: str) -> int:
    """Return the status of a row's refusal.

    >>> choose_status("23505"), choose_status("22P02")
    (409, 400)
    """
    return 409 if code == CONFLICT else 400


def _list_places(rows: Sequence[dict[str, Any]], *, with_position: bool) -> Words:
    """Return where and why, row by row, as far as there is room; a PATCH's rows all have the same fault."""
    told = [(row["position"], one) for row in rows for one in row["findings"]][:FINDINGS_SHOWN]
    if not with_position:
        told = [(0, one) for _, one in told[:1]]
    places = [(position, one["column"], _choose_words(one)) for position, one in told]
    return Words(
        "; ".join(_write_place("baris", "kolom", position, name, words.id) for position, name, words in places),
        "; ".join(_write_place("row", "column", position, name, words.en) for position, name, words in places),
    )


def _choose_words(finding: Mapping[str, Any]) -> Words:
    return OWN_WORDS.get(finding["rule"]) or Words(finding["id"], finding["en"])


def _write_place(row: str, column: str, position: int, name: str, reason: str) -> str:
    places = [f"{row} {position}"] if position else []
    if name:
        places.append(f"{column} {name}")
    return f"{', '.join(places)}: {reason}" if places else reason
