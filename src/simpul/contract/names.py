"""Safe identifiers from whatever a header says: snake case, unique, none of the exchange's own words."""

import re
from collections.abc import Container

from simpul.kernel.identifiers import strip_marks

NAME = re.compile(r"[a-z][a-z0-9_]{0,58}")
"""At most 59 characters, so that PostgreSQL's 63 bytes leave room for a number behind."""

RESERVED_COLUMNS = frozenset(
    {"select", "columns", "on_conflict", "order", "limit", "offset", "and", "or", "not", "after", "since", "bbox"}
    | {"datetime"}
)
"""Words of the exchange's addresses (see the grammar); a column of that name couldn't be filtered."""

RESERVED_DATASETS = frozenset({"batches", "changes", "collections", "conformance", "openapi_json", "openapi", "docs"})
"""Addresses of the exchange's own below a contract."""


def is_safe_name(name: str) -> bool:
    """Tell whether a name can be used as it stands, for a context, a dataset or a column.

    >>> is_safe_name("kode_wilayah"), is_safe_name("Kode"), is_safe_name("order")
    (True, False, False)
    """
    return bool(NAME.fullmatch(name)) and name not in RESERVED_COLUMNS | RESERVED_DATASETS


def make_name(header: str, taken: Container[str] = (), fallback: str = "kolom") -> str:
    """Make a safe, unused name from a header or title.

    Args: `taken` names already given; `fallback` is used for a header without letters, and before a digit
    or a reserved word.

    >>> make_name("Kode Wilayah (2025)"), make_name("Kode Wilayah (2025)", {"kode_wilayah_2025"})
    ('kode_wilayah_2025', 'kode_wilayah_2025_2')
    >>> make_name("2025"), make_name("Order"), make_name("  "), make_name("jumlahKK")
    ('kolom_2025', 'kolom_order', 'kolom', 'jumlah_kk')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", strip_marks(header))
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_") or fallback
    if not name[0].isalpha() or name in RESERVED_COLUMNS | RESERVED_DATASETS:
        name = f"{fallback}_{name}"
    name = name[:55].rstrip("_")
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def make_names(headers: list[str], fallback: str = "kolom") -> list[str]:
    """Make a safe name for each header, in order, all different.

    >>> make_names(["Nama", "nama", ""])
    ['nama', 'nama_2', 'kolom']
    """
    names: list[str] = []
    for header in headers:
        names.append(make_name(header, names, fallback))
    return names


def make_title(header: str) -> str:
    """Make a readable title from a header: underscores to spaces, first letter large, the rest as written.

    >>> make_title("kode_wilayah"), make_title("NIK"), make_title("tanggalLahir")
    ('Kode wilayah', 'NIK', 'Tanggal lahir')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", header)
    text = " ".join(spaced.replace("_", " ").split())
    if spaced != header:
        text = text.lower()
    return text[:1].upper() + text[1:]
