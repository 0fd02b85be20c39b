"""From a source's row to its opened reader: settings parsed, secret unsealed, guard told of the listed exceptions."""

from collections.abc import Callable
from pathlib import Path

from django.db.models import Q

from simpul.outbound.guard import Guard
from simpul.portal.organizations.models import Organization
from simpul.portal.sources.errors import SourceInvalid
from simpul.portal.sources.models import Allowance, Source
from simpul.portal.sources.secrets import open_secret
from simpul.sources.opening import open_reader, parse_settings
from simpul.sources.shape import Reader

Opener = Callable[[Source], Reader]


def open_source(source: Source) -> Reader:
    """Return the source's reader; nothing is connected yet. Raises: SourceInvalid, SecretUnreadable, SourceDenied."""
    secret = open_secret(source.pk, source.settings, source.secret_sealed)
    settings, findings = parse_settings(source.kind, source.settings)
    if findings:
        raise SourceInvalid(findings=findings)
    provider = source.dataset.publication.contract_version.contract.provider
    guard = Guard(list_allowed(Allowance.Kind.ADDRESS, provider))
    roots = [Path(one) for one in list_allowed(Allowance.Kind.FOLDER, provider)]
    return open_reader(source.kind, settings, secret, guard, roots)


def list_allowed(kind: str, organization: Organization) -> list[str]:
    """Return the addresses or folders that were listed for an organization's sources, or for everybody's."""
    rows = Allowance.objects.filter(Q(organization=None) | Q(organization=organization), kind=kind)
    return list(rows.values_list("value", flat=True))
