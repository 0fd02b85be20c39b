"""What a query is once read: plain frozen values, nothing of SQL yet."""

from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Quantifier = Literal["any", "all"]
Aggregate = Literal["sum", "avg", "min", "max", "count"]
CountKind = Literal["exact", "planned", "estimated"]
MediaKind = Literal["json", "ndjson", "csv", "object"]

T = TypeVar("T")


def copy_with(value: T, /, **changes: Any) -> T:
    """Return the same frozen value with other fields, as `dataclasses.replace` does.

    Each call copies some values, and `replace` reads all fields' definitions and runs the constructor each time, which
    takes ten times as long.

    >>> copy_with(Field("kode"), column="nama")
    Field(column='nama', path=())
    """
    copied = object.__new__(type(value))
    copied.__dict__.update(value.__dict__, **changes)
    return copied


@dataclass(frozen=True)
class Hole:
    """The place of a query's value in a shape that many queries share, by its number from 0 (`planner`)."""

    number: int


@dataclass(frozen=True)
class PathStep:
    """One step into a JSON column: `->key`, `->0`, or as text with `->>`."""

    key: str | int
    as_text: bool


@dataclass(frozen=True)
class Field:
    """A column, or a place inside a JSON column."""

    column: str
    path: tuple[PathStep, ...] = ()


@dataclass(frozen=True)
class Filter:
    """`field operator value`. The value is one text, or a list of texts for `in` and the quantified operators.

    `language` is of a text search: a name of `operators.LANGUAGES`, or None for the hub's own.
    """

    field: Field
    operator: str
    value: str | tuple[str, ...] | Hole
    negated: bool = False
    quantifier: Quantifier | None = None
    language: str | None = None

    def list_texts(self) -> tuple[str, ...]:
        """Return the value's texts, none of a hole."""
        if isinstance(self.value, Hole):
            return ()
        return (self.value,) if isinstance(self.value, str) else self.value


@dataclass(frozen=True)
class Logic:
    """Conditions joined by `and` or `or`, possibly negated as a whole."""

    operator: Literal["and", "or"]
    items: tuple["Condition", ...]
    negated: bool = False


Condition = Filter | Logic


@dataclass(frozen=True)
class SelectItem:
    """One output column: `field::cast.aggregate()::result_cast`.

    `field` is None for `*`, and for the bare `count()` of rows. Without an aggregate there is only one cast.
    """

    field: Field | None
    alias: str | None = None
    cast: str | None = None
    aggregate: Aggregate | None = None
    result_cast: str | None = None


@dataclass(frozen=True)
class OrderTerm:
    """One sort key; nulls as PostgreSQL has them (last ascending, first descending) unless said."""

    field: Field
    descending: bool = False
    nulls_first: bool | None = None


@dataclass(frozen=True)
class Window:
    """Which rows: `offset` rows are skipped, `limit` at most are given (None: as many as the hub allows)."""

    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True)
class Query:
    """One read request, in the caller's own words.

    `zone` is a time zone's name, empty for the contract's own; `handling` is "strict", "lenient" or empty; `after` is a
    page's end as the hub wrote it, empty for the beginning.
    """

    select: tuple[SelectItem, ...] = (SelectItem(None),)
    conditions: tuple[Condition, ...] = ()
    order: tuple[OrderTerm, ...] = ()
    window: Window = Window()
    count: CountKind | None = None
    media: MediaKind = "json"
    strip_nulls: bool = False
    zone: str = ""
    handling: str = ""
    after: str = ""
