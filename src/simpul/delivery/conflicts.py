"""Staged rows that can't be merged because of other rows: of the same delivery, or of the table. Each is refused."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from simpul.delivery import staging
from simpul.delivery.envelope import Mending
from simpul.delivery.intake import Intake
from simpul.delivery.staging import Taken
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.store.sql import Connection

_REPEATED_KEY = Words(
    "Kunci ini sudah muncul lebih awal dalam kiriman yang sama dengan isi lain. Sisakan satu yang benar.",
    "This key stands earlier in the same batch with other values. Leave the right one only.",
)
_REPEATED_VALUE = Words(
    "Nilai unik ini sudah muncul lebih awal dalam kiriman yang sama.",
    "This unique value stands earlier in the same batch.",
)
_OCCUPIED = Words(
    "Nilai unik ini sudah dipakai baris lain yang tersimpan. Periksa kuncinya atau nilainya.",
    "Another stored row already has this unique value. Look at its key or the value.",
)
_OUTDATED = Words(
    "Baris dengan kunci ini sudah diperbarui oleh kiriman yang lebih baru; perbaikan ini tidak menimpanya.",
    "A newer batch already updated the row of this key; this mend doesn't overwrite it.",
)
_KNOWN = Words(
    "Baris dengan kunci ini sudah tersimpan. Kirim dengan mode=merge bila hendak memperbaruinya.",
    "A row of this key is stored already. Send it with mode=merge to update it.",
)
_UNKNOWN = Words("Tidak ada baris tersimpan dengan kunci ini.", "No stored row has this key.")
_REKEYED = Words(
    "Kunci sebuah baris tidak dapat diganti. Hapus barisnya lalu kirim yang baru.",
    "A row's key can't be changed. Delete the row and send a new one.",
)


class Clash(NamedTuple):
    """A staged row that was taken away, and why. `is_repeat`: an exact repeat, which may only be counted."""

    row: Taken
    finding: Finding
    is_repeat: bool = False


def take_repeats(connection: Connection[Any], intake: Intake) -> Iterator[Clash]:
    """Take away rows whose key, or what they are found by, stands earlier in the delivery."""
    groups = [intake.match, *([intake.target.key] if intake.rules.inserts else [])]
    for group in dict.fromkeys(groups):
        if group:
            for row in staging.take_repeated(connection, group, intake.columns):
                yield Clash(row, _name(group, "duplicate-key", _REPEATED_KEY), row.same)


def take_conflicts(connection: Connection[Any], intake: Intake, mending: Mending | None) -> Iterator[Clash]:
    """Take away rows that the mode doesn't allow on what the table has, or that would break a unique column."""
    target, match, rules = intake.target, intake.match, intake.rules
    if rules.deletes_given:
        return
    if mending is not None and match:
        taken = staging.take_outdated(connection, target, intake.columns, mending.base_version)
        yield from _explain(taken, match, "newer-row", _OUTDATED)
    if rules.refuses_known and match:
        yield from _explain(staging.take_known(connection, target, match), match, "exists", _KNOWN)
    if rules.takes_part_of_a_row:
        yield from _explain(staging.take_unknown(connection, target, match), match, "gone", _UNKNOWN)
    key = target.key
    if match and match != key and key and rules.updates and set(key) <= set(intake.columns):
        yield from _explain(staging.take_rekeyed(connection, target, key, match), key, "key-fixed", _REKEYED)
    for group in (*target.unique, *([key] if key and match != key else [])):
        if group != match and set(group) <= set(intake.columns):
            taken = staging.take_occupied(connection, target, group, match)
            yield from _explain(taken, group, "unique", _OCCUPIED)
            taken = staging.take_repeated(connection, group, intake.columns)
            yield from _explain(taken, group, "duplicate-unique", _REPEATED_VALUE)


def _explain(taken: list[Taken], group: Sequence[str], rule: str, words: Words) -> Iterator[Clash]:
    return (Clash(row, _name(group, rule, words)) for row in taken)


def _name(group: Sequence[str], rule: str, words: Words) -> Finding:
    return Finding(", ".join(group), rule, words)
