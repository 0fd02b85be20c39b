"""How many rows there are in all: counted, or as PostgreSQL's planner believes.

The planner knows values and numbers of the whole table. Its belief is therefore told only where every row may be seen:
under a grant's row filter, and for groups, every total is counted.
"""

import json
from typing import Any

from simpul.query.fragment import NOTHING, Fragment, combine
from simpul.query.model import CountKind

COUNTED_ROWS = 10_000
"""An estimated total is exact up to here."""


def write_total(count: CountKind | None, rows: Fragment) -> Fragment:
    """Return SQL for the total of `rows` (a SELECT): null where it isn't asked for or only the planner is asked."""
    if count == "exact":
        return combine("(SELECT count(*) FROM (", rows, ") AS _all)")
    if count == "estimated":
        return combine("(SELECT count(*) FROM (", rows, f" LIMIT {COUNTED_ROWS + 1}) AS _all)")
    return Fragment("NULL::bigint")


def write_estimate(count: CountKind | None, rows: Fragment) -> Fragment:
    """Return the statement that asks the planner, or nothing where it isn't to be asked."""
    return combine("EXPLAIN (FORMAT JSON) ", rows) if count in {"planned", "estimated"} else NOTHING


def needs_estimate(count: CountKind | None, total: int | None) -> bool:
    """Must the planner be asked, after so many were counted?"""
    return count == "planned" or (count == "estimated" and total is not None and total > COUNTED_ROWS)


def read_estimate(explained: Any, at_least: int) -> int:
    """Return the planner's number of rows, never fewer than are known to be there.

    >>> read_estimate('[{"Plan": {"Plan Rows": 120}}]', 15)
    120
    """
    plans = json.loads(explained) if isinstance(explained, str) else explained
    return max(int(plans[0]["Plan"]["Plan Rows"]), at_least)
