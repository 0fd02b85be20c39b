"""From a source's row to its opened reader: settings parsed, secret unsealed, guard told of the listed exceptions."""

from collections.abc import Callable, Mapping

from simpul.outbound.guard import Guard
from simpul.portal.sources.errors import SourceInvalid
from simpul.portal.sources.models import Allowance, Source
from simpul.portal.sources.secrets import open_secret
from simpul.sources.opening import open_reader, parse_settings
from simpul.sources.shape import Reader

Opener = Callable[[Source], Reader]


def open_source(source: Source) -> Reader:
    """Return the source's reader, unopened places and all. Raises: SourceInvalid, SecretUnreadable, SourceFailed."""
    secret = open_secret(source.pk, source.settings, source.secret_sealed)
    return open_reading(source.kind, source.settings, secret)


def open_reading(kind: str, given: Mapping[str, str], secret: str) -> Reader:
    """Return the reader of typed settings. Raises: SourceInvalid with findings by field; SourceFailed."""
    settings, findings = parse_settings(kind, given)
    if findings:
        raise SourceInvalid(findings=findings)
    return open_reader(kind, settings, secret, make_guard())


def make_guard() -> Guard:
    """Return the guard on the way out with the exceptions that the Pengelola Sistem listed."""
    return Guard(list_allowed(Allowance.Kind.ADDRESS))


def list_allowed(kind: str) -> list[str]:
    """Return the listed addresses or folders."""
    return list(Allowance.objects.filter(kind=kind).values_list("value", flat=True))
