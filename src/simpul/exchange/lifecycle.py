"""What an answer tells of its version's life and of its data's age, and the refusal of data past their schedule.

    Deprecation: @1767225600                        since when the version is deprecated (RFC 9745)
    Sunset: Thu, 31 Dec 2026 16:00:00 GMT           from when on it no longer answers (RFC 8594)
    Link: <…/api/wilayah/v2>; rel="successor-version"
    Dataset-Late: @1764547200                       when new rows were due by the contract, and didn't come

Programs needn't read any of them: rows are given as ever, unless the contract says that late data aren't read.
"""

from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime

from simpul.access.decide import DEPRECATED_STATE, PROVIDER_ROLE
from simpul.access.errors import ProviderLate
from simpul.access.model import Service
from simpul.exchange.call import Call
from simpul.exchange.http import Response
from simpul.exchange.hub import Hub
from simpul.exchange.publications import PublishedDataset
from simpul.kernel.clock import ZONE, local
from simpul.store.pools import database_errors

_DELIVERED = b"SELECT delivered_at FROM public.dataset WHERE id = %s"


async def check_lateness(call: Call, hub: Hub) -> None:
    """Refuse a reader of late data where the contract forbids it; its provider may always read its own.

    What the snapshot holds may be half a minute old, so the database is asked before anything is refused.
    Raises: ProviderLate, DatabaseAway.
    """
    access = call.get_access()
    dataset, permission = access.dataset, access.permission
    is_reader = permission.operation == "read" and permission.role != PROVIDER_ROLE
    if not (dataset.refuses_late and is_reader and is_late(dataset, call.at)):
        return
    with database_errors():
        async with hub.readers.connection() as connection:
            row = await (await connection.execute(_DELIVERED, [dataset.dataset_id])).fetchone()
    due_at = dataset.find_due(row[0] if row else None)
    if due_at is not None and due_at < call.at:
        when = local(due_at).strftime("%Y-%m-%d %H:%M WITA")
        raise ProviderLate(dataset=dataset.name, when=when, provider=access.published.service.provider)


def is_late(dataset: PublishedDataset, at: datetime) -> bool:
    """Were new rows due before this instant, as far as the snapshot knows?"""
    return dataset.due_at is not None and dataset.due_at < at


def tell_lifecycle(call: Call, response: Response, address: str) -> None:
    """Add the headers to an answer that gives something of a publication; refusals have words of their own.

    Args: `address` is the exchange's own, without a slash at its end.
    """
    if call.published is None or response.status >= 400:
        return
    headers = write_lifecycle(call.published.service, address)
    if call.dataset is not None and is_late(call.dataset, call.at) and call.dataset.due_at is not None:
        headers["dataset-late"] = f"@{int(call.dataset.due_at.timestamp())}"
    for name, value in headers.items():
        known = response.headers.get(name)
        response.headers[name] = f"{known}, {value}" if known else value


def write_lifecycle(service: Service, address: str) -> dict[str, str]:
    """Return the headers of a deprecated version, none of another one."""
    if service.state != DEPRECATED_STATE:
        return {}
    headers = {}
    if service.deprecated_at is not None:
        headers["deprecation"] = f"@{int(service.deprecated_at.timestamp())}"
    if service.sunset_on is not None:
        end = datetime.combine(service.sunset_on + timedelta(days=1), time(), ZONE)
        headers["sunset"] = format_datetime(end.astimezone(UTC), usegmt=True)
    if service.successor:
        headers["link"] = f'<{address}{service.successor}>; rel="successor-version"'
    return headers
