"""What became of one delivery: the counts, the remarks, and the first refused rows. Never a value."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from simpul.delivery.modes import Mode
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words


@dataclass(frozen=True)
class BatchReport:
    """received = inserted + updated + unchanged + repeated + refused; with mode `delete`, deleted stands for the first two.

    `repeated`: rows that stood in the batch before, identically. `unchanged`: rows that needed no change: equal ones;
    with mode `ignore` known ones; with `delete` unknown ones. `deleted` by `replace`: rows that weren't received.
    `rules`: [{column, rule, count, id, en}], most
    frequent first. `refused_rows`: the first of them as [{position, findings: [{column, rule, id, en}]}]. `notes`:
    [{where, rule, id, en}] on the file as a whole. Instants are ISO 8601 text. `replayed` says that this is the first
    answer again; it isn't kept.
    """

    batch: int
    dataset: str
    state: str
    received: int
    inserted: int
    updated: int
    unchanged: int
    repeated: int
    refused: int
    dataset_version: int
    contract_version: str
    format: str
    created_at: str
    finished_at: str
    notes: list[dict[str, str]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    refused_rows: list[dict[str, Any]] = field(default_factory=list)
    deleted: int = 0
    mode: Mode = "merge"
    replayed: bool = False

    @property
    def stored(self) -> int:
        """Rows of the batch that are in the table now as they were sent."""
        return self.inserted + self.updated + (self.unchanged if self.mode not in ("ignore", "delete") else 0)

    @property
    def affected(self) -> int:
        """Rows of the dataset that the batch changed."""
        return self.inserted + self.updated + self.deleted

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        made = asdict(self)
        del made["replayed"]
        return made

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, replayed: bool = False) -> Self:
        """Read what `to_dict` wrote."""
        return replace(cls(**data), replayed=replayed)


def describe_findings(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Return a row's findings as `refused_row.findings` keeps them."""
    return [{"column": one.where, "rule": one.rule, "id": one.message.id, "en": one.message.en} for one in findings]


def describe_notes(notes: Iterable[Finding]) -> list[dict[str, str]]:
    """Return remarks on a whole file as the report keeps them."""
    return [{"where": one.where, "rule": one.rule, "id": one.message.id, "en": one.message.en} for one in notes]


class Tally:
    """Counts findings by column and rule while rows are read."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._words: dict[tuple[str, str], Words] = {}

    def add(self, findings: Sequence[Finding], times: int = 1) -> None:
        """Count each finding."""
        for one in findings:
            place = (one.where, one.rule)
            self._counts[place] = self._counts.get(place, 0) + times
            self._words.setdefault(place, one.message)

    def list_rules(self) -> list[dict[str, Any]]:
        """Return [{column, rule, count, id, en}], most frequent first."""
        places = sorted(self._counts, key=lambda place: (-self._counts[place], place))
        return [
            {
                "column": place[0],
                "rule": place[1],
                "count": self._counts[place],
                "id": self._words[place].id,
                "en": self._words[place].en,
            }
            for place in places
        ]
