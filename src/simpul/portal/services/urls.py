"""Addresses of services, the public catalogue, and programs with their keys."""

from django.urls import path

from simpul.portal.services import control_views, key_views, program_views, views

urlpatterns = [
    path("katalog/", views.show_catalogue, name="catalogue"),
    path("layanan/", views.list_services, name="services"),
    path("layanan/<slug:context>/", views.show_service, name="service"),
    path("layanan/<slug:context>/ajukan/", views.open_linked_case, name="service_ask"),
    path("layanan/<slug:context>/kendali/", control_views.show_control, name="service_control"),
    path("layanan/<slug:context>/kendali/jeda", control_views.pause_access, name="service_pause"),
    path("layanan/<slug:context>/kendali/jeda-aplikasi", control_views.pause_application, name="application_pause"),
    path("layanan/<slug:context>/kendali/lanjut", control_views.resume_access, name="service_resume"),
    path("layanan/<slug:context>/kendali/akhir", control_views.end_version, name="service_end"),
    path("layanan/<slug:context>/kendali/putusan", control_views.decide_end, name="service_end_decide"),
    path("layanan/<slug:context>/kendali/alamat", control_views.set_addresses, name="grant_addresses"),
    path("layanan/<slug:context>/coba/", program_views.show_try, name="service_try"),
    path("layanan/<slug:context>/program/", program_views.show_programs, name="service_programs"),
    path("layanan/<slug:context>/sambungan/", program_views.test_connection, name="service_connection"),
    path("layanan/<slug:context>/pemakaian/", program_views.show_usage, name="service_usage"),
    path("layanan/<slug:context>/kontrak/<int:version_id>.yaml", views.fetch_contract, name="service_contract"),
    path("layanan/<slug:context>/<slug:stage>/v<int:major>/openapi.json", views.fetch_openapi, name="service_openapi"),
    path(
        "layanan/<slug:context>/<slug:stage>/v<int:major>/<slug:dataset>.schema.json",
        views.fetch_schema,
        name="service_schema",
    ),
    path("layanan/<slug:context>/v<int:major>/<slug:dataset>.csv", views.fetch_share, name="service_share"),
    path("aplikasi/", key_views.show_applications, name="applications"),
    path("aplikasi/pemakaian/", program_views.show_own_usage, name="applications_usage"),
    path("aplikasi/kunci/", key_views.issue_key, name="key_issue"),
    path("aplikasi/kunci/<slug:key_id>/cabut", key_views.revoke_key, name="key_revoke"),
]
