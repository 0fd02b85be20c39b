"""Addresses of the case page, the ways outside the SOP, and each act with its tools."""

from django.urls import path

from simpul.portal.activities import case_views, views
from simpul.portal.cases import addresses  # noqa: F401 (the converter)

urlpatterns = [
    path("permohonan/<case:number>/", case_views.show_case, name="case"),
    path("permohonan/<case:number>/rumusan/<int:sequence>/", case_views.show_contract, name="case_contract"),
    path("permohonan/<case:number>/menarik/", case_views.withdraw, name="case_withdraw"),
    path("permohonan/<case:number>/menghentikan/", case_views.stop, name="case_stop"),
    path("permohonan/<case:number>/mengembalikan/", case_views.send_back, name="case_send_back"),
    path("permohonan/<case:number>/<slug:step>/<int:round_no>/<slug:act>/", views.work_on_act, name="act"),
    path(
        "permohonan/<case:number>/<slug:step>/<int:round_no>/<slug:act>/keadaan/",
        views.show_progress,
        name="act_progress",
    ),
    path(
        "permohonan/<case:number>/<slug:step>/<int:round_no>/<slug:act>/alat/<slug:name>/",
        views.use_tool,
        name="act_tool",
    ),
]
