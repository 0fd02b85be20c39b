"""The page of what a program's call can be refused for, in the order in which the exchange looks."""

from simpul.cli.error_pages import list_errors, show_text

ASKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The address isn't one, or is spelled otherwise (encoded, dotted, doubled, foreign letters)", ("PathUnknown",)),
    ("The call carries no key", ("KeyMissing",)),
    ("The key or token is unknown", ("KeyUnknown", "TokenInvalid")),
    ("The key or token has expired, and when", ("KeyExpired", "TokenRefused")),
    (
        "The key or client was revoked, or its application disabled",
        ("KeyRevoked", "ApplicationDisabled"),
    ),
    ("There is no such service or dataset", ("DatasetUnknown",)),
    ("A sandbox key on the live service, or the reverse", ("StageWrong",)),
    ("The version is retired, and what took its place", ("ServiceRetired",)),
    ("The service is closed, or still being prepared", ("ServiceClosed", "ServicePreparing")),
    ("The service is paused, by which office and since when", ("ServicePaused",)),
    ("The caller's organization or application is paused", ("ConsumerPaused", "ApplicationPaused")),
    ("Nothing was granted, and whom to ask", ("NotGranted",)),
    ("The grant was revoked, hasn't begun or has ended", ("GrantRevoked", "GrantNotYet", "GrantEnded")),
    ("The grant doesn't cover this operation", ("OperationNotGranted",)),
    ("The service is being verified, and this consumer has no trial", ("InVerification",)),
    ("The address that the call comes from isn't listed", ("AddressNotListed",)),
    ("A limit of the plan is reached, and until when", ("TooFast", "DayUsedUp", "RowsUsedUp", "TooManyAtOnce")),
    ("The provider is late, and the contract forbids reading then", ("ProviderLate",)),
    ("A column isn't granted, or isn't there: the same answer", ("ColumnUnknown",)),
    ("The grant itself can't be read: nothing passes", ("GrantUnusable",)),
)
"""The question that the exchange asks, and the errors that answer it, by their classes' names."""

ROOMS = ("access", "query", "exchange")

HEAD = """# Why a call is refused

In the order in which the exchange looks, so that the first obstacle is the one told. Each answer is
`{"code", "message", "details", "hint"}` in both languages, Indonesian first; the connection test of a service's page finds
the same. `{…}` is filled in. All errors by room: [errors](errors.md).

A deprecated version answers as ever and tells its end in the headers `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and
`Link`, rel="successor-version". Data past their agreed schedule carry `Dataset-Late: @<when they were due>`.

| what stands in the way | code | HTTP | told | next step |
|---|---|---|---|---|"""


def describe_refusals(made: str) -> str:
    """Return the page. Raises: KeyError for a class that is no longer there."""
    known = {one.name: one for one in list_errors() if one.room in ROOMS}
    lines = [made, HEAD]
    for question, names in ASKED:
        for number, name in enumerate(names):
            one = known[name]
            told, hint = show_text(one.message), show_text(one.hint)
            lines.append(f"| {question if number == 0 else ''} | `{one.code}` | {one.status} | {told} | {hint} |")
    return "\n".join(lines) + "\n"
