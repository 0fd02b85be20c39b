"""Every address of the portal, one line an app."""

from django.urls import include, path

urlpatterns = [
    path("masuk/", include("allauth.urls")),
    path("", include("simpul.portal.site.urls")),
]
