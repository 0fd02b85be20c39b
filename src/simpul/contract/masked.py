"""A column as the consumer of a mask gets it: a text, whatever the column itself is."""

from collections.abc import Mapping
from dataclasses import replace

from simpul.contract.model import Column, Dataset
from simpul.kernel.words import Words

MASK_WORDS: Mapping[str, Words] = {
    "hidden": Words("Disembunyikan (hidden): selalu null.", "Hidden: always null."),
    "hashed": Words(
        "Disamarkan (hashed): HMAC-SHA-256 heksadesimal dengan kunci milik instansi Anda; nilai sama, kode sama.",
        "Hashed: hexadecimal HMAC-SHA-256 under your organization's own key; the same value gives the same code.",
    ),
    "last4": Words(
        "Disamarkan (last4): hanya empat karakter terakhir; nilai yang pendek tertutup seluruhnya.",
        "Masked (last4): the last four characters only; a short value is covered whole.",
    ),
}


def mask_column(column: Column, mask: str) -> Column:
    """Return a column with nothing of the values' own form: no length, limits, codes, pattern or example."""
    told = MASK_WORDS[mask]
    definition = " ".join(part for part in (column.definition, f"{told.id} / {told.en}") if part)
    return replace(
        Column(column.name), title=column.title, definition=definition, pdp_class=column.pdp_class, unit=column.unit
    )


def narrow_dataset(dataset: Dataset, granted: tuple[str, ...], masks: Mapping[str, str]) -> Dataset:
    """Return a dataset with the granted columns alone, masked ones as their masks, in the contract's order."""
    columns = tuple(
        mask_column(column, masks[column.name]) if column.name in masks else column
        for column in dataset.columns
        if column.name in granted
    )
    return replace(dataset, columns=columns)
