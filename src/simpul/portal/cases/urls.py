"""Addresses of the inbox, the list of cases, and what is done with a case without completing an act."""

from django.urls import path

from simpul.portal.cases import addresses, views  # noqa: F401 (the converter)

urlpatterns = [
    path("", views.show_inbox, name="inbox"),
    path("permohonan/", views.list_cases, name="cases"),
    path("permohonan/baru", views.open_case, name="case_open"),
    path("permohonan/<case:number>/komentar/", views.add_comment, name="case_comment"),
    path("permohonan/<case:number>/lampiran/", views.add_attachment, name="case_attach"),
    path("permohonan/<case:number>/lampiran/<int:attachment_id>/", views.fetch_attachment, name="case_attachment"),
    path("permohonan/<case:number>/<slug:step>/<int:round_no>/<slug:act>/ambil/", views.take_act, name="act_take"),
    path("permohonan/<case:number>/<slug:step>/<int:round_no>/<slug:act>/alihkan/", views.hand_act, name="act_hand"),
]
