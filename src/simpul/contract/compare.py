"""What differs between two versions of a contract, and whether programs that work today may fail.

Breaking: something a consumer reads goes away or changes its form, or something a provider sends today
would be refused. A minor version only adds; a breaking one needs a new major. Source: decision 4.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from simpul.contract.model import WHEN_UNKNOWN, Column, ConsumerTerms, Contract, Dataset
from simpul.kernel.words import Words

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One difference: `path` as "datasets/desa/columns/kode/length"; `message` tells it to an officer."""

    kind: Kind
    path: str
    breaking: bool
    message: Words


_TOLD = {
    "title": Words("judul", "the title"),
    "purpose": Words("tujuan", "the purpose"),
    "description": Words("uraian", "the description"),
    "definition": Words("definisi", "the definition"),
    "classification": Words("klasifikasi", "the classification"),
    "measure": Words("ukuran", "the measure"),
    "unit": Words("satuan", "the unit"),
    "logical_type": Words("tipe", "the type"),
    "length": Words("panjang", "the length"),
    "precision": Words("jumlah angka", "the digits"),
    "scale": Words("angka di belakang koma", "the decimals"),
    "required": Words("kewajiban isi", "whether it is required"),
    "unique": Words("keunikan", "whether it is unique"),
    "key": Words("kunci", "whether it is a key"),
    "code_list": Words("daftar kode", "the code list"),
    "code_date": Words("tanggal berlakunya kode", "the code's date"),
    "when_unknown": Words("perlakuan kode tak dikenal", "what happens to unknown codes"),
    "pdp_class": Words("kelas data pribadi", "the PDP class"),
    "pdp_legal_basis": Words("dasar hukum data pribadi", "the PDP legal basis"),
    "pdp_purpose": Words("tujuan data pribadi", "the PDP purpose"),
    "minimum": Words("nilai terkecil", "the minimum"),
    "maximum": Words("nilai terbesar", "the maximum"),
    "pattern": Words("pola", "the pattern"),
    "format": Words("bentuk", "the format"),
    "example": Words("contoh", "the example"),
    "filled_from": Words("asal isi pertama", "where the first rows come from"),
    "filled_with": Words("isi pertama", "what the first rows hold"),
    "access_class": Words("kelas akses", "the access class"),
    "access_ground": Words("dasar pengecualian", "the ground for exclusion"),
    "delivery": Words("cara kirim", "the way of delivery"),
    "frequency": Words("frekuensi", "the frequency"),
    "when_late": Words("perlakuan data terlambat", "what happens to late data"),
    "thresholds": Words("ambang mutu", "the quality thresholds"),
    "context": Words("konteks", "the context"),
    "provider_code": Words("penyedia", "the provider"),
    "provider_name": Words("nama penyedia", "the provider's name"),
    "zone": Words("zona waktu", "the time zone"),
    "row_filter": Words("saringan baris", "the row filter"),
    "legal_basis": Words("dasar hukum", "the legal basis"),
    "valid_from": Words("mulai berlaku", "the start of validity"),
    "valid_until": Words("akhir berlaku", "the end of validity"),
}
_UNTOLD = ("version", "status", "case_number")
_WHOLE = ("name", "columns", "masks", "datasets", "consumers", "organization", "dataset")
_ALWAYS_BREAKING = (
    "context",
    "zone",
    "logical_type",
    "key",
    "format",
    "pattern",
    "precision",
    "scale",
    "unique",
    "code_date",
)


def compare_contracts(old: Contract, new: Contract) -> list[Change]:
    """List the differences in order: head, datasets with their columns, consumers. [] when they agree."""
    return [
        *_compare_fields("", old, new, Words("kontrak", "the contract")),
        *_compare_datasets(old.datasets, new.datasets),
        *_compare_consumers(old.consumers, new.consumers),
    ]


def is_breaking(changes: Iterable[Change]) -> bool:
    """Tell whether any of the changes needs a new major version."""
    return any(change.breaking for change in changes)


def _compare_datasets(old: Sequence[Dataset], new: Sequence[Dataset]) -> Iterator[Change]:
    before, after = {item.name: item for item in old}, {item.name: item for item in new}
    for name in dict.fromkeys([*before, *after]):
        path = f"datasets/{name}"
        what = Words(f"data “{name}”", f"dataset “{name}”")
        if name not in after:
            yield _tell("removed", path, True, what)
        elif name not in before:
            yield _tell("added", path, False, what)
        else:
            yield from _compare_fields(path, before[name], after[name], what)
            yield from _compare_columns(path, before[name].columns, after[name].columns)


def _compare_columns(path: str, old: Sequence[Column], new: Sequence[Column]) -> Iterator[Change]:
    before, after = {item.name: item for item in old}, {item.name: item for item in new}
    for name in dict.fromkeys([*before, *after]):
        place = f"{path}/columns/{name}"
        what = Words(f"elemen “{name}”", f"column “{name}”")
        if name not in after:
            yield _tell("removed", place, True, what)
        elif name not in before:
            yield _tell("added", place, after[name].required or after[name].key, what)
        else:
            yield from _compare_fields(place, before[name], after[name], what)


def _compare_consumers(old: Sequence[ConsumerTerms], new: Sequence[ConsumerTerms]) -> Iterator[Change]:
    before = {(item.organization, item.dataset): item for item in old}
    after = {(item.organization, item.dataset): item for item in new}
    for pair in dict.fromkeys([*before, *after]):
        path = f"consumers/{pair[0]}/{pair[1]}"
        what = Words(f"hak pemanfaat {pair[0]} atas “{pair[1]}”", f"the terms of {pair[0]} for “{pair[1]}”")
        if pair not in after:
            yield _tell("removed", path, True, what)
        elif pair not in before:
            yield _tell("added", path, False, what)
        else:
            yield from _compare_fields(path, before[pair], after[pair], what)
            yield from _compare_granted(path, before[pair], after[pair], what)


def _compare_granted(path: str, old: ConsumerTerms, new: ConsumerTerms, what: Words) -> Iterator[Change]:
    for name in dict.fromkeys([*old.columns, *new.columns]):
        if (name in old.columns) != (name in new.columns):
            kind: Kind = "added" if name in new.columns else "removed"
            part = Words(f"elemen “{name}” pada {what.id}", f"column “{name}” in {what.en}")
            yield _tell(kind, f"{path}/columns/{name}", kind == "removed", part)
    yield from _compare_masks(path, old, new, what)


def _compare_masks(path: str, old: ConsumerTerms, new: ConsumerTerms, what: Words) -> Iterator[Change]:
    """A mask that comes, goes or changes gives the column another form in answers that it had before."""
    before, after = dict(old.masks), dict(new.masks)
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name) and name in old.columns and name in new.columns:
            part = Words(f"penyamaran elemen “{name}” pada {what.id}", f"the mask of column “{name}” in {what.en}")
            yield _tell("changed", f"{path}/masks/{name}", True, part)


def _compare_fields(path: str, old: Any, new: Any, what: Words) -> Iterator[Change]:
    for item in fields(old):
        before, after = getattr(old, item.name), getattr(new, item.name)
        if item.name in _UNTOLD or item.name in _WHOLE or before == after:
            continue
        told = _TOLD[item.name]
        part = Words(f"{told.id} {what.id}", f"{told.en} of {what.en}")
        place = f"{path}/{item.name}" if path else item.name
        yield _tell("changed", place, _breaks(item.name, before, after), part)


def _breaks(field: str, before: Any, after: Any) -> bool:
    """Tell whether a changed field breaks programs; wider limits don't."""
    if field in _ALWAYS_BREAKING or field == "required":
        return True
    if field == "code_list":
        return not (isinstance(before, tuple) and isinstance(after, tuple) and set(before) <= set(after))
    if field == "when_unknown":
        return bool(after == WHEN_UNKNOWN[0])
    if field in ("length", "maximum"):
        return after is not None and (before is None or _order(after) < _order(before))
    if field == "minimum":
        return after is not None and (before is None or _order(after) > _order(before))
    return False


def _order(bound: Any) -> tuple[int, Any]:
    """Make bounds comparable: numbers among numbers, ISO texts among texts."""
    return (1, bound) if isinstance(bound, str) else (0, bound)


_VERBS = {
    "added": Words("Ditambahkan: {what}.", "Added: {what}."),
    "removed": Words("Dihapus: {what}.", "Removed: {what}."),
    "changed": Words("Diubah: {what}.", "Changed: {what}."),
}


def _tell(kind: Kind, path: str, breaking: bool, what: Words) -> Change:
    verb = _VERBS[kind]
    tail = Words(" Program yang ada perlu disesuaikan.", " Existing programs need to be adapted.") if breaking else None
    message = Words(verb.id.replace("{what}", what.id), verb.en.replace("{what}", what.en))
    return Change(kind, path, breaking, Words(message.id + tail.id, message.en + tail.en) if tail else message)
