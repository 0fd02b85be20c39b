"""The management API's part for programmers: applications and keys of the own organization."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from simpul.portal.manage.describe import describe_instant
from simpul.portal.manage.requests import FieldMissing, get_text, read_body
from simpul.portal.people.models import Person
from simpul.portal.services import actions as services
from simpul.portal.services.errors import KeyNotFound
from simpul.portal.services.models import ApiKey, Application
from simpul.portal.services.queries import list_applications


@require_http_methods(["GET", "POST"])
def work_on_applications(request: HttpRequest) -> HttpResponse:
    person: Person = request.user  # type: ignore[assignment]
    services.check_programmer(person, person.organization)
    if request.method == "POST":
        application = services.get_application(person, person.organization, get_text(read_body(request), "name"))
        return JsonResponse({"id": application.pk, "name": application.name}, status=201)
    listed = [
        {
            "id": one.pk,
            "name": one.name,
            "keys": [
                {
                    "key_id": key.key_id,
                    "stage": key.stage,
                    "expires_at": describe_instant(key.expires_at),
                    "revoked_at": describe_instant(key.revoked_at),
                }
                for key in one.keys.all()
            ],
        }
        for one in list_applications(person.organization)
    ]
    return JsonResponse({"applications": listed})


@require_POST
def issue_key(request: HttpRequest, application_id: int) -> HttpResponse:
    person: Person = request.user  # type: ignore[assignment]
    application = Application.objects.select_related("organization").filter(pk=application_id).first()
    if application is None:
        raise KeyNotFound
    stage = get_text(read_body(request), "stage")
    if stage not in ApiKey.Stage.values:
        raise FieldMissing(name="stage", kind="test/live")
    key = services.issue_key(person, application, stage)
    return JsonResponse({"key_id": key.key_id, "key": key.text}, status=201)


@require_http_methods(["DELETE"])
def revoke_key(request: HttpRequest, key_id: str) -> HttpResponse:
    key = ApiKey.objects.select_related("application__organization").filter(key_id=key_id).first()
    if key is None:
        raise KeyNotFound
    services.revoke_key(request.user, key)  # type: ignore[arg-type]
    return HttpResponse(status=204)
