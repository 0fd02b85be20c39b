"""Addresses of the evidence."""

from django.urls import path

from simpul.portal.proofs import views

urlpatterns = [
    path("bukti/", views.list_proofs, name="proofs"),
    path("bukti/segel/", views.list_seals, name="seals"),
]
