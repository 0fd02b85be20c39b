"""Addresses of organizations."""

from django.urls import path

from simpul.portal.organizations import views

urlpatterns = [
    path("instansi/", views.list_organizations, name="organizations"),
    path("instansi/tambah", views.add_organization, name="organization_add"),
    path("instansi/<slug:code>/", views.show_organization, name="organization"),
    path("instansi/<slug:code>/ubah", views.change_organization, name="organization_change"),
    path("instansi/<slug:code>/penerus", views.succeed_organization, name="organization_succeed"),
    path("instansi/<slug:code>/pejabat", views.keep_official, name="official_add"),
    path("instansi/<slug:code>/pejabat/<int:official_id>", views.keep_official, name="official_change"),
    path("instansi/<slug:code>/kop", views.keep_letterhead, name="letterhead"),
    path("instansi/<slug:code>/lambang.png", views.show_picture, name="coat_of_arms"),
]
