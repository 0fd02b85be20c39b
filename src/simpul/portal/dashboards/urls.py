"""Addresses of the dashboards."""

from django.urls import path

from simpul.portal.dashboards import views

urlpatterns = [path("dashboard/<slug:context>/", views.show_dashboard, name="dashboard")]
