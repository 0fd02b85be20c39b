"""Addresses of the log."""

from django.urls import path

from simpul.portal.audit import views

urlpatterns = [path("audit/", views.show_log, name="audit")]
