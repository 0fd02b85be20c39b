"""What is wrong with a contract: every finding has a rule, a place and words that say the next step."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simpul.contract.check_columns import list_column_findings
from simpul.contract.check_terms import list_terms_findings
from simpul.contract.errors import ContractInvalid
from simpul.contract.model import (
    ACCESS_CLASSES,
    DELIVERIES,
    FREQUENCY_DAYS,
    STATUSES,
    WHEN_LATE,
    WHEN_UNKNOWN,
    Column,
    Contract,
    Dataset,
)
from simpul.contract.names import RESERVED_DATASETS, is_safe_name
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

_VERSION = re.compile(r"[1-9][0-9]{0,3}\.[0-9]{1,4}\.[0-9]{1,4}")


def list_findings(contract: Contract) -> list[Finding]:
    """List what is wrong, in the contract's order; [] when it may be agreed on.

    `where` is a path: "context", "datasets/wilayah/columns/kode", "consumers/DISDIK/wilayah".
    """
    return [
        *_check_head(contract),
        *_check_unique("datasets", "dataset-twice", (dataset.name for dataset in contract.datasets)),
        *(finding for dataset in contract.datasets for finding in _check_dataset(dataset, contract)),
        *list_terms_findings(contract),
    ]


def check_contract(contract: Contract) -> None:
    """Check a contract. Raises: ContractInvalid with every finding."""
    findings = list_findings(contract)
    if findings:
        raise ContractInvalid(findings=findings)


def _check_head(contract: Contract) -> Iterator[Finding]:
    if not is_safe_name(contract.context) or contract.context.startswith("pg_"):
        yield Finding("context", "context-name", _NAME.format(what="Konteks", thing="The context"))
    if not _VERSION.fullmatch(contract.version):
        yield Finding("version", "version-form", _VERSION_FORM)
    for field, value in (
        ("title", contract.title),
        ("purpose", contract.purpose),
        ("provider_code", contract.provider_code),
    ):
        if not value.strip():
            yield Finding(field, "missing", _MISSING[field])
    if not _is_zone(contract.zone):
        yield Finding("zone", "zone-unknown", _ZONE)
    if contract.status not in STATUSES:
        yield Finding("status", "status-unknown", _one_of(STATUSES))
    if not contract.datasets:
        yield Finding("datasets", "no-datasets", _NO_DATASETS)


def _check_dataset(dataset: Dataset, contract: Contract) -> Iterator[Finding]:
    where = f"datasets/{dataset.name}"
    if not is_safe_name(dataset.name) or dataset.name in RESERVED_DATASETS:
        yield Finding(where, "dataset-name", _NAME.format(what="Nama data", thing="The dataset's name"))
    if not dataset.columns:
        yield Finding(where, "no-columns", _NO_COLUMNS)
    if not dataset.title.strip():
        yield Finding(where, "missing", _MISSING["dataset"])
    yield from _check_unique(f"{where}/columns", "column-twice", (column.name for column in dataset.columns))
    yield from _check_choices(dataset, where)
    yield from _check_openness(dataset, where)
    yield from _check_thresholds(dataset, where)
    zone = ZoneInfo(contract.zone) if _is_zone(contract.zone) else ZoneInfo("UTC")
    for column in dataset.columns:
        yield from list_column_findings(column, f"{where}/columns/{column.name}", zone)
        yield from _check_codes(column, dataset, f"{where}/columns/{column.name}")


def _check_codes(column: Column, dataset: Dataset, where: str) -> Iterator[Finding]:
    if column.when_unknown not in WHEN_UNKNOWN:
        yield Finding(f"{where}/when_unknown", "when-unknown-unknown", _one_of(WHEN_UNKNOWN))
    if column.code_date:
        dated = dataset.find_column(column.code_date)
        if not isinstance(column.code_list, str) or dated is None or dated.logical_type not in ("date", "timestamp"):
            yield Finding(f"{where}/code_date", "code-date-invalid", _CODE_DATE)


def _check_choices(dataset: Dataset, where: str) -> Iterator[Finding]:
    for field, value, allowed in (
        ("access_class", dataset.access_class, ACCESS_CLASSES),
        ("delivery", dataset.delivery, DELIVERIES),
        ("frequency", dataset.frequency, tuple(FREQUENCY_DAYS)),
        ("when_late", dataset.when_late, WHEN_LATE),
    ):
        if value not in allowed:
            yield Finding(f"{where}/{field}", f"{field}-unknown".replace("_", "-"), _one_of(allowed))


def _check_openness(dataset: Dataset, where: str) -> Iterator[Finding]:
    if dataset.access_class == "dikecualikan" and not dataset.access_ground.strip():
        yield Finding(f"{where}/access_ground", "access-ground-missing", _GROUND)
    if dataset.access_class == "terbuka" and any(column.is_personal for column in dataset.columns):
        yield Finding(f"{where}/access_class", "open-but-personal", _OPEN_PERSONAL)


def _check_thresholds(dataset: Dataset, where: str) -> Iterator[Finding]:
    given = dataset.thresholds
    if not all(0 <= share <= 100 for share in (given.completeness, given.validity, given.refused_share)):
        yield Finding(f"{where}/thresholds", "threshold-range", _PERCENT)
    if given.max_age_days is not None and given.max_age_days < 1:
        yield Finding(f"{where}/thresholds", "threshold-age", _AGE)


def _check_unique(where: str, rule: str, names: Iterable[str]) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Finding(f"{where}/{name}", rule, _TWICE)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _one_of(allowed: Iterable[str]) -> Words:
    choices = ", ".join(allowed)
    return Words(f"Pilih salah satu: {choices}.", f"Choose one of: {choices}.")


_NAME = Words(
    "{what} harus huruf kecil, angka, dan garis bawah, diawali huruf, paling panjang 59, dan bukan kata milik hub.",
    "{thing} takes lower-case letters, digits and underscores, starts with a letter, has at most 59, "
    "and is no word of the hub's own.",
)
_CODE_DATE = Words(
    "Tanggal kode harus nama kolom tanggal atau waktu pada data yang sama, untuk kolom dengan daftar kode rujukan.",
    "The code's date must name a date or timestamp column of the same dataset, for a column with a reference list.",
)
_VERSION_FORM = Words("Versi ditulis seperti 1.0.0.", "The version is written as 1.0.0.")
_MISSING = {
    "title": Words("Isi judul kontrak.", "Fill in the contract's title."),
    "purpose": Words("Isi tujuan integrasi data.", "Fill in the purpose of the integration."),
    "provider_code": Words("Pilih instansi penyedia data.", "Choose the provider of the data."),
    "dataset": Words("Isi nama data yang dapat dibaca.", "Fill in a readable name of the dataset."),
}
_ZONE = Words("Zona waktu tidak dikenal. Contoh: Asia/Makassar.", "Unknown time zone. Example: Asia/Makassar.")
_NO_DATASETS = Words("Kontrak belum memuat data. Tambahkan paling sedikit satu.", "Add at least one dataset.")
_NO_COLUMNS = Words("Data ini belum punya elemen. Tambahkan paling sedikit satu.", "Add at least one column.")
_TWICE = Words("Nama ini dipakai dua kali. Ganti salah satunya.", "This name is used twice. Change one of them.")
_GROUND = Words(
    "Data yang dikecualikan wajib menyebut dasar pengecualiannya (UU 14/2008).",
    "Excluded data must name the ground for its exclusion (UU 14/2008).",
)
_OPEN_PERSONAL = Words(
    "Data terbuka tidak boleh memuat data pribadi. Pilih terbatas, atau hapus elemen pribadinya.",
    "Open data can't hold personal columns. Choose terbatas, or remove them.",
)
_PERCENT = Words("Ambang mutu adalah persen, 0 sampai 100.", "Quality thresholds are percents, 0 to 100.")
_AGE = Words("Umur data paling sedikit satu hari.", "The age of the data is at least one day.")
