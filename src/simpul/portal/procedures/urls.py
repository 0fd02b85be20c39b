"""Addresses of the SOP and the calendar."""

from django.urls import path

from simpul.portal.procedures import calendar_views, views

urlpatterns = [
    path("sop/", views.show_procedure, name="procedure"),
    path("sop/versi/<int:number>/", views.show_procedure, name="procedure_version"),
    path("sop/versi/<int:number>/sop.pdf", views.fetch_paper, name="procedure_paper"),
    path("sop/versi/<int:number>/sop.bpmn", views.fetch_file, name="procedure_file"),
    path("sop/ubah", views.change_procedure, name="procedure_change"),
    path("sop/kalender", calendar_views.show_calendar, name="calendar"),
    path("sop/kalender/jam", calendar_views.change_seasons, name="seasons_change"),
    path("sop/kalender/<int:year>", calendar_views.change_holidays, name="holidays_change"),
]
