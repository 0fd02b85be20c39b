"""Plans of the same shape are made once: only the values of a query's filters differ between most calls.

A query's shape is the query with a hole in the place of each value. The statement of a shape is kept with its holes among
the parameters, and each call fills them with its own values; so no value can ever get into a kept statement's text.
"""

from collections.abc import Sequence

from simpul.query.conditions import write_parameter
from simpul.query.keyset import Values
from simpul.query.model import Condition, Filter, Hole, Query, copy_with
from simpul.query.operators import OPERATORS
from simpul.query.plan import NO_MASKS, Lines, Masks, Plan, Table, plan, plan_lines

KEPT_SHAPES = 200
"""Shapes kept for one grant; beyond that all are forgotten."""


class Planner:
    """Plans what one grant shows of one table: its columns, the rows that pass its filter, its masks."""

    def __init__(
        self, table: Table, granted: Sequence[str], row_filter: Sequence[Condition] = (), masks: Masks = NO_MASKS
    ) -> None:
        self.table, self.granted, self.row_filter, self.masks = table, tuple(granted), tuple(row_filter), masks
        self._kept: dict[tuple[object, ...], Plan] = {}

    def plan(self, query: Query, *, after: Values, most: int, is_followed: bool) -> Plan:
        """Plan as `plan.plan`. Raises: as there."""
        shape, values = take_values(query)
        # That a value is null decides what the statement says.
        place = tuple(None if value is None else _dig(value, values) for value in after)
        key = (shape, place, most, is_followed)
        found = self._kept.get(key)
        if found is None:
            shown = (self.table, self.granted, self.row_filter, self.masks)
            found = plan(shape, *shown, after=place, most=most, is_followed=is_followed)
            if len(self._kept) >= KEPT_SHAPES:
                self._kept.clear()
            self._kept[key] = found
        return found.fill(values)

    def plan_lines(self, query: Query, *, after: Values, most: int | None) -> Lines:
        """Plan as `plan.plan_lines`, each time anew: a long answer costs more than its plan. Raises: as there."""
        return plan_lines(query, self.table, self.granted, self.row_filter, self.masks, after=after, most=most)


def take_values(query: Query) -> tuple[Query, list[object]]:
    """Return the query's shape, and its values as they go to PostgreSQL in the order of the shape's holes.

    Raises: PatternUnfinished.

    >>> from simpul.query.parse import parse
    >>> shape, values = take_values(parse([("kode", "like.63*")], {}))
    >>> shape.conditions[0].value, values
    (Hole(number=0), ['63%'])
    """
    values: list[object] = []
    conditions = tuple(_take_values(condition, values) for condition in query.conditions)
    return copy_with(query, conditions=conditions, after=""), values


def _take_values(condition: Condition, values: list[object]) -> Condition:
    if not isinstance(condition, Filter):
        return copy_with(condition, items=tuple(_take_values(item, values) for item in condition.items))
    if OPERATORS[condition.operator].takes == "word":  # a part of the statement's text, from a closed list
        return condition
    return copy_with(condition, value=_dig(write_parameter(condition), values))


def _dig(value: object, values: list[object]) -> Hole:
    values.append(value)
    return Hole(len(values) - 1)
