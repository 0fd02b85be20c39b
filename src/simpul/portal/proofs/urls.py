"""Addresses of the evidence."""

from django.urls import path, register_converter

from simpul.portal.proofs import views
from simpul.portal.proofs.addresses import DayConverter

register_converter(DayConverter, "day")

urlpatterns = [
    path("bukti/", views.list_proofs, name="proofs"),
    path("bukti/segel/", views.list_seals, name="seals"),
    path("bukti/akar/", views.list_roots, name="roots"),
    path("bukti/akar/<day:day>.json", views.send_root, name="root_file"),
    path("bukti/kunci/<slug:key_id>.pub", views.send_key, name="seal_key_file"),
]
