"""Does an answer depend on the rows alone? Then it stays right until the rows change."""

import re
from collections.abc import Sequence

from simpul.query.conditions import list_filters
from simpul.query.model import Condition, Query

_CLOCK_WORDS = re.compile(r"now|today|tomorrow|yesterday", re.IGNORECASE)
"""Texts that PostgreSQL reads as an instant by the clock where a time is expected."""
_TIMES = frozenset(("date", "time", "timetz", "timestamp", "timestamptz"))


def is_steady(query: Query, row_filter: Sequence[Condition] = ()) -> bool:
    """Return whether neither the clock nor the planner's belief can change the answer; in doubt it isn't.

    >>> from simpul.query.parse import parse
    >>> is_steady(parse([("diubah", "gte.2026-01-01")], {})), is_steady(parse([("diubah", "gte.today")], {}))
    (True, False)
    """
    if query.count in {"planned", "estimated"}:
        return False
    # A stored text may be such a word as well.
    if any({item.cast, item.result_cast} & _TIMES for item in query.select):
        return False
    filters = (item for root in (*query.conditions, *row_filter) for item in list_filters(root))
    return not any(_CLOCK_WORDS.search(text) for item in filters for text in item.list_texts())
