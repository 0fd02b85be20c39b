"""The operators of a filter: one closed table from the grammar's name to PostgreSQL's, and what each may take."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Takes = Literal["value", "list", "word", "search"]


class Operator(NamedTuple):
    """`sql` is PostgreSQL's operator, or the function that reads the words of a search.

    `takes`: one text, a list in brackets, one of the words of `is`, or words to search for in a language.
    `quantified`: may `(any)` or `(all)` stand behind it, with a list in braces?
    `silent`: can it never fail on a row's value, once its parameter is read? Such a filter may run beside a grant's.
    """

    sql: str
    takes: Takes = "value"
    quantified: bool = False
    silent: bool = False


OPERATORS: Mapping[str, Operator] = {
    "eq": Operator("=", quantified=True, silent=True),
    "neq": Operator("<>", silent=True),
    "gt": Operator(">", quantified=True, silent=True),
    "gte": Operator(">=", quantified=True, silent=True),
    "lt": Operator("<", quantified=True, silent=True),
    "lte": Operator("<=", quantified=True, silent=True),
    # Patterns that end inside an escape are refused before they run; nothing else fails on a row.
    "like": Operator("LIKE", quantified=True, silent=True),
    "ilike": Operator("ILIKE", quantified=True, silent=True),
    "in": Operator("=", "list", silent=True),
    "is": Operator("IS", "word", silent=True),
    "isdistinct": Operator("IS DISTINCT FROM", silent=True),
    "match": Operator("~", quantified=True),
    "imatch": Operator("~*", quantified=True),
    "cs": Operator("@>"),
    "cd": Operator("<@"),
    "ov": Operator("&&"),
    "sl": Operator("<<"),
    "sr": Operator(">>"),
    "nxr": Operator("&<"),
    "nxl": Operator("&>"),
    "adj": Operator("-|-"),
    "fts": Operator("to_tsquery", "search"),
    "plfts": Operator("plainto_tsquery", "search"),
    "phfts": Operator("phraseto_tsquery", "search"),
    "wfts": Operator("websearch_to_tsquery", "search"),
}
IS_WORDS: Mapping[str, str] = {
    "null": "NULL",
    "not_null": "NOT NULL",
    "true": "TRUE",
    "false": "FALSE",
    "unknown": "UNKNOWN",
}
LANGUAGES = frozenset(
    [
        "arabic",
        "armenian",
        "basque",
        "catalan",
        "danish",
        "dutch",
        "english",
        "finnish",
        "french",
        "german",
        "greek",
        "hindi",
        "hungarian",
        "indonesian",
        "irish",
        "italian",
        "lithuanian",
        "nepali",
        "norwegian",
        "portuguese",
        "romanian",
        "russian",
        "serbian",
        "simple",
        "spanish",
        "swedish",
        "tamil",
        "turkish",
        "yiddish",
    ]
)
"""The text search configurations that every PostgreSQL from 15 on brings along."""
DEFAULT_LANGUAGE = "indonesian"
"""Fixed here: the server's own default depends on the machine's locale when the cluster was made."""
