"""Tells what changed in a dataset since a place in its feed, as the caller's grant lets it be seen.

It begins at the place of a full read (`Changes-Since`, or the number in `Dataset-Version`) and goes on at each answer's
`next`.
"""

from collections.abc import Iterator
from time import monotonic
from typing import Any, NamedTuple

from simpul.exchange.call import Access, Call
from simpul.exchange.errors import explain_sqlstate
from simpul.exchange.feed_errors import FeedTooShort
from simpul.exchange.feed_place import is_number, read_place, write_place
from simpul.exchange.http import JSON, Response
from simpul.exchange.hub import Hub
from simpul.kernel.words import Words
from simpul.query.changes import END_OF_VERSION, Place, View, make_view, plan_changes
from simpul.query.errors import MediaTypeUnknown, ParseFailed, RangeInvalid, show_name
from simpul.query.preferences import parse_media
from simpul.store.feeds import name_feed
from simpul.store.pools import database_errors
from simpul.store.sql import AsyncConnection, errors

DEFAULT_CHANGES = 1_000
MAX_CHANGES = 10_000
ENTRIES_AT_ONCE = 20_000
"""Entries that one statement looks at; most of them may be outside the caller's rows."""
SECONDS = 4.0
"""After this time an answer leaves with what was found, even nothing, and the place where to go on."""
NDJSON = "application/x-ndjson; charset=utf-8"


class Change(NamedTuple):
    """One change as the caller sees it; `before` and `after` are rows as JSON text, None where there is none."""

    place: Place
    before: str | None
    after: str | None
    key: str | None

    def write(self) -> str:
        """Return the change as JSON text. Where the key isn't shown, the row as it was stands for it."""
        operation = "insert" if self.before is None else "delete" if self.after is None else "update"
        was = "" if self.key is not None or self.before is None else f',"was":{self.before}'
        return (
            f'{{"op":"{operation}","key":{self.key or "null"},"row":{self.after or "null"}{was},'
            f'"version":{self.place.version}}}'
        )


class Page(NamedTuple):
    """The changes found, where to go on, whether there is more by now, and the dataset's version."""

    changes: list[Change]
    next: Place
    more: bool
    version: int


async def read_changes(call: Call, hub: Hub) -> Response:
    """Answer a GET of a dataset's changes under the call's permission.

    Raises: ParseFailed, RangeInvalid, MediaTypeUnknown; FeedTooShort, FeedPlaceUnknown; StatementRefused, GrantUnusable,
    DatabaseAway, QueryTooSlow.
    """
    access = call.get_access()
    media = parse_media(call.request.headers.get("accept")).kind
    if media not in ("json", "ndjson"):
        raise MediaTypeUnknown()
    since, limit = _read_parameters(call, hub)
    view = _make_view(access)
    call.columns, call.operators = tuple(sorted(view.columns)), ("changes",)
    with database_errors():
        async with hub.readers.connection() as connection:
            page = await collect_changes(connection, view, access.dataset.dataset_id, since, limit)
    call.rows, call.dataset_version = len(page.changes), page.version
    return _write_answer(call, page, write_place(hub.sealer, access, page.next), limit, is_lines=media == "ndjson")


def _make_view(access: Access) -> View:
    dataset = access.dataset
    shown = dataset.get_planner(access.permission.grant_id)
    return make_view(
        dataset.table,
        name_feed(dataset.table.name),
        access.permission.columns,
        shown.row_filter,
        shown.masks,
        tuple(dataset.compiled["key"]),
    )


def _read_parameters(call: Call, hub: Hub) -> tuple[Place, int]:
    given: dict[str, str] = {}
    for name, text in call.request.list_parameters():
        if name not in ("since", "limit") or name in given:
            raise ParseFailed(parameter=show_name(name), details=_PARAMETERS)
        given[name] = text
    if "since" not in given:
        raise ParseFailed(parameter="since", details=_SINCE)
    limit = given.get("limit", str(DEFAULT_CHANGES))
    if not is_number(limit) or int(limit) == 0:
        raise RangeInvalid()
    allowed = call.allowance.rows_per_request or MAX_CHANGES
    return read_place(hub.sealer, call.get_access(), given["since"]), min(int(limit), MAX_CHANGES, allowed)


_PARAMETERS = Words("Hanya since dan limit, masing-masing sekali.", "Only since and limit, each once.")
_SINCE = Words(
    "Baca dahulu seluruh data; since adalah Changes-Since pada jawabannya, lalu next dari jawaban perubahan.",
    "Read the whole dataset first; since is that answer's Changes-Since, and then the next of each answer of changes.",
)


async def collect_changes(
    connection: AsyncConnection[Any],
    view: View,
    dataset_id: int,
    since: Place,
    limit: int,
    *,
    entries_at_once: int = ENTRIES_AT_ONCE,
    seconds: float = SECONDS,
) -> Page:
    """Look at entries until the page is full, the feed ends, or the time is over.

    Raises: FeedTooShort, StatementRefused, the driver's errors of a database that is away or busy.
    """
    until, found, place = monotonic() + seconds, list[Change](), since
    while True:
        version, entries = await _fetch(connection, view, dataset_id, place, entries_at_once)
        for change in _list_seen(entries):
            if len(found) == limit:
                return Page(found, found[-1].place, True, version)
            found.append(change)
        if len(entries) < entries_at_once:
            return Page(found, Place(version, END_OF_VERSION), False, version)
        place = entries[-1].place
        if monotonic() > until:
            return Page(found, place, True, version)


async def _fetch(
    connection: AsyncConnection[Any], view: View, dataset_id: int, after: Place, most: int
) -> tuple[int, list[Change]]:
    """Return the dataset's version and the next entries, all of one moment. Raises: FeedTooShort."""
    planned = plan_changes(view, dataset_id, after, most)
    try:
        rows = await (await connection.execute(planned.text.encode(), planned.values)).fetchall()
    except errors.Error as error:
        if isinstance(error, errors.OperationalError) and not (error.sqlstate or "").startswith("54"):
            raise
        raise explain_sqlstate(error.sqlstate) from error
    version, complete_since = rows[0][:2]
    if not complete_since <= after.version <= version:
        raise FeedTooShort()
    entries = [Change(Place(row[2], row[3]), *row[4:7]) for row in rows if row[2] is not None]
    return version, entries


def _list_seen(entries: list[Change]) -> Iterator[Change]:
    """Yield those that change something for the caller."""
    return (change for change in entries if change.before != change.after)


def _write_answer(call: Call, page: Page, token: str, limit: int, *, is_lines: bool) -> Response:
    more = "true" if page.more else "false"
    tail = f'"next":"{token}","more":{more}}}'
    written = [change.write() for change in page.changes]
    body = "\n".join([*written, "{" + tail]) + "\n" if is_lines else f'{{"changes":[{",".join(written)}],{tail}'
    headers = {
        "content-type": NDJSON if is_lines else JSON,
        "dataset-version": str(page.version),
        "link": f'<{call.request.path}?since={token}&limit={limit}>; rel="next"',
    }
    return Response(200, body.encode(), headers)
