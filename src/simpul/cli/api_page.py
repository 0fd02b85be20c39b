"""The reference page of both APIs, from the tables that exchange, query and management API use themselves."""

from functools import reduce

from simpul.delivery.limits import FEED_DAYS
from simpul.exchange.changes import DEFAULT_CHANGES, MAX_CHANGES
from simpul.exchange.deliver import MAX_DELETED_PERCENT
from simpul.exchange.route import HEALTH, METHODS, Place
from simpul.exchange.write_refusals import ROW_WORDS, choose_status
from simpul.portal.manage.openapi import PATHS
from simpul.query.operators import IS_WORDS, OPERATORS, Takes
from simpul.query.preferences import KNOWN, MEDIA
from simpul.query.write import APPLIED

PLACES: dict[Place, tuple[str, str]] = {
    "home": ("/", "What this is, and where the documentation lies."),
    "health": (" · ".join(HEALTH), "Whether it runs, and whether it can serve."),
    "index": ("/{stage}/{context}/v{major}/", "The datasets that the key may use."),
    "openapi": ("/{stage}/{context}/v{major}/openapi.json", "The contract as OpenAPI 3.1."),
    "dataset": ("/{stage}/{context}/v{major}/{dataset}", "Rows."),
    "changes": (
        "/{stage}/{context}/v{major}/{dataset}/changes",
        "What was added, changed and deleted since a version.",
    ),
    "batches": ("/{stage}/{context}/v{major}/{dataset}/batches", "The provider delivers rows."),
    "batch": ("/{stage}/{context}/v{major}/{dataset}/batches/{batch}", "A batch's report."),
    "refused": (
        "/{stage}/{context}/v{major}/{dataset}/batches/{batch}/refused",
        "Its refused rows: position, column, rule, words.",
    ),
    "receipt": ("/receipts/{evidence_id}", "The proof of one call, once its batch is sealed."),
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
Good rows are merged by the dataset's key in one transaction; the report has the counts and each refused row. `mode=`
says what is done with rows that are known, new or absent:

| mode | known keys | new keys | rows that the batch doesn't hold |
|---|---|---|---|
| `merge` (default) | updated where they differ, in the sent columns | inserted | stay |
| `append` | refused (`exists`) | inserted | stay |
| `ignore` | stay as they are | inserted | stay |
| `replace` | updated where they differ | inserted | deleted, but for the old rows of refused ones |
| `update` | updated, in the sent columns; others needn't be there | refused (`gone`) | stay |
| `delete` | deleted; only the key's columns are looked at | nothing | stay |

A `replace` that would delete more than PERCENT % of the rows is refused (SPL625) unless `confirm=delete` says that it is
meant. Where a refused row's key can't be read, nothing is deleted, and the report says so. A dataset without a key takes
`merge` and `append` as new rows, `replace` pairs equal rows, and `update` and `delete` are refused (SPL627).
"""
FOLLOWING = """
### Following changes

`GET …/changes?since=` gives what was inserted, updated and deleted, in the order in which it was committed, as the grant
shows it: only its columns, masks and rows. A row that enters the grant's rows is an insertion, one that leaves them a
deletion; a change that can't be seen leaves no trace.

1. Read the whole dataset. That answer's `Changes-Since` is the first `since`; the number in `Dataset-Version` works too,
   but isn't bound to the grant. Where the rows are read page by page, it is the first page's, and rows that came meanwhile
   come again as changes.
2. Ask for the changes `since` that place, and take each answer's `next` (or follow its `Link`) as long as `more` is true;
   afterwards ask again from time to time. Keep `next` together with the rows: a program that dies goes on there.

`limit=` is DEFAULT by default and MOST at most. JSON is `{"changes": […], "next": "…", "more": false}`; under
`Accept: application/x-ndjson` each change is a line, and the last line has `next` and `more`: an answer without it is not
whole. A page may be empty and `more` still true, where many changes were outside the grant's rows.

| in a change | what |
|---|---|
| `op` | `insert`, `update` or `delete` |
| `key` | the key's columns; null where the dataset has none, or the grant doesn't show all of it as it is |
| `row` | the granted columns after this change; null for a deletion |
| `was` | only where `key` is null: the row as it was before an update or a deletion. Change or remove one equal row |
| `version` | the dataset's version that made it |

Changes are kept for DAYS days. 410 means: read the whole dataset anew, since the place is older (SPLX40), the table was
made anew or a backup restored (SPLX40), or the grant shows something else than before (SPLX41).
"""
WRITING = """
### Writing rows

For programs that speak PostgREST: POST, PUT, PATCH and DELETE on the dataset itself, under a grant that lets the key
deliver. All or nothing: one wrong row refuses the whole call, and says which row and column, and why. What is done is a
batch like any other: one version, one entry in the feed, one proof. To keep the good rows of a file, use `…/batches`.

| method | rows | answer |
|---|---|---|
| `POST` | an object, an array of objects with the same keys, NDJSON or CSV are added | 201; 200 where `resolution=merge-duplicates` only updated |
| `PUT` | `?key=eq.value` of the whole key: that one row is added or changed | 204; with the row 201 or 200 |
| `PATCH` | those that the filter chooses get the object's values; a row keeps its key | 204; with the rows 200 |
| `DELETE` | those that the filter chooses | 204; with the rows 200 |

- `columns=a,b` takes only these keys of the body; the objects' keys may then differ, and what lacks is empty.
- `on_conflict=` names the key, or a unique column, for `Prefer: resolution=merge-duplicates|ignore-duplicates`. A dataset
  without a key takes every row as a new one.
- `select=` and `order=` shape the answer under `return=representation`; `return=headers-only` gives `Location` for one row.
- A PATCH or DELETE without a filter is refused (21000), and so are `limit` and `offset` there (PGRST127).
- `Prefer` of writes, told back in `Preference-Applied`: APPLIED. `tx=rollback` tries and shows what would be;
  `max-affected=` counts under `handling=strict` alone.
- Columns and rows outside the grant can't be written, filtered by or seen (PGRST204, 42501). A filter and a representation
  need the right to read as well. A masked column can't be written.
- `Idempotency-Key` works as for batches; the whole request must be the same. Rows of `return=representation` are kept
  nowhere: a repeat gets the first status and headers as under `return=minimal`.

| code | HTTP | what is wrong with a row |
|---|---|---|
REFUSALS
"""
MANAGING = """
## The management API

Under `/manage/v1`, with a personal token (`Authorization: Bearer spl_pat_…`, made under *Akun*). It acts by the same
actions and rights as the pages; `/manage/v1/openapi.json` has the bodies.

| method | address | what |
|---|---|---|"""


def describe_api(made: str) -> str:
    """Return the page. Args: `made` is the line that says how pages are made."""
    return "\n".join(
        [
            made,
            HEAD,
            *_list_places(),
            READING,
            *_list_operators(),
            *_list_headers(),
            _describe_delivering(),
            _describe_writing(),
            _describe_following(),
        ]
    ) + ("\n".join([MANAGING, *_list_operations()]) + "\n")


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


def _describe_delivering() -> str:
    return DELIVERING.replace("PERCENT", str(MAX_DELETED_PERCENT))


def _describe_following() -> str:
    numbers = {"DEFAULT": DEFAULT_CHANGES, "MOST": MAX_CHANGES, "DAYS": FEED_DAYS}
    return reduce(lambda text, name: text.replace(name, f"{numbers[name]:,}"), numbers, FOLLOWING)


def _describe_writing() -> str:
    """Return the part on writes, with the preferences and refusals that the code itself uses."""
    rows = (f"| `{code}` | {choose_status(code)} | {words.en} |" for code, words in ROW_WORDS.items())
    applied = ", ".join(f"`{name}`" for name in APPLIED)
    return WRITING.replace("APPLIED", applied).replace("REFUSALS", "\n".join(rows))


def _list_operations() -> list[str]:
    return [
        f"| {method.upper()} | `{path}` | {operation['summary']} |"
        for path, operations in PATHS.items()
        for method, operation in operations.items()
    ]
