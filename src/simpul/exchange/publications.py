"""What the exchange holds in memory: publications, grants, pauses and key digests, swapped at once when they change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simpul.access.model import Grant, Key, Service, Stage
from simpul.exchange.errors import DatasetUnknown, GrantUnusable
from simpul.exchange.rates import AllowanceBook
from simpul.exchange.tokens import TokenKeys
from simpul.query.plan import Table
from simpul.query.planner import Planner


@dataclass(frozen=True)
class PublishedDataset:
    """One dataset as it can be asked for: its table, its grants, and what each grant shows, already read.

    `due_at` is when new rows were due by the contract, None where it agrees on no schedule or nothing was delivered yet;
    it is as of the snapshot. `refuses_late` says that the contract forbids reading after that.
    """

    dataset_id: int
    name: str
    title: str
    access_class: str
    table: Table
    compiled: Mapping[str, Any]
    grants: tuple[Grant, ...]
    planners: Mapping[int, Planner | None]
    due_at: datetime | None = None
    refuses_late: bool = False
    max_age_days: int | None = None

    def find_due(self, delivered_at: datetime | None) -> datetime | None:
        """Return when new rows are due after those of an instant, None where the contract agrees on no schedule."""
        if delivered_at is None or self.max_age_days is None:
            return None
        return delivered_at + timedelta(days=self.max_age_days)

    def get_planner(self, grant_id: int) -> Planner:
        """Return what plans a grant's queries. Raises: GrantUnusable where its filter can't be read: nothing passes."""
        found = self.planners.get(grant_id)
        if found is None:
            raise GrantUnusable()
        return found


@dataclass(frozen=True)
class Published:
    """One publication with its datasets by name, in the contract's order. `revision` changes with its row."""

    publication_id: int
    context: str
    major: int
    stage: Stage
    compiled: Mapping[str, Any]
    zone: str
    service: Service
    datasets: Mapping[str, PublishedDataset]
    revision: str = ""

    def get_dataset(self, name: str) -> PublishedDataset:
        """Return a dataset by name. Raises: DatasetUnknown."""
        if name not in self.datasets:
            raise DatasetUnknown()
        return self.datasets[name]


@dataclass(frozen=True)
class Snapshot:
    """All that was true at one instant; a call uses one snapshot from start to end.

    `keys` holds OAuth clients too, by client id and without a digest.
    """

    publications: Mapping[tuple[Stage, str, int], Published]
    keys: Mapping[str, Key]
    loaded_at: datetime
    built: Mapping[int, "Built"] = field(default_factory=dict)
    token_keys: TokenKeys = field(default_factory=dict)
    allowances: AllowanceBook = field(default_factory=AllowanceBook)
    keys_stamp: object = None

    def get_publication(self, stage: Stage, context: str, major: int) -> Published:
        """Return a publication. Raises: DatasetUnknown."""
        found = self.publications.get((stage, context, major))
        if found is None:
            raise DatasetUnknown()
        return found


@dataclass(frozen=True)
class Built:
    """A publication with what it was built of (its row with the stamps of what hangs on it, its pauses).

    While that is the same it needn't be built again.
    """

    rows: tuple[object, ...]
    published: Published
