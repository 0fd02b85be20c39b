"""Addresses of the frame."""

from django.urls import path

from simpul.portal.site import views

urlpatterns = [
    path("sehat", views.show_health, name="health"),
    path("bahasa/", views.set_language, name="set_language"),
    path("pengaturan/", views.show_settings, name="settings"),
]
