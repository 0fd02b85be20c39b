"""Addresses of services, the public catalogue, and programs with their keys."""

from django.urls import path

from simpul.portal.services import key_views, views

urlpatterns = [
    path("katalog/", views.show_catalogue, name="catalogue"),
    path("layanan/", views.list_services, name="services"),
    path("layanan/<slug:context>/", views.show_service, name="service"),
    path("layanan/<slug:context>/ajukan/", views.open_linked_case, name="service_ask"),
    path("layanan/<slug:context>/kontrak/<int:version_id>.yaml", views.fetch_contract, name="service_contract"),
    path("layanan/<slug:context>/<slug:stage>/v<int:major>/openapi.json", views.fetch_openapi, name="service_openapi"),
    path(
        "layanan/<slug:context>/<slug:stage>/v<int:major>/<slug:dataset>.schema.json",
        views.fetch_schema,
        name="service_schema",
    ),
    path("layanan/<slug:context>/v<int:major>/<slug:dataset>.csv", views.fetch_share, name="service_share"),
    path("aplikasi/", key_views.show_applications, name="applications"),
    path("aplikasi/kunci/", key_views.issue_key, name="key_issue"),
    path("aplikasi/kunci/<slug:key_id>/cabut", key_views.revoke_key, name="key_revoke"),
]
