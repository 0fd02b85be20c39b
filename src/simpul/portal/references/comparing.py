"""What differs between two versions of a code list."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from simpul.portal.references.reading import Entry

KINDS = ("added", "removed", "renamed", "dated")


class Difference(NamedTuple):
    """One code that isn't the same: `before` or `after` is None where it is added or removed."""

    kind: str
    code: str
    before: Entry | None
    after: Entry | None


def compare_entries(old: Iterable[Entry], new: Iterable[Entry]) -> list[Difference]:
    """Return the differences by kind (added, removed, renamed, dated), then in the versions' order.

    A code with another name and other dates is told twice.

    >>> [one.kind for one in compare_entries([Entry("1", "A"), Entry("2", "B")], [Entry("1", "a"), Entry("3", "C")])]
    ['added', 'removed', 'renamed']
    """
    before, after = {one.code: one for one in old}, {one.code: one for one in new}
    found = [Difference("added", code, None, one) for code, one in after.items() if code not in before]
    found += [Difference("removed", code, one, None) for code, one in before.items() if code not in after]
    both = [(one, after[code]) for code, one in before.items() if code in after]
    found += [Difference("renamed", one.code, one, other) for one, other in both if one.name != other.name]
    found += [
        Difference("dated", one.code, one, other)
        for one, other in both
        if (one.valid_from, one.valid_to) != (other.valid_from, other.valid_to)
    ]
    return found


def count_differences(differences: Iterable[Difference]) -> Mapping[str, int]:
    """Return how many there are of each kind, every kind named."""
    counts = dict.fromkeys(KINDS, 0)
    for one in differences:
        counts[one.kind] += 1
    return counts
