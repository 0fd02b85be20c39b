"""Where rows go: one dataset of a publication, and which of a sheet's columns fill which of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simpul.contract.model import Dataset
from simpul.contract.names import make_name
from simpul.delivery.errors import BatchColumnsRefused, DatasetMissing
from simpul.delivery.header import clean_name
from simpul.delivery.sheet import Sheet
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words


@dataclass(frozen=True)
class Target:
    """One dataset: its row in `dataset`, its table, its contract.

    `key` is empty for datasets that only grow. `unique` holds groups of columns beside the key.
    """

    dataset_id: int
    schema: str
    table: str
    model: Dataset
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    zone: str
    contract_version: str

    @property
    def name(self) -> str:
        """The dataset's name in addresses."""
        return self.model.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in the contract's order."""
        return tuple(column.name for column in self.model.columns)


def make_target(dataset_id: int, publication: Mapping[str, Any], name: str) -> Target:
    """Make the target from `publication.compiled` and the id of its `dataset` row. Raises: DatasetMissing."""
    compiled = publication.get("datasets", {}).get(name)
    if compiled is None:
        raise DatasetMissing(name=name)
    return Target(
        dataset_id=dataset_id,
        schema=compiled["schema"],
        table=compiled["table"],
        model=Dataset.from_dict(compiled["model"]),
        key=tuple(compiled["key"]),
        unique=tuple(tuple(group) for group in compiled.get("unique", ())),
        zone=publication["zone"],
        contract_version=str(publication.get("version", publication["major"])),
    )


def list_required(dataset: Dataset) -> list[str]:
    """Return the columns that a whole row can't lack, in the contract's order."""
    return [column.name for column in dataset.columns if column.required or column.key]


def match_columns(sheet: Sheet, dataset: Dataset, required: Sequence[str]) -> list[str]:
    """Return, for each column of the sheet, the dataset's column that it fills, or its own name if there is none.

    People's files match by name, title or a title made into a name; programs' JSON by name alone, and an unknown key is
    then refused row by row.

    Raises: BatchColumnsRefused, when a file has columns that the contract doesn't know, two for one column, or lacks one
    of the `required`.
    """
    if sheet.mode == "json":
        return sheet.header
    names = [_match_column(header, dataset) for header in sheet.header]
    findings = _list_unknown(sheet.header, names) + _list_doubled(names) + _list_missing(names, required)
    if findings:
        shown = ", ".join(finding.where for finding in findings[:10])
        message = Words(
            f"Kolom kiriman tidak sesuai dengan kontrak: {shown}.", f"The columns don't match the contract: {shown}."
        )
        raise BatchColumnsRefused(message, findings=findings)
    return [name or "" for name in names]


def _match_column(header: str, dataset: Dataset) -> str | None:
    names = {column.name for column in dataset.columns}
    titles = {clean_name(column.title).casefold(): column.name for column in dataset.columns if column.title}
    lowered = header.casefold()
    for candidate in (header, lowered, titles.get(lowered), make_name(header)):
        if candidate in names:
            return candidate
    return None


def _list_unknown(header: Sequence[str], names: Sequence[str | None]) -> list[Finding]:
    words = Words(
        "Kolom ini tidak ada dalam kontrak. Hapus atau ganti namanya.",
        "The contract has no such column. Delete or rename it.",
    )
    return [
        Finding(shown[:63], "unknown-column", words) for shown, name in zip(header, names, strict=True) if name is None
    ]


def _list_doubled(names: Sequence[str | None]) -> list[Finding]:
    words = Words("Dua kolom berkas mengisi elemen yang sama.", "Two columns of the file fill the same element.")
    doubled = dict.fromkeys(name for name in names if name is not None and names.count(name) > 1)
    return [Finding(name, "column-twice", words) for name in doubled]


def _list_missing(names: Sequence[str | None], required: Sequence[str]) -> list[Finding]:
    words = Words("Kolom wajib ini tidak ada pada kepala kolom.", "This required column isn't in the header.")
    return [Finding(name, "missing-column", words) for name in required if name not in names]
