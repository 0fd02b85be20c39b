"""Addresses of code lists."""

from django.urls import path

from simpul.portal.references import views

urlpatterns = [
    path("referensi/", views.list_lists, name="references"),
    path("referensi/baru/", views.add_list, name="reference_add"),
    path("referensi/<slug:name>/", views.show_list, name="reference"),
    path("referensi/<slug:name>/unggah", views.propose, name="reference_propose"),
    path("referensi/<slug:name>/v<int:number>/", views.show_version, name="reference_version"),
    path("referensi/<slug:name>/v<int:number>/putuskan", views.decide, name="reference_decide"),
]
