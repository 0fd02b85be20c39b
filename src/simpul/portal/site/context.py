"""What each page knows of the hub: its name, the navigation for this person, and whether it shows sample data."""

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from simpul.portal.people.demo import list_demo_accounts
from simpul.portal.people.models import Role
from simpul.portal.people.permissions import roles_of


class Entry(NamedTuple):
    """One place of the navigation; `roles` empty = everyone who is signed in."""

    address: str
    label: Any
    roles: frozenset[str] = frozenset()


ENTRIES = (
    Entry("/", _("Tugas saya")),
    Entry("/permohonan/", _("Permohonan")),
    Entry("/layanan/", _("Layanan")),
    Entry("/sumber/", _("Sumber data"), frozenset(Role) - {Role.PENGELOLA_SISTEM}),
    Entry("/referensi/", _("Data referensi"), frozenset(Role)),
    Entry("/aplikasi/", _("Aplikasi dan kunci"), frozenset({Role.PEMROGRAM_OPD, Role.PENGELOLA_SISTEM})),
    Entry("/paket/", _("Paket"), frozenset({Role.TIM_IT, Role.BIDANG, Role.PENGELOLA_SISTEM})),
    Entry(
        "/bukti/",
        _("Bukti akses"),
        frozenset({Role.AUDITOR, Role.KEPALA_DINAS, Role.PENGELOLA_SISTEM, Role.BIDANG, Role.PEMROGRAM_OPD}),
    ),
    Entry("/sop/", _("SOP")),
    Entry("/instansi/", _("Instansi"), frozenset({Role.PENGELOLA_SISTEM})),
    Entry("/orang/", _("Orang"), frozenset({Role.PENGELOLA_SISTEM})),
    Entry("/audit/", _("Audit"), frozenset({Role.PENGELOLA_SISTEM, Role.AUDITOR})),
    Entry("/pengaturan/", _("Pengaturan"), frozenset({Role.PENGELOLA_SISTEM})),
)


def describe_hub(request: HttpRequest) -> dict[str, Any]:
    """Return `hub` (demo, address) and `navigation` (lazily, as error pages have no person)."""
    return {
        "hub": {"demo": settings.HUB.DEMO, "address": settings.HUB.PUBLIC_URL},
        "demo_accounts": lazy(list_demo_accounts, list)(),
        "navigation": lazy(lambda: list_navigation(request), list)(),
    }


def list_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the places that this person may go to, in their order, the current one marked."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return []
    roles = roles_of(person)
    return [
        {"address": entry.address, "label": entry.label, "current": _is_current(request.path, entry.address)}
        for entry in ENTRIES
        if not entry.roles or entry.roles & roles
    ]


def _is_current(path: str, address: str) -> bool:
    return path == address if address == "/" else path.startswith(address)
