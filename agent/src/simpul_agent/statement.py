"""Writes the one statement a run reads by. Names are quoted; values are always parameters."""

from typing import Any, Callable, NamedTuple, Optional

from simpul_agent.config import Config


class Statement(NamedTuple):
    """SQL with a place for each of `values`."""

    text: str
    values: list[Any]


class Dialect(NamedTuple):
    """`quote` goes around names; `place` names the parameter of a number from 1; `percent` stands for a percent sign."""

    quote: str
    place: Callable[[int], str]
    percent: str


def quote_name(name: str, dialect: Dialect) -> str:
    """Return a quoted identifier; a dot parts schema and table.

    >>> quote_name("app.warga", Dialect('"', "${}".format, "%"))
    '"app"."warga"'
    """
    sign = dialect.quote
    parts = (sign + part.replace(sign, sign * 2) + sign for part in name.split("."))
    return ".".join(parts).replace("%", dialect.percent)


def _write_from(config: Config, dialect: Dialect) -> str:
    if config.source.table:
        return quote_name(config.source.table, dialect)
    query = (config.source.query or "").strip().rstrip(";").replace("%", dialect.percent)
    return f"(\n{query}\n) AS {quote_name('sumber', dialect)}"


def write_select(
    config: Config, dialect: Dialect, start: Optional[tuple[Any, Optional[list[Any]]]], nulls: bool = False
) -> Statement:
    """Return the statement that reads rows in the order of the cursor, from `start` on; or those without a cursor."""
    text = f"SELECT * FROM {_write_from(config, dialect)}"
    if config.cursor is None:
        return Statement(text, [])
    cursor = quote_name(config.cursor, dialect)
    keys = [quote_name(one, dialect) for one in config.keys]
    if nulls:
        return Statement(f"{text} WHERE {cursor} IS NULL", [])
    order = f" ORDER BY {', '.join([cursor, *keys])}"
    if start is None:
        return Statement(f"{text} WHERE {cursor} IS NOT NULL{order}", [])
    at, after = start
    if after is None:
        return Statement(f"{text} WHERE {cursor} >= {dialect.place(1)}{order}", [at])
    later = _write_later([cursor, *keys], [at, *after], dialect)
    return Statement(f"{text} WHERE {later.text}{order}", later.values)


def _write_later(names: list[str], last: list[Any], dialect: Dialect) -> Statement:
    """Return the condition that a row comes after the last one: a > 1 OR (a = 1 AND b > 2) …"""
    values: list[Any] = []

    def place(value: Any) -> str:
        values.append(value)
        return dialect.place(len(values))

    cases = []
    for number, name in enumerate(names):
        equal = [f"{names[before]} = {place(last[before])}" for before in range(number)]
        cases.append("(" + " AND ".join([*equal, f"{name} > {place(last[number])}"]) + ")")
    return Statement(" OR ".join(cases), values)


def write_count_without_cursor(config: Config, dialect: Dialect) -> Statement:
    """Return the statement that counts rows without a cursor."""
    cursor = quote_name(config.cursor or "", dialect)
    return Statement(f"SELECT count(*) FROM {_write_from(config, dialect)} WHERE {cursor} IS NULL", [])
