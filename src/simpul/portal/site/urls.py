"""Addresses of the frame."""

from django.urls import path

from simpul.portal.site import views

urlpatterns = [
    path("sehat", views.show_health, name="health"),
    path("health/ready", views.show_health, name="health_ready"),
    path("health/live", views.show_life, name="health_live"),
    path("metrics", views.show_metrics, name="metrics"),
    path("bahasa/", views.set_language, name="set_language"),
    path("pengaturan/", views.show_settings, name="settings"),
]
