"""Addresses of papers and of the register of needs."""

from django.urls import path

from simpul.portal.cases import addresses  # noqa: F401 (the converter)
from simpul.portal.papers import views

urlpatterns = [
    path("permohonan/register/", views.show_register, name="register"),
    path("permohonan/register/<str:extension>", views.fetch_register, name="register_file"),
    path("permohonan/<case:number>/dokumen/<int:paper_id>/", views.fetch_paper, name="case_paper"),
]
