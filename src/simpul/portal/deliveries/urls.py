"""Addresses of deliveries."""

from django.urls import path

from simpul.portal.deliveries import views

urlpatterns = [
    path("layanan/<slug:context>/data/<slug:name>/", views.show_dataset, name="dataset"),
    path("kiriman/<int:batch_id>/", views.show_batch, name="batch"),
    path("kiriman/<int:batch_id>/tertolak.ods", views.fetch_refused, name="batch_refused"),
    path("kiriman/<int:batch_id>/perbaiki/", views.mend_rows, name="batch_mend"),
]
