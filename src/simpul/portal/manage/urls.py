"""Addresses of the management API; `openapi.PATHS` says the same.

Only a personal token opens them, never a browser's session, so Django's guard against forged forms has nothing to do.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, include
from django.urls import path as django_path
from django.views.decorators.csrf import csrf_exempt

from simpul.portal.manage import services, views


def path(
    address: str, view: Callable[..., HttpResponse], kwargs: dict[str, Any] | None = None, name: str = ""
) -> URLPattern:
    return django_path(address, csrf_exempt(view), kwargs, name or None)


V1 = [
    path("openapi.json", views.show_openapi, name="manage_openapi"),
    path("me", views.show_me),
    path("inbox", views.show_inbox),
    path("cases", views.work_on_cases),
    path("cases/<str:number>", views.show_case),
    path("cases/<str:number>/acts", views.work_on_acts),
    path("cases/<str:number>/draft", views.keep_draft),
    path("cases/<str:number>/tools/<slug:name>", views.run_tool),
    path("cases/<str:number>/take", views.take_act),
    path("cases/<str:number>/hand", views.hand_act),
    path("cases/<str:number>/withdraw", views.leave_sop, {"way": "withdraw"}),
    path("cases/<str:number>/stop", views.leave_sop, {"way": "stop"}),
    path("cases/<str:number>/return", views.leave_sop, {"way": "return"}),
    path("cases/<str:number>/comments", views.add_comment),
    path("cases/<str:number>/attachments", views.add_attachment),
    path("cases/<str:number>/attachments/<int:attachment_id>", views.show_attachment),
    path("cases/<str:number>/papers", views.show_papers),
    path("cases/<str:number>/papers/<int:paper_id>", views.show_paper),
    path("applications", services.work_on_applications),
    path("applications/<int:application_id>/keys", services.issue_key),
    path("keys/<str:key_id>", services.revoke_key),
]

urlpatterns = [django_path("manage/v1/", include(V1))]
