"""Tells programmers 30, 7 and 1 days before a key or an OAuth client ends; each warning is told once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from simpul.kernel.clock import local, now
from simpul.kernel.words import Words
from simpul.portal.credentials.models import OAuthClient
from simpul.portal.services.models import TESTING_APPLICATION, ApiKey, Application
from simpul.portal.services.notices import tell_organization

DAYS = (1, 7, 30)
PAGE = "/aplikasi/"
KEY = Words("Kunci {name}", "The key {name}")
CLIENT = Words("Klien OAuth {name}", "The OAuth client {name}")
ENDS = Words(
    "{what} milik aplikasi {application} berakhir pada {day}. Buat yang baru, pasang di program, lalu cabut yang lama.",
    "{what} of the application {application} ends on {day}. Make a new one, put it into the program, then revoke the old.",
)


class Ending(NamedTuple):
    """A credential that ends soon, with its name as programmers know it."""

    credential_id: str
    name: Words
    application: Application
    ends_at: datetime


def warn_of_expiry() -> int:
    """Tell of every credential that ends within 30 days, in the closest of the three steps; return how many there are.

    May run as often as one likes: the same step of the same credential is told once.
    """
    endings = list(list_endings())
    for one in endings:
        days = next(days for days in DAYS if one.ends_at <= now() + timedelta(days=days))
        day = local(one.ends_at).date().isoformat()
        words = Words(
            ENDS.id.format(what=one.name.id, application=one.application.name, day=day),
            ENDS.en.format(what=one.name.en, application=one.application.name, day=day),
        )
        tell_organization(one.application.organization, f"expiry:{one.credential_id}:{days}", words, PAGE)
    return len(endings)


def list_endings() -> Iterator[Ending]:
    """Yield the keys and clients in force that end within 30 days."""
    for key in _choose(ApiKey.objects.all()):
        name = f"spl_{key.stage}_{key.key_id}_…"
        yield Ending(key.key_id, KEY.format(name=name), key.application, key.expires_at)
    for client in _choose(OAuthClient.objects.all()):
        yield Ending(client.client_id, CLIENT.format(name=client.client_id), client.application, client.expires_at)


def _choose(rows: QuerySet) -> QuerySet:
    soon = now() + timedelta(days=max(DAYS))
    rows = rows.filter(revoked_at=None, expires_at__gt=now(), expires_at__lte=soon, application__disabled_at=None)
    return rows.exclude(application__name=TESTING_APPLICATION).select_related("application__organization")
