"""Reads the Prefer and Accept headers."""

from simpul.query.errors import MediaTypeUnknown, PreferenceUnknown
from simpul.query.model import MediaKind

SINGULAR = "application/vnd.pgrst.object+json"
MEDIA: dict[str, MediaKind] = {
    "application/json": "json",
    "application/*": "json",
    "*/*": "json",
    "application/vnd.pgrst.array+json": "json",
    "application/vnd.pgrst.object": "object",
    SINGULAR: "object",
    "text/csv": "csv",
    "text/*": "csv",
}
KNOWN = {
    "count": {"exact", "planned", "estimated"},
    "handling": {"strict", "lenient"},
    "return": {"representation", "minimal", "headers-only"},
}


def parse_media(accept: str | None) -> MediaKind:
    """Return what to answer with: the best of Accept that can be made (JSON where nothing is asked).

    Raises: MediaTypeUnknown.

    >>> parse_media("text/html, text/csv;q=0.5")
    'csv'
    """
    if not accept:
        return "json"
    ranked = sorted(map(_read_weighted, accept.split(",")), key=lambda pair: -pair[1])
    for name, weight in ranked:
        if weight > 0 and name in MEDIA:
            return MEDIA[name]
    raise MediaTypeUnknown()


def _read_weighted(text: str) -> tuple[str, float]:
    name, *options = (part.strip().lower() for part in text.split(";"))
    for option in options:
        if option.startswith("q="):
            try:
                return name, float(option[2:])
            except ValueError:
                return name, 0.0
    return name, 1.0


def parse_prefer(text: str | None) -> dict[str, str]:
    """Return the known preferences by name; unknown ones are left out.

    Raises: PreferenceUnknown for an unknown one under handling=strict.

    >>> parse_prefer("count=exact, wait=5")
    {'count': 'exact'}
    """
    pairs = [part.strip().partition("=") for part in (text or "").split(",") if part.strip()]
    known: dict[str, str] = {}
    strange = False
    for name, _, value in pairs:
        if value in KNOWN.get(name.strip(), set()):
            known.setdefault(name.strip(), value)
        else:
            strange = True
    if strange and known.get("handling") == "strict":
        raise PreferenceUnknown()
    return known
