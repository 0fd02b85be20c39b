"""Pieces of SQL text that carry their parameters along, so that order and number always agree."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simpul.query.model import Hole


class Fragment(NamedTuple):
    """SQL text with `%s` places and the values that go there, in their order."""

    text: str
    values: tuple[object, ...] = ()

    def fill(self, values: Sequence[object]) -> "Fragment":
        """Return the same piece with `values` in the place of its holes."""
        return Fragment(self.text, fill_holes(self.values, values))

    def wrap(self, before: str, after: str = "") -> "Fragment":
        """Return the same piece with constant text around it."""
        return Fragment(f"{before}{self.text}{after}", self.values)


NOTHING = Fragment("")


def fill_holes(parameters: Sequence[object], values: Sequence[object]) -> tuple[object, ...]:
    """Return the parameters with each hole filled. Raises: IndexError for a hole without a value."""
    return tuple(values[one.number] if isinstance(one, Hole) else one for one in parameters)


def combine(*pieces: Fragment | str) -> Fragment:
    """Return the pieces one after another; plain strings are the hub's own constant text."""
    parts = [Fragment(piece) if isinstance(piece, str) else piece for piece in pieces]
    return Fragment("".join(part.text for part in parts), tuple(value for part in parts for value in part.values))


def join(separator: str, pieces: Iterable[Fragment]) -> Fragment:
    """Return the pieces with constant text between them."""
    parts = list(pieces)
    return Fragment(
        separator.join(part.text for part in parts), tuple(value for part in parts for value in part.values)
    )


def quote_name(name: str) -> str:
    """Return a name of the compiled contract as a quoted identifier, safe beside `%s` places.

    Raises: ValueError for a name that PostgreSQL would cut or refuse; the contract makes none.

    >>> quote_name('a"b%')
    '"a""b%%"'
    """
    if not name or "\0" in name or len(name.encode()) > 63:
        raise ValueError("not a name PostgreSQL can hold")
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def write_array(values: Sequence[str]) -> str:
    r"""Return a PostgreSQL array literal of texts, to be given as one parameter.

    >>> write_array(["a", 'b"c', "d,e"])
    '{"a","b\\"c","d,e"}'
    """
    return "{" + ",".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values) + "}"
