"""Pages of services: the list, one service with all that its parties need, files, and the public catalogue."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from simpul.contract.jsonschema import make_row_schema
from simpul.contract.openapi import write_openapi
from simpul.contract.openapi_writes import add_writes
from simpul.portal.cases.models import Case
from simpul.portal.contracts.actions import find_version_in_force
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.people.models import Role
from simpul.portal.people.permissions import has_role
from simpul.portal.services import asking
from simpul.portal.services.controlling import may_control
from simpul.portal.services.describing import describe_service, list_service_rows
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.granted import drop_deliveries, list_granted_datasets
from simpul.portal.services.handover import open_share
from simpul.portal.services.models import Publication
from simpul.portal.services.permissions import (
    check_reads_whole,
    get_known_contract,
    list_known_contracts,
    reads_whole,
)
from simpul.portal.services.queries import read_compiled
from simpul.portal.services.showing import get_publication, list_catalogue
from simpul.portal.site.access import public


@public
@require_safe
def show_catalogue(request: HttpRequest) -> HttpResponse:
    """List the open datasets of live services for everybody: titles, descriptions, columns, and no rows."""
    return render(request, "services/catalogue.html", {"entries": list_catalogue()})


@require_safe
def list_services(request: HttpRequest) -> HttpResponse:
    """List the services this person may know of, narrowed by words."""
    words = request.GET.get("cari", "").strip()[:100]
    context = {
        "rows": list_service_rows(request.user, list_known_contracts(request.user), words),
        "words": words,
        "is_programmer": has_role(request.user, Role.PEMROGRAM_OPD, Role.PENGELOLA_SISTEM),
        "reads_evidence": has_role(
            request.user, Role.AUDITOR, Role.KEPALA_DINAS, Role.PENGELOLA_SISTEM, Role.BIDANG, Role.PEMROGRAM_OPD
        ),
    }
    return render(request, "services/list.html", context)


@require_safe
def show_service(request: HttpRequest, context: str) -> HttpResponse:
    """Show one service as this person may know it."""
    contract = get_known_contract(request.user, context)
    publication = get_publication(contract, request.GET.get("tahap", ""), request.GET.get("v", ""))
    whole = reads_whole(request.user, contract)
    shown = describe_service(request.user, contract, publication, whole=whole)
    shown |= {"version_in_force": find_version_in_force(contract) if whole else None}
    shown |= {"controls": may_control(request.user, contract)}
    return render(request, "services/service.html", shown)


@require_POST
def open_linked_case(request: HttpRequest, context: str) -> HttpResponse:
    """Open the case that changes a service or adds a consumer, and go to its first act."""
    wanted = request.POST.get("jenis", "")
    kind = Case.Kind.CHANGE if wanted == Case.Kind.CHANGE else Case.Kind.CONSUMER
    case = asking.open_linked_case(request.user, context, kind)
    act = case.open_acts.select_related("organization").first()
    if act is None:
        return redirect(f"/permohonan/{case.number}/")
    return redirect(f"/permohonan/{case.number}/{act.step}/{act.round}/{act.act}/?untuk={case.applicant.code}")


@require_safe
def fetch_contract(request: HttpRequest, context: str, version_id: int) -> HttpResponse:
    """Return a frozen version of the contract as its ODCS file."""
    contract = get_known_contract(request.user, context)
    check_reads_whole(request.user, contract)
    version = (
        contract.versions.filter(pk=version_id).exclude(odcs="").exclude(state=ContractVersion.State.DRAFT).first()
    )
    if version is None:
        raise PublicationNotFound
    return _send(f"{context}-{version.version}.yaml", "application/yaml", version.odcs.encode())


@require_safe
def fetch_openapi(request: HttpRequest, context: str, stage: str, major: int) -> HttpResponse:
    """Return the OpenAPI document of a publication; with `?hak` only what the reader's agency was granted of it."""
    publication = _get_whole(request, context, stage, major)
    whole, granted = read_compiled(publication), list_granted_datasets(request.user, publication)
    is_narrow = "hak" in request.GET and bool(granted.datasets)
    shown = replace(whole, datasets=granted.datasets) if is_narrow else whole
    made = write_openapi(shown, publication.stage, settings.HUB.EXCHANGE_URL)
    add_writes(made, shown, granted.writable)
    if is_narrow:
        drop_deliveries(made, granted.writable)
    return JsonResponse(made, json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_safe
def fetch_schema(request: HttpRequest, context: str, stage: str, major: int, dataset: str) -> HttpResponse:
    """Return the JSON Schema of a dataset's row."""
    model = read_compiled(_get_whole(request, context, stage, major)).find_dataset(dataset)
    if model is None:
        raise PublicationNotFound
    return JsonResponse(make_row_schema(model), json_dumps_params={"indent": 2, "ensure_ascii": False})


@require_safe
def fetch_share(request: HttpRequest, context: str, major: int, dataset: str) -> HttpResponseBase:
    """Return the rows that the person's agency is granted, as a CSV file."""
    publication = get_publication(get_known_contract(request.user, context), "live", str(major))
    found = publication.datasets.select_related("publication").filter(name=dataset).first()
    if found is None:
        raise PublicationNotFound
    response = StreamingHttpResponse(open_share(request.user, found), content_type="text/csv; charset=utf-8")
    disposition = content_disposition_header(as_attachment=True, filename=f"{context}-{dataset}-v{found.version}.csv")
    response["Content-Disposition"] = disposition or "attachment"
    return response


def _get_whole(request: HttpRequest, context: str, stage: str, major: int) -> Publication:
    contract = get_known_contract(request.user, context)
    check_reads_whole(request.user, contract)
    return get_publication(contract, stage, str(major))


def _send(name: str, media_type: str, content: bytes) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": disposition})
