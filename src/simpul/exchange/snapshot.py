"""Loads what is published, and builds anew only what changed since the last time.

A hub may hold a thousand publications with their grants, and ten thousand keys. PostgreSQL stamps what belongs together by
its rows' `xmin`; only what has another stamp is fetched and read again, so that a change of one grant costs the other
calls nothing.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from simpul.access.masks import derive_mask_key
from simpul.access.model import Grant, Key, Pause, Service, Stage
from simpul.contract.model import Dataset
from simpul.exchange.publications import Built, Published, PublishedDataset, Snapshot
from simpul.exchange.rates import read_allowances
from simpul.exchange.tokens import read_token_keys
from simpul.kernel import clock
from simpul.kernel.errors import SimpulError
from simpul.query.filters import parse_row_filter
from simpul.query.masks import write_mask
from simpul.query.plan import Table, check_row_filter
from simpul.query.planner import Planner
from simpul.store.sql import AsyncConnection, load_queries

QUERIES = load_queries("simpul.exchange", "publications.sql")
_ROOTS = {"sandbox": "sandbox", "live": "api"}
Row = tuple[Any, ...]
Pauses = Mapping[int, Mapping[int | None, Pause]]


async def load_snapshot(connection: AsyncConnection[Any], secret: bytes, before: Snapshot | None = None) -> Snapshot:
    """Load everything in one consistent view; `secret` is the one that mask keys are derived from.

    Cost: seven queries, and four more for what changed since `before`; memory of all contracts, grants and keys.
    """
    built = before.built if before else {}
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        publications = await _fetch(connection, QUERIES.list_publications)
        pauses = _Pauses(await _fetch(connection, QUERIES.list_pauses))
        stale = [row for row in publications if not _is_known(built.get(row[0]), row, pauses)]
        parts = await _fetch_parts(connection, stale, built)
        keys = await _load_keys(connection, pauses, before)
        token_keys = read_token_keys(await _fetch(connection, QUERIES.list_token_keys))
        allowances = read_allowances(
            await _fetch(connection, QUERIES.list_plans), await _fetch(connection, QUERIES.list_assignments)
        )
    now_built = {row[0]: built[row[0]] for row in publications if row[0] in built}
    for row in stale:
        now_built[row[0]] = _build(row, parts, pauses.publications.get(row[0], {}), built.get(row[0]), secret)
    return Snapshot(
        {
            (one.published.stage, one.published.context, one.published.major): one.published
            for one in now_built.values()
        },
        keys.by_id,
        clock.now(),
        now_built,
        token_keys,
        allowances,
        keys.stamp,
    )


async def _load_keys(connection: AsyncConnection[Any], pauses: "_Pauses", before: Snapshot | None) -> "_Keys":
    stamped = await _fetch(connection, QUERIES.stamp_keys)
    stamp = (stamped[0][0], pauses.applications)
    if before is not None and before.keys_stamp == stamp:
        return _Keys(before.keys, stamp)
    rows = await _fetch(connection, QUERIES.list_keys)
    return _Keys({row[0]: _read_key(row, pauses) for row in rows}, stamp)


async def _fetch_parts(connection: AsyncConnection[Any], stale: Sequence[Row], built: Mapping[int, Built]) -> "_Parts":
    """Fetch what hangs on the publications that are built anew, and the contracts of those whose own row changed."""
    if not stale:
        return _Parts({}, [], [])
    numbers = [row[0] for row in stale]
    changed = [row[0] for row in stale if row[0] not in built or built[row[0]].published.revision != row[5]]
    compiled = dict[int, Any](await _fetch(connection, QUERIES.list_compiled, [changed])) if changed else {}
    return _Parts(
        compiled,
        await _fetch(connection, QUERIES.list_datasets, [numbers]),
        await _fetch(connection, QUERIES.list_grants, [numbers]),
    )


async def _fetch(connection: AsyncConnection[Any], query: bytes, values: Sequence[object] = ()) -> list[Row]:
    return await (await connection.execute(query, values)).fetchall()


def _is_known(built: Built | None, row: Row, pauses: "_Pauses") -> bool:
    return built is not None and built.rows == (row, pauses.publications.get(row[0], {}))


class _Parts:
    """The rows that hang on publications, by what they hang on, and the publications' contracts."""

    def __init__(self, compiled: Mapping[int, Any], datasets: Iterable[Row], grants: Iterable[Row]) -> None:
        self.compiled = compiled
        self.datasets: dict[int, list[Row]] = defaultdict(list)
        self.grants: dict[int, list[Row]] = defaultdict(list)
        for row in datasets:
            self.datasets[row[1]].append(row)
        for row in grants:
            self.grants[row[1]].append(row)


class _Keys(NamedTuple):
    """The keys by their id, and what they were read of."""

    by_id: Mapping[str, Key]
    stamp: object


class _Pauses:
    """What is paused now: of each publication by organization (None: the whole), and by application."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.publications: dict[int, dict[int | None, Pause]] = defaultdict(dict)
        self.applications: dict[int, Pause] = {}
        for publication_id, organization_id, application_id, office, paused_at in rows:
            pause = Pause(office, paused_at)
            if application_id is not None:
                self.applications[application_id] = pause
            else:
                self.publications[publication_id][organization_id] = pause


def _read_key(row: Row, pauses: _Pauses) -> Key:
    key_id, digest, stage, expires_at, revoked_at, application_id, disabled_at, organization_id = row
    pause = pauses.applications.get(application_id)
    return Key(
        key_id, bytes(digest), stage, expires_at, revoked_at, application_id, disabled_at, organization_id, pause
    )


def _build(row: Row, parts: _Parts, pauses: Mapping[int | None, Pause], before: Built | None, secret: bytes) -> Built:
    datasets = parts.datasets.get(row[0], [])
    grants = [parts.grants.get(one[0], []) for one in datasets]
    compiled = parts.compiled.get(row[0])
    if compiled is None:
        if before is None:
            raise RuntimeError("a publication came without its contract")
        compiled = before.published.compiled
    return Built((row, pauses), _build_publication(row, compiled, zip(datasets, grants, strict=True), pauses, secret))


def _build_publication(
    row: Row,
    compiled: Mapping[str, Any],
    datasets: Iterable[tuple[Row, list[Row]]],
    pauses: Mapping[int | None, Pause],
    secret: bytes,
) -> Published:
    publication_id, context, major, stage, state, revision, deprecated_at, sunset_on, *successor, _, _ = row
    known = compiled.get("datasets", {})
    mark = f"{publication_id}:{revision}"
    built = [
        _build_dataset(one, stage, known[one[2]], [_read_grant(grant, mark) for grant in grants], secret)
        for one, grants in datasets
        if one[2] in known
    ]
    service = Service(
        stage,
        state,
        _name_provider(compiled.get("provider")),
        pause=pauses.get(None),
        consumer_pauses={number: pause for number, pause in pauses.items() if number is not None},
        deprecated_at=deprecated_at,
        sunset_on=sunset_on,
        successor=f"/{_ROOTS[successor[0]]}/{successor[1]}/v{successor[2]}" if successor[0] else "",
    )
    return Published(
        publication_id,
        context,
        major,
        stage,
        compiled,
        compiled.get("zone") or clock.ZONE.key,
        service,
        {item.name: item for item in built},
        revision,
    )


def _name_provider(provider: object) -> str:
    if isinstance(provider, Mapping):
        return str(provider.get("name") or provider.get("code") or "-")
    return str(provider or "-")


def _read_grant(row: Row, publication: str) -> Grant:
    grant_id, _, organization_id, role, columns, row_filter, operations, purpose, *rest = row
    valid_from, valid_until, trial_until, revoked_at, masks, addresses = rest
    shape = _digest(organization_id, columns, row_filter, sorted(masks.items()))
    return Grant(
        grant_id,
        organization_id,
        role,
        tuple(columns),
        row_filter,
        tuple(operations),
        purpose,
        valid_from,
        valid_until,
        trial_until,
        revoked_at,
        masks,
        tuple(addresses),
        _digest(publication, grant_id, shape),
        shape,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _build_dataset(
    row: Row, stage: Stage, compiled: Mapping[str, Any], grants: list[Grant], secret: bytes
) -> PublishedDataset:
    dataset_id, _, name, schema, table_name, delivered_at = row
    # JSON objects in PostgreSQL lose their order; the model's list of columns keeps it.
    names = [column["name"] for column in compiled["model"]["columns"]]
    columns = compiled["columns"]
    table = Table(
        schema,
        table_name,
        {column: columns[column]["type"] for column in names},
        tuple(tuple(group) for group in (compiled.get("key"), *compiled.get("unique", ())) if group),
        frozenset(column for column in names if columns[column].get("required")),
    )
    agreed = Dataset.from_dict(compiled["model"])
    dataset = PublishedDataset(
        dataset_id,
        name,
        compiled.get("title", name),
        compiled.get("access_class", "terbatas"),
        table,
        compiled,
        tuple(grants),
        {grant.grant_id: _make_planner(grant, table, secret) for grant in grants},
        refuses_late=agreed.when_late == "tolak",
        # Mock rows are never late.
        max_age_days=agreed.max_age_days if stage == "live" else None,
    )
    return replace(dataset, due_at=dataset.find_due(delivered_at))


def _make_planner(grant: Grant, table: Table, secret: bytes) -> Planner | None:
    """Return what plans a grant's queries, or None where the grant can't be read: then it shows nothing at all."""
    try:
        conditions = parse_row_filter(grant.row_filter)
        check_row_filter(conditions, table)
        key = derive_mask_key(secret, grant.organization_id) if "hashed" in grant.masks.values() else b"\0"
        masks = {
            name: write_mask(mask, name, table.columns[name], key)
            for name, mask in grant.masks.items()
            if name in table.columns
        }
    except (SimpulError, ValueError):
        return None
    return Planner(table, grant.columns, conditions, masks)
