"""Lines for the programmers of an organization, each told once: what will stop their programs if they do nothing."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import QuerySet

from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.services.models import Grant, Notice, Publication

SHOWN_DAYS = 90


def tell_organization(organization: Organization, key: str, words: Words, link: str) -> None:
    """Tell an organization's programmers something; the same key is told once. `link` is a path of the portal."""
    Notice.objects.get_or_create(
        organization=organization,
        key=key,
        defaults={"text_id": words.id, "text_en": words.en, "link": link, "created_at": now()},
    )


def tell_consumers(publication: Publication, key: str, words: Words) -> list[Organization]:
    """Tell everybody who may read a publication; return whom, by name."""
    consumers = list_consumers(publication)
    for organization in consumers:
        tell_organization(organization, key, words, f"/layanan/{publication.context}/")
    return consumers


def list_consumers(publication: Publication) -> list[Organization]:
    """Return the organizations with a grant on a publication that wasn't revoked, beside its provider, by name."""
    grants = Grant.objects.filter(dataset__publication=publication, role="pemanfaat", revoked_at=None)
    return list(Organization.objects.filter(pk__in=grants.values("organization")).order_by("name"))


def list_notices(organization: Organization) -> QuerySet[Notice]:
    """Return what an organization was told in the last 90 days, newest first."""
    since = now() - timedelta(days=SHOWN_DAYS)
    return Notice.objects.filter(organization__in=list_lineage(organization), created_at__gte=since).order_by("-id")


def name_consumers(organizations: Iterable[Organization]) -> list[str]:
    """Return the codes, for the audit log."""
    return [one.code for one in organizations]
