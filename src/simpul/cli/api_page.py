"""The reference page of both APIs, from the tables that exchange, query and management API use themselves."""

from simpul.exchange.route import HEALTH, METHODS, Place
from simpul.portal.manage.openapi import PATHS
from simpul.query.operators import IS_WORDS, OPERATORS, Takes
from simpul.query.preferences import KNOWN, MEDIA

PLACES: dict[Place, tuple[str, str]] = {
    "home": ("/", "What this is, and where the documentation lies."),
    "health": (" · ".join(HEALTH), "Whether it runs, and whether it can serve."),
    "index": ("/{stage}/{context}/v{major}/", "The datasets that the key may use."),
    "openapi": ("/{stage}/{context}/v{major}/openapi.json", "The contract as OpenAPI 3.1."),
    "dataset": ("/{stage}/{context}/v{major}/{dataset}", "Rows."),
    "batches": ("/{stage}/{context}/v{major}/{dataset}/batches", "The provider delivers rows."),
    "batch": ("/{stage}/{context}/v{major}/{dataset}/batches/{batch}", "A batch's report."),
    "refused": (
        "/{stage}/{context}/v{major}/{dataset}/batches/{batch}/refused",
        "Its refused rows: position, column, rule, words.",
    ),
}
TAKES: dict[Takes, str] = {
    "value": "`column=op.value`",
    "list": '`column=op.(a,"b,c")`',
    "word": f"`column=op.` {', '.join(IS_WORDS)}",
    "search": "`column=op(indonesian).words`",
}
HEAD = """# API

## The exchange

`{stage}` is `sandbox` (mock rows, keys `spl_test_…`) or `api` (live rows, keys `spl_live_…`). The key goes into
`Authorization: Bearer …`, `X-API-Key` or `apikey`. Nothing is open without a grant. Every refusal is
`{code, message, details, hint}`: [errors](errors.md).

| address | methods | what |
|---|---|---|"""
READING = """
### Reading rows

`select=a,b`, `order=a.desc.nullslast,b`, `limit=`, `offset=`; each further parameter is a filter, `not.` may stand before
any operator, and filters add up. `Prefer: count=exact` fills the total in `Content-Range`.

| operator | in PostgreSQL | written | with `(any)` or `(all)` |
|---|---|---|---|"""
DELIVERING = """
### Delivering rows

`POST …/batches` with `application/json` (an array), `application/x-ndjson` or `text/csv`. `Idempotency-Key` makes a
repeated call safe for 30 days: the same body gets the first answer, another body 422, and 409 while the first runs.
Good rows are merged by the dataset's key in one transaction; the report has the counts and each refused row.
"""
MANAGING = """
## The management API

Under `/manage/v1`, with a personal token (`Authorization: Bearer spl_pat_…`, made under *Akun*). It acts by the same
actions and rights as the pages; `/manage/v1/openapi.json` has the bodies.

| method | address | what |
|---|---|---|"""


def describe_api(made: str) -> str:
    """Return the page. Args: `made` is the line that says how pages are made."""
    return "\n".join([made, HEAD, *_list_places(), READING, *_list_operators(), *_list_headers(), DELIVERING]) + (
        "\n".join([MANAGING, *_list_operations()]) + "\n"
    )


def _list_places() -> list[str]:
    return [f"| `{PLACES[place][0]}` | {METHODS[place]} | {PLACES[place][1]} |" for place in METHODS]


def _list_operators() -> list[str]:
    return [
        f"| `{name}` | `{one.sql.replace('|', chr(92) + '|')}` | {TAKES[one.takes]} | {'yes' if one.quantified else ''} |"
        for name, one in OPERATORS.items()
    ]


def _list_headers() -> list[str]:
    """Return what may be preferred and what may be answered with."""
    preferences = ", ".join(f"`{name}`" for name in KNOWN)
    media = ", ".join(f"`{name}`" for name in MEDIA)
    return ["", f"`Prefer` knows {preferences}; those of writing mean nothing to a reading call. `Accept`: {media}."]


def _list_operations() -> list[str]:
    return [
        f"| {method.upper()} | `{path}` | {operation['summary']} |"
        for path, operations in PATHS.items()
        for method, operation in operations.items()
    ]
