"""The hub's code lists, as a delivery to a dataset needs them."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from simpul.contract.constraints import References
from simpul.delivery.target import Target
from simpul.kernel.clock import now
from simpul.store.code_lists import load_code_lists
from simpul.store.sql import Connection


def load_references(connection: Connection[Any], target: Target, also: Iterable[str] = ()) -> References:
    """Load the lists that a dataset's columns name, and `also`, as of today in the contract's zone.

    A list that isn't in the hub isn't in the result. Cost: nothing where none is named, else one query, and one a
    version for a list that changed.
    """
    names = {column.code_list for column in target.model.columns if isinstance(column.code_list, str)}
    return load_code_lists(connection, {*names, *also}, now().astimezone(ZoneInfo(target.zone)).date())
