"""Every address of the portal. Each app names its own addresses from the root on, in its `urls`."""

from importlib.util import find_spec

from django.urls import include, path

APPS = [
    "site",
    "people",
    "organizations",
    "audit",
    "procedures",
    "cases",
    "activities",
    "papers",
    "contracts",
    "services",
    "references",
    "credentials",
    "plans",
    "deliveries",
    "sources",
    "quality",
    "dashboards",
    "proofs",
    "manage",
]

urlpatterns = [path("", include(f"simpul.portal.{app}.urls")) for app in APPS if find_spec(f"simpul.portal.{app}.urls")]

handler400 = "simpul.portal.site.views.show_unreadable"
handler404 = "simpul.portal.site.views.show_not_found"
handler403 = "simpul.portal.site.views.show_forbidden"
handler500 = "simpul.portal.site.views.show_failure"
