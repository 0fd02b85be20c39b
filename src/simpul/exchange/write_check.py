"""What must hold of a write before it begins: the grant, its columns, on_conflict, and the key of a PUT."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from simpul.access.decide import find_refusal
from simpul.access.model import AccessRequest
from simpul.contract.faults import Fault
from simpul.contract.readers import make_reader
from simpul.delivery.envelope import MATCH_ROW
from simpul.delivery.sheet import find_mode
from simpul.delivery.target import Target
from simpul.exchange.call import Call
from simpul.query.model import Condition, Filter
from simpul.query.plan import Masks, Table
from simpul.query.write import Write
from simpul.query.write_errors import ConflictUnknown, PutFilterInvalid, PutKeyDiffers


def check_may_read(call: Call) -> None:
    """Check that the grant of this write also lets rows be read: a filter and a representation tell of them.

    Raises: OperationNotGranted.
    """
    access = call.get_access()
    for grant in access.dataset.grants:
        if grant.grant_id == access.permission.grant_id and "read" not in grant.operations:
            refusal = find_refusal(
                grant, AccessRequest(access.dataset.name, "read", call.client), access.published.service, call.at
            )
            if refusal is not None:
                raise refusal


def list_writable(granted: Sequence[str], table: Table, masks: Masks) -> frozenset[str]:
    """Return the columns that a write may fill: those granted, and not masked."""
    return frozenset(name for name in granted if name in table.columns and name not in masks)


def check_conflict(write: Write, target: Target) -> tuple[str, ...]:
    """Return the columns that a known row is found by; empty where none can be.

    Raises: ConflictUnknown where on_conflict is neither the key nor a unique group.
    """
    if write.verb in ("update", "delete"):
        return MATCH_ROW
    if write.verb == "put" and not target.key:
        raise PutFilterInvalid()
    if not write.on_conflict or not write.resolution:
        return target.key
    for group in (target.key, *target.unique):
        if group and set(group) == set(write.on_conflict):
            return group
    raise ConflictUnknown()


def check_put(write: Write, target: Target, row: Mapping[str, object] | None, kind: str) -> None:
    """Check that a PUT names one row by its whole key, and that its body is that row.

    Args: `kind` is the format in which the row came.
    Raises: PutFilterInvalid, PutKeyDiffers.
    """
    wanted = _read_filter(write.conditions, target.key)
    if row is None:
        raise PutKeyDiffers()
    zone, mode = ZoneInfo(target.zone), find_mode(kind)
    for column in target.model.columns:
        if column.name not in wanted:
            continue
        try:
            asked = make_reader(column, "text", zone)(wanted[column.name])
            sent = make_reader(column, mode, zone)(row.get(column.name))
        except Fault:
            raise PutKeyDiffers() from None
        if asked != sent:
            raise PutKeyDiffers()


def _read_filter(conditions: Sequence[Condition], key: Sequence[str]) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for condition in conditions:
        if not isinstance(condition, Filter) or not _is_plain(condition) or condition.field.column in wanted:
            raise PutFilterInvalid()
        wanted[condition.field.column] = str(condition.value)
    if set(wanted) != set(key):
        raise PutFilterInvalid()
    return wanted


def _is_plain(one: Filter) -> bool:
    return one.operator == "eq" and not one.negated and one.quantifier is None and not one.field.path
