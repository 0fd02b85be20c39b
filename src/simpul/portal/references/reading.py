"""Reads a file as the entries of a code list: all of it or nothing, each bad row named."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from simpul.contract.model import Column, Dataset
from simpul.contract.validator import compile_validator
from simpul.delivery.formats import open_rows
from simpul.delivery.header import clean_name
from simpul.delivery.sheet import Damaged, Sheet
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.portal.references.errors import CodeListUnusable

NAMED_ROWS = 50
"""How many bad rows are named at once."""
ENTRY = Dataset(
    "daftar",
    columns=(
        Column("kode", "Kode", "Kode sebagaimana tertulis pada sumbernya", length=60, key=True, required=True),
        Column("nama", "Nama", "Nama yang disandikan", length=300, required=True),
        Column("berlaku_mulai", "Berlaku mulai", "Hari pertama kode berlaku; kosong: sejak dulu", logical_type="date"),
        Column(
            "berlaku_sampai", "Berlaku sampai", "Hari terakhir kode berlaku; kosong: seterusnya", logical_type="date"
        ),
    ),
)
"""What an entry is, in a file and in the exchange."""
_HEADERS = {
    "kode": ("kode", "code", "id"),
    "nama": ("nama", "name", "uraian", "keterangan"),
    "berlaku_mulai": ("berlaku_mulai", "berlaku mulai", "valid_from", "mulai"),
    "berlaku_sampai": ("berlaku_sampai", "berlaku sampai", "valid_to", "sampai"),
}
_TWICE = Words("Kode ini sudah ada pada baris di atasnya.", "A row above has this code already.")
_ORDER = Words("Berlaku sampai lebih awal daripada berlaku mulai.", "The last day is before the first one.")
_NUMBER = Words(
    "Kode tertulis sebagai angka, sehingga nol di tepinya dapat hilang. Jadikan kolomnya teks, lalu tulis lagi kodenya.",
    "The code is written as a number, so that zeros at its ends may be lost. Make the column text and write it again.",
)
_MISSING = Words("Kolom ini tidak ada pada baris pertama.", "The first row has no such column.")
_DOUBLED = Words("Dua kolom berkas berarti sama.", "Two columns of the file mean the same.")


class Entry(NamedTuple):
    """One code; open ends are None."""

    code: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None


class ReadList(NamedTuple):
    """A file's entries in its order, and the columns that were left out."""

    entries: list[Entry]
    left_out: list[str]


def read_entries(content: bytes, name: str) -> ReadList:
    """Read a CSV, XLSX, ODS or JSON file.

    Raises: CodeListUnusable, naming the first NAMED_ROWS bad rows; FileRefused and its kinds. Cost: holds all entries.
    """
    sheet = open_rows(content, name)
    places = _find_columns(sheet.header)
    findings: list[Finding] = []
    entries = list(_read(sheet, places, findings))
    if findings:
        raise CodeListUnusable(findings=findings[:NAMED_ROWS])
    if not entries:
        raise CodeListUnusable(findings=[Finding("", "empty", Words("Berkas tidak berisi kode.", "There is no code."))])
    left_out = [header for place, header in enumerate(sheet.header) if place not in places.values()]
    return ReadList(entries, left_out)


def _find_columns(header: Sequence[str]) -> dict[str, int]:
    names = [clean_name(one).casefold() for one in header]
    found: dict[str, int] = {}
    findings = []
    for column, known in _HEADERS.items():
        places = [place for place, name in enumerate(names) if name in known]
        if len(places) > 1:
            findings.append(Finding(column, "column-twice", _DOUBLED))
        elif places:
            found[column] = places[0]
        elif column in ("kode", "nama"):
            findings.append(Finding(column, "missing-column", _MISSING))
    if findings:
        raise CodeListUnusable(findings=findings)
    return found


def _read(sheet: Sheet, places: dict[str, int], findings: list[Finding]) -> Iterator[Entry]:
    validator = compile_validator(ENTRY, mode=sheet.mode)
    seen: set[str] = set()
    for position, cells in sheet.rows:
        where = f"baris {position}"
        if isinstance(cells, Damaged):
            findings.append(Finding(f"{where}, {cells.finding.where}", cells.finding.rule, cells.finding.message))
            continue
        row = {column: cells[place] for column, place in places.items()}
        if isinstance(row["kode"], float) and not row["kode"].is_integer():
            findings.append(Finding(f"{where}, kode", "code-number", _NUMBER))
            continue
        values, bad = validator.check(row)
        if values is None:
            findings += [Finding(f"{where}, {one.where}", one.rule, one.message) for one in bad]
            continue
        entry = Entry(values["kode"], values["nama"], values["berlaku_mulai"], values["berlaku_sampai"])
        fault = _find_fault(entry, seen)
        if fault is not None:
            findings.append(Finding(f"{where}, {fault.where}", fault.rule, fault.message))
        seen.add(entry.code)
        yield entry


def _find_fault(entry: Entry, seen: set[str]) -> Finding | None:
    if entry.code in seen:
        return Finding("kode", "duplicate-key", _TWICE)
    if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
        return Finding("berlaku_sampai", "dates-reversed", _ORDER)
    return None
