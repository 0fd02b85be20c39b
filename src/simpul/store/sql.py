"""What other rooms use of psycopg, and named SQL: the driver itself is imported in the store alone."""

import re
from importlib.resources import files

from psycopg import AsyncConnection, Connection, Cursor, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row, namedtuple_row, scalar_row, tuple_row
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal, Placeholder
from psycopg.types.json import Json, Jsonb

__all__ = [
    "SQL",
    "AsyncConnection",
    "Composable",
    "Composed",
    "Connection",
    "Cursor",
    "Identifier",
    "Json",
    "Jsonb",
    "Literal",
    "Placeholder",
    "Queries",
    "conninfo_to_dict",
    "dict_row",
    "errors",
    "load_queries",
    "make_conninfo",
    "namedtuple_row",
    "parse_queries",
    "scalar_row",
    "tuple_row",
]

_HEADING = re.compile(r"^-- (?P<name>[a-z][a-z0-9_]*): (?P<about>.+)$", re.MULTILINE)


class Queries:
    """Named statements of one `.sql` file, as attributes; `about` holds each one's sentence."""

    def __init__(self, statements: dict[str, str], about: dict[str, str]) -> None:
        self._statements = statements
        self.about = about

    def __getattr__(self, name: str) -> bytes:
        """Return the statement of that name; bytes, because psycopg takes them as reviewed SQL."""
        try:
            return self._statements[name].encode()
        except KeyError:
            raise AttributeError(f"no query is named {name}") from None

    def __dir__(self) -> list[str]:
        return [*self._statements, "about"]


def load_queries(package: str, file: str) -> Queries:
    """Return the named statements of a `.sql` file that lies in `package`.

    Raises: ValueError where a name comes twice or text stands before the first name.
    """
    return parse_queries((files(package) / file).read_text("utf-8"))


def parse_queries(text: str) -> Queries:
    """Return the statements of a text in which each begins with `-- name: one sentence`.

    >>> found = parse_queries("-- count_cases: Count all cases.\\nSELECT count(*) FROM cases;")
    >>> found.count_cases, found.about["count_cases"]
    (b'SELECT count(*) FROM cases', 'Count all cases.')
    """
    headings = list(_HEADING.finditer(text))
    if text[: headings[0].start() if headings else None].strip():
        raise ValueError("text before the first `-- name: sentence`")
    statements: dict[str, str] = {}
    about: dict[str, str] = {}
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        name = heading["name"]
        if name in statements:
            raise ValueError(f"two queries are named {name}")
        statements[name] = text[heading.end() : following.start() if following else None].strip().rstrip(";")
        about[name] = heading["about"]
    return Queries(statements, about)
