"""Pages on which the Pengelola Sistem keeps organizations, officials and letterheads."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from simpul.kernel import clock
from simpul.kernel.errors import Invalid
from simpul.portal.organizations import actions, queries, succession
from simpul.portal.organizations.forms import (
    LetterheadForm,
    NewOrganizationForm,
    OfficialForm,
    OrganizationForm,
    SuccessionForm,
)
from simpul.portal.organizations.models import Official, Organization
from simpul.portal.people.gates import SignedInRequest, for_roles
from simpul.portal.people.models import Role
from simpul.portal.site.fields import add_findings

keeper_only = for_roles(Role.PENGELOLA_SISTEM)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@keeper_only
@require_safe
def list_organizations(request: SignedInRequest) -> HttpResponse:
    """List organizations: those that hold today first, then those that have ended."""
    organizations = Organization.objects.select_related("parent", "successor").order_by("name")
    current = set(queries.list_organizations().values_list("pk", flat=True))
    context = {
        "current": [one for one in organizations if one.pk in current],
        "ended": [one for one in organizations if one.pk not in current],
    }
    return render(request, "organizations/list.html", context)


@keeper_only
@require_safe
def show_organization(request: SignedInRequest, code: str) -> HttpResponse:
    """Show an organization, whom it came from, its officials and its letterhead."""
    organization = queries.get_organization(code)
    context = {
        "organization": organization,
        "predecessors": [one for one in queries.list_lineage(organization) if one != organization],
        "officials": organization.officials.order_by("position", "-valid_from"),
        "letterhead": queries.find_letterhead(organization),
        "today": clock.local(clock.now()).date(),
    }
    return render(request, "organizations/organization.html", context)


@keeper_only
@form_page
def add_organization(request: SignedInRequest) -> HttpResponse:
    """Add an organization."""
    form = NewOrganizationForm(request.POST or None, initial={"valid_from": clock.local(clock.now()).date()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_organization(request.user, form.cleaned_data["code"], form.make_facts())
        except Invalid as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Instansi sudah ditambahkan."))
            return redirect("organization", form.cleaned_data["code"])
    return _show_form(request, form, _("Tambah instansi"))


@keeper_only
@form_page
def change_organization(request: SignedInRequest, code: str) -> HttpResponse:
    """Mend an organization's facts."""
    organization = queries.get_organization(code)
    initial = {name: getattr(organization, name) for name in OrganizationForm.base_fields}
    form = OrganizationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_organization(request.user, organization, form.make_facts())
        except Invalid as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Perubahan sudah disimpan."))
            return redirect("organization", code)
    return _show_form(request, form, _("Perbaiki data instansi"), organization)


@keeper_only
@form_page
def succeed_organization(request: SignedInRequest, code: str) -> HttpResponse:
    """Rename an organization or merge it into another; the successor inherits cases and grants."""
    old = queries.get_organization(code)
    form = SuccessionForm(request.POST or None, old=old, initial={"on": clock.local(clock.now()).date()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if data["way"] == "ganti":
                new = succession.rename_organization(request.user, old, data["code"], data["name"], data["on"])
            else:
                new = data["successor"]
                succession.hand_over(request.user, old, new, data["on"])
        except Invalid as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Penerus sudah dicatat; permohonan dan hak aksesnya ikut berpindah."))
            return redirect("organization", new.code)
    return _show_form(request, form, _("Berganti nama atau digabung"), old)


@keeper_only
@form_page
def keep_official(request: SignedInRequest, code: str, official_id: int | None = None) -> HttpResponse:
    """Add one who signs, or change one."""
    organization = queries.get_organization(code)
    official = get_object_or_404(Official, pk=official_id, organization=organization) if official_id else None
    initial = {name: getattr(official, name) for name in OfficialForm.base_fields} if official else {}
    form = OfficialForm(request.POST or None, initial=initial or {"valid_from": clock.local(clock.now()).date()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.keep_official(request.user, organization, form.make_facts(), official)
        except Invalid as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Pejabat sudah disimpan."))
            return redirect("organization", code)
    return _show_form(request, form, _("Pejabat penanda tangan"), organization)


@keeper_only
@form_page
def keep_letterhead(request: SignedInRequest, code: str) -> HttpResponse:
    """Set how an organization's papers look."""
    organization = queries.get_organization(code)
    letterhead = queries.find_letterhead(organization)
    form = LetterheadForm(request.POST or None, request.FILES or None, initial=_list_initial(organization))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.keep_letterhead(
                request.user, organization, form.list_texts(), data["picture"], data["remove_picture"]
            )
        except Invalid as error:
            add_findings(form, error, {"": "picture"})
        else:
            messages.success(request, _("Kop surat sudah disimpan."))
            return redirect("organization", code)
    context = {"form": form, "organization": organization, "title": _("Kop surat"), "letterhead": letterhead}
    return render(request, "organizations/form.html", context)


@keeper_only
@require_safe
def show_picture(request: SignedInRequest, code: str) -> HttpResponse:
    """Show the coat of arms."""
    letterhead = queries.find_letterhead(queries.get_organization(code))
    if letterhead is None or not letterhead.coat_of_arms:
        return HttpResponse(status=404)
    return HttpResponse(bytes(letterhead.coat_of_arms), content_type="image/png")


def _list_initial(organization: Organization) -> dict[str, str]:
    letterhead = queries.find_letterhead(organization)
    if letterhead is None:
        return {
            "agency": organization.name.upper(),
            "address": organization.address,
            "number_format": "{klasifikasi}/{urut}/{unit}/{bulan}/{tahun}",
        }
    names = [name for name in LetterheadForm.base_fields if name not in ("picture", "remove_picture")]
    return {name: getattr(letterhead, name) for name in names}


def _show_form(
    request: SignedInRequest, form: object, title: str, organization: Organization | None = None
) -> HttpResponse:
    context = {"form": form, "title": title, "organization": organization}
    return render(request, "organizations/form.html", context)
