"""What is wrong with what the consumers are to get."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from simpul.contract.errors import ContractInvalid
from simpul.contract.filters import read_filters
from simpul.contract.model import MASKS, ConsumerTerms, Contract, Dataset
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words


def list_terms_findings(contract: Contract) -> Iterator[Finding]:
    """List what is wrong with the consumers' terms, in order."""
    pairs = Counter((terms.organization, terms.dataset) for terms in contract.consumers)
    for terms in contract.consumers:
        where = f"consumers/{terms.organization}/{terms.dataset}"
        if pairs.pop((terms.organization, terms.dataset), 1) > 1:
            yield Finding(where, "terms-twice", _TWICE)
        if not terms.organization.strip():
            yield Finding(where, "terms-organization-missing", _ORGANIZATION)
        dataset = contract.find_dataset(terms.dataset)
        if dataset is None:
            yield Finding(where, "terms-dataset-unknown", _DATASET)
        else:
            yield from _check_columns(terms, dataset, where)
            yield from _check_masks(terms, where)
            yield from _check_filter(terms, dataset, where)
        yield from _check_grounds(terms, where)


def _check_columns(terms: ConsumerTerms, dataset: Dataset, where: str) -> Iterator[Finding]:
    if not terms.columns:
        yield Finding(f"{where}/columns", "terms-columns-empty", _NO_COLUMNS)
    for name in terms.columns:
        if dataset.find_column(name) is None:
            yield Finding(f"{where}/columns/{name}", "terms-column-unknown", _COLUMN)


def _check_masks(terms: ConsumerTerms, where: str) -> Iterator[Finding]:
    for name, mask in terms.masks:
        if name not in terms.columns:
            yield Finding(f"{where}/masks/{name}", "terms-mask-column", _MASKED)
        if mask not in MASKS:
            yield Finding(f"{where}/masks/{name}", "terms-mask-unknown", _MASK)


def _check_filter(terms: ConsumerTerms, dataset: Dataset, where: str) -> Iterator[Finding]:
    try:
        filters = read_filters(terms.row_filter)
    except ContractInvalid as error:
        yield Finding(f"{where}/row_filter", "terms-filter-form", error.message)
        return
    for condition in filters:
        if dataset.find_column(condition.column) is None:
            yield Finding(f"{where}/row_filter", "terms-filter-column", _COLUMN)


def _check_grounds(terms: ConsumerTerms, where: str) -> Iterator[Finding]:
    if not terms.purpose.strip():
        yield Finding(f"{where}/purpose", "terms-purpose-missing", _PURPOSE)
    if not terms.legal_basis.strip():
        yield Finding(f"{where}/legal_basis", "terms-legal-basis-missing", _BASIS)
    days = []
    for field in ("valid_from", "valid_until"):
        text = getattr(terms, field)
        if text and not _is_day(text):
            yield Finding(f"{where}/{field}", "terms-date", _DATE)
        days.append(text)
    if all(_is_day(day) for day in days) and days[0] > days[1]:
        yield Finding(f"{where}/valid_until", "terms-dates-reversed", _REVERSED)


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


_TWICE = Words(
    "Pemanfaat ini disebut dua kali untuk data yang sama. Gabungkan.",
    "This consumer stands twice for the same dataset. Join the two.",
)
_ORGANIZATION = Words("Pilih instansi pemanfaat.", "Choose the consumer.")
_DATASET = Words("Data ini tidak ada dalam kontrak.", "This dataset isn't in the contract.")
_NO_COLUMNS = Words("Pilih elemen yang boleh dibaca pemanfaat.", "Choose the columns that the consumer may read.")
_COLUMN = Words("Elemen ini tidak ada dalam data tersebut.", "This column isn't in that dataset.")
_MASKED = Words("Elemen yang disamarkan tidak diberikan.", "The masked column isn't granted.")
_MASK = Words(
    "Penyamaran ini tidak dikenal. Pilih hidden, hashed, atau last4.",
    "This mask is unknown. Choose hidden, hashed or last4.",
)
_PURPOSE = Words("Isi tujuan pemanfaatan data.", "Fill in the purpose of the use.")
_BASIS = Words("Isi dasar hukum pemanfaatan data.", "Fill in the legal basis of the use.")
_DATE = Words("Tanggal ditulis seperti 2026-11-24.", "The date is written as 2026-11-24.")
_REVERSED = Words("Masa berlaku berakhir sebelum dimulai.", "The validity ends before it starts.")
