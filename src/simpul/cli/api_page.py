"""The reference page of both APIs, from the tables that exchange, query and management API use themselves."""

from collections.abc import Iterable
from functools import reduce

from simpul.delivery.limits import FEED_DAYS
from simpul.exchange.changes import DEFAULT_CHANGES, MAX_CHANGES
from simpul.exchange.deliver import MAX_DELETED_PERCENT
from simpul.exchange.limits import PAGE_ROWS
from simpul.exchange.route import HEALTH, METHODS, Place
from simpul.exchange.tokens import LONGEST
from simpul.exchange.write_refusals import ROW_WORDS, choose_status
from simpul.portal.manage.openapi import PATHS
from simpul.query.fields import CASTS
from simpul.query.operators import IS_WORDS, OPERATORS, Takes
from simpul.query.preferences import KNOWN, MEDIA
from simpul.query.totals import COUNTED_ROWS
from simpul.query.write import APPLIED

PLACES: dict[Place, tuple[str, str]] = {
    "home": ("/", "What this is, and where the documentation lies."),
    "health": (" · ".join(HEALTH), "Whether it runs, and whether it can serve."),
    "metrics": ("/metrics", "For Prometheus: a program of this machine, or the holder of `METRICS_TOKEN`."),
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
LIMITS = """
### Keys, tokens and limits

In place of a key a program may send an OAuth 2.0 token (client credentials, `POST /oauth/token` at the portal,
`scope=sandbox` or `live`, MINUTES minutes; metadata at `/.well-known/oauth-authorization-server`). Of several headers the
first that is shaped as a key counts, else as a token.

| code | HTTP | what is wrong with a token |
|---|---|---|
| `PGRST300` | 401 | the hub has issued no token yet |
| `PGRST301` | 401 | it can't be read; its key is unknown; its signature doesn't fit |
| `PGRST303` | 401 | it expired, is for another audience or of another issuer, names no stage; its client is unknown, revoked or expired |

Every call on data is counted under the plan of its application and dataset, over all processes of a machine. Each answer
tells it (draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` has each quota `q` in `w` seconds, `RateLimit` what is
left, `r`, and in how many seconds it is full again, `t`: `burst` (calls at once, then at the plan's rate), `day` (calls)
and `rows` (rows read and delivered since midnight in WITA, counted after each answer). `concurrent` is calls at the same
time. Beyond one of them the call is 429 with `Retry-After` (SPLX31 to SPLX34); a body beyond the plan is 413; an answer
beyond the plan's rows is cut and is a 206.
"""
READING = """
### Reading rows

PostgREST's grammar for one table; a PostgREST client pointed at `/{stage}/{context}/v{major}` works unchanged.

- `select=`: columns, comma-separated: `alias:column->path::cast`, `*`, aggregates (`amount.sum()`, `avg`, `min`, `max`,
  `count`, and the bare `count()`), which group by the other columns. Casts: CASTS.
- `order=column[->path][.asc|.desc][.nullsfirst|.nullslast]`, comma-separated.
- Every other parameter is a filter, `column[->path]=[not.]operator[(any|all)].value`; filters add up.
- `and=(a.eq.1,or(b.gt.2,c.is.null))`, `or=`, `not.and=`, `not.or=`: nested conditions. A value with a comma, bracket or
  quote stands in double quotes.

| operator | in PostgreSQL | written | with `(any)` or `(all)` |
|---|---|---|---|"""
PAGING = """
#### Which rows, and how many there are

`limit=` and `offset=`, or `Range-Unit: items` with `Range: 0-19`; parameters win over the header. `Content-Range` says
which came, as `0-14/120` or `0-14/*`. A page of up to PAGE rows that is full names the next one in `Link`, rel="next"
(`after=`): it goes on behind the last row, so that rows that come and go meanwhile are neither left out nor given twice.
Follow it to read everything.

A longer answer leaves piece by piece, all of one view of the data (`Dataset-Version`); its `Content-Range` is `*/*` unless
the rows are counted. One that breaks off has no end: an HTTP client tells it as an error, while the lines of NDJSON or CSV
alone don't show it. It needs HTTP/1.1 or later (426, SPLX52); few run at once (503, SPLX51), and a caller that takes
nothing for half a minute is cut off.

`Prefer: count=exact` counts all rows, `count=planned` asks PostgreSQL's planner, `count=estimated` counts
COUNTED rows and then asks. Under a row filter, and for groups, every total is counted. 206 says that fewer rows came than there are;
an offset past an exact total is 416 (PGRST103).

#### In which form

`Accept`: MEDIA. `application/vnd.pgrst.object+json` gives one object where there is exactly one row, else 406
(PGRST116); `;nulls=stripped` leaves nulls out. An answer's `ETag` sent back in `If-None-Match` gives 304 while it is right.

`Prefer`, comma-separated, told back in `Preference-Applied`: PREFERENCES. Those of writing mean nothing to a reading call;
unknown ones are refused under `handling=strict` alone (PGRST122). Functions (`/rpc/`), embedding of other tables and query
plans aren't offered (PGRST202, PGRST127).
"""
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
            LIMITS.replace("MINUTES", str(int(LONGEST.total_seconds() // 60))),
            READING.replace("CASTS", _list_names(sorted(CASTS))),
            *_list_operators(),
            _describe_paging(),
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


def _describe_paging() -> str:
    text = PAGING.replace("PAGE", str(PAGE_ROWS)).replace("COUNTED", str(COUNTED_ROWS))
    return text.replace("MEDIA", _list_names(MEDIA)).replace("PREFERENCES", _list_names(KNOWN))


def _list_names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


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
