"""What the exchange holds in memory: publications, grants and key digests, loaded whole and swapped at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simpul.access.model import Grant, Key, Service, Stage
from simpul.exchange.errors import DatasetUnknown, GrantUnusable
from simpul.kernel import clock
from simpul.kernel.errors import SimpulError
from simpul.query.filters import parse_row_filter
from simpul.query.model import Condition
from simpul.query.plan import Table, check_row_filter
from simpul.store.sql import AsyncConnection, load_queries

QUERIES = load_queries("simpul.exchange", "publications.sql")


@dataclass(frozen=True)
class PublishedDataset:
    """One dataset as it can be asked for: its table, its grants, and each grant's row filter already read."""

    dataset_id: int
    name: str
    title: str
    access_class: str
    table: Table
    compiled: Mapping[str, Any]
    grants: tuple[Grant, ...]
    row_filters: Mapping[int, tuple[Condition, ...] | None]

    def get_row_filter(self, grant_id: int) -> tuple[Condition, ...]:
        """Return the conditions of a grant. Raises: GrantUnusable where they can't be read: nothing passes."""
        found = self.row_filters.get(grant_id)
        if found is None:
            raise GrantUnusable()
        return found


@dataclass(frozen=True)
class Published:
    """One publication with its datasets by name, in the contract's order."""

    publication_id: int
    context: str
    major: int
    stage: Stage
    compiled: Mapping[str, Any]
    zone: str
    service: Service
    datasets: Mapping[str, PublishedDataset]

    def get_dataset(self, name: str) -> PublishedDataset:
        """Return a dataset by name. Raises: DatasetUnknown."""
        if name not in self.datasets:
            raise DatasetUnknown()
        return self.datasets[name]


@dataclass(frozen=True)
class Snapshot:
    """All that was true at one instant; a call uses one snapshot from start to end."""

    publications: Mapping[tuple[Stage, str, int], Published]
    keys: Mapping[str, Key]
    loaded_at: datetime

    def get_publication(self, stage: Stage, context: str, major: int) -> Published:
        """Return a publication. Raises: DatasetUnknown."""
        found = self.publications.get((stage, context, major))
        if found is None:
            raise DatasetUnknown()
        return found


async def load_snapshot(connection: AsyncConnection[Any]) -> Snapshot:
    """Load everything in one consistent view. Cost: four queries; memory of all contracts, grants and keys."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        publications, datasets, grants, keys = [
            await (await connection.execute(query)).fetchall()
            for query in (QUERIES.list_publications, QUERIES.list_datasets, QUERIES.list_grants, QUERIES.list_keys)
        ]
    return build_snapshot(publications, datasets, grants, keys, clock.now())


def build_snapshot(
    publications: Iterable[tuple[Any, ...]],
    datasets: Iterable[tuple[Any, ...]],
    grants: Iterable[tuple[Any, ...]],
    keys: Iterable[tuple[Any, ...]],
    loaded_at: datetime,
) -> Snapshot:
    """Build a snapshot of rows as `publications.sql` gives them."""
    granted: dict[int, list[Grant]] = defaultdict(list)
    for row in grants:
        granted[row[1]].append(Grant(row[0], row[2], row[3], tuple(row[4]), row[5], tuple(row[6]), row[7], *row[8:12]))
    rows_of: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in datasets:
        rows_of[row[1]].append(row)
    built = [_build_publication(row, rows_of[row[0]], granted) for row in publications]
    return Snapshot(
        {(item.stage, item.context, item.major): item for item in built},
        {row[0]: Key(row[0], bytes(row[1]), *row[2:8]) for row in keys},
        loaded_at,
    )


def _build_publication(
    row: tuple[Any, ...], datasets: Iterable[tuple[Any, ...]], granted: Mapping[int, list[Grant]]
) -> Published:
    publication_id, context, major, stage, state, compiled = row
    known = compiled.get("datasets", {})
    built = [_build_dataset(item, known[item[2]], granted.get(item[0], [])) for item in datasets if item[2] in known]
    return Published(
        publication_id,
        context,
        major,
        stage,
        compiled,
        compiled.get("zone") or clock.ZONE.key,
        Service(stage, state, _name_provider(compiled.get("provider"))),
        {item.name: item for item in built},
    )


def _name_provider(provider: object) -> str:
    if isinstance(provider, Mapping):
        return str(provider.get("name") or provider.get("code") or "-")
    return str(provider or "-")


def _build_dataset(row: tuple[Any, ...], compiled: Mapping[str, Any], grants: list[Grant]) -> PublishedDataset:
    dataset_id, _, name, schema, table_name = row
    # JSON objects in PostgreSQL lose their order; the model's list of columns keeps it.
    names = [column["name"] for column in compiled["model"]["columns"]]
    table = Table(schema, table_name, {column: compiled["columns"][column]["type"] for column in names})
    return PublishedDataset(
        dataset_id,
        name,
        compiled.get("title", name),
        compiled.get("access_class", "terbatas"),
        table,
        compiled,
        tuple(grants),
        {grant.grant_id: _read_row_filter(grant.row_filter, table) for grant in grants},
    )


def _read_row_filter(text: str, table: Table) -> tuple[Condition, ...] | None:
    try:
        conditions = parse_row_filter(text)
        check_row_filter(conditions, table)
    except (SimpulError, ValueError):
        return None
    return conditions
