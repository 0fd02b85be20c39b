"""Addresses of plans."""

from django.urls import path

from simpul.portal.plans import views

urlpatterns = [
    path("paket/", views.list_plans, name="plans"),
    path("paket/baru/", views.add_plan, name="plan_add"),
    path("paket/<int:plan_id>/", views.change_plan, name="plan"),
    path("paket/<int:plan_id>/hapus", views.delete_plan, name="plan_delete"),
    path("paket/layanan/<slug:context>/", views.assign_plans, name="plans_service"),
]
