"""Pages of code lists: reading them, and for Kominfo importing a version, its differences, and confirming it."""

from itertools import islice

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simpul.kernel.errors import Conflict, Invalid, SimpulError
from simpul.portal.cases.telling import describe
from simpul.portal.people.gates import SignedInRequest, for_roles
from simpul.portal.people.permissions import has_role
from simpul.portal.references import actions, queries
from simpul.portal.references.comparing import KINDS
from simpul.portal.references.errors import VersionDecided
from simpul.portal.references.forms import CodeListForm, VersionForm
from simpul.portal.references.models import CodeEntry, CodeList, CodeListVersion
from simpul.portal.references.permissions import KEEPERS, READERS
from simpul.portal.site.fields import add_findings

ENTRIES_A_PAGE = 100
SHOWN_DIFFERENCES = 200
readers_only, keepers_only = for_roles(*READERS), for_roles(*KEEPERS)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@readers_only
@require_safe
def list_lists(request: SignedInRequest) -> HttpResponse:
    """List the code lists with the version in force and who uses them."""
    uses = queries.list_uses()
    rows = [(one, queries.find_current(one), uses.get(one.name, [])) for one in queries.list_code_lists()]
    return render(request, "references/list.html", {"rows": rows, "is_keeper": has_role(request.user, *KEEPERS)})


@keepers_only
@form_page
def add_list(request: SignedInRequest) -> HttpResponse:
    """Make a list with its first version."""
    form = CodeListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            version = actions.add_code_list(
                request.user,
                given["name"],
                given["title"],
                given["description"],
                given["file"].name,
                given["file"].read(),
                form.read_facts(),
            )
        except (Invalid, Conflict) as error:
            _tell(form, error)
        else:
            return redirect("reference_version", version.code_list.name, version.number)
    return render(request, "references/import.html", {"form": form}, status=422 if form.errors else 200)


def _tell(form: VersionForm, error: SimpulError) -> None:
    """Name each bad row of the file beside the file's field."""
    language = get_language() or "id"
    if not error.findings:
        add_findings(form, error)
    for one in error.findings:
        field = one.where if one.where in form.fields else "file"
        form.add_error(
            field,
            f"{one.where}: {one.message.in_language(language)}"
            if field == "file"
            else one.message.in_language(language),
        )


@readers_only
@require_safe
def show_list(request: SignedInRequest, name: str) -> HttpResponse:
    """Show a list: its codes today, its versions, and which contracts use it."""
    code_list = queries.get_code_list(name)
    current = queries.find_current(code_list)
    page = Paginator(_list_rows(current, request.GET.get("cari", "")), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "list": code_list,
        "current": current,
        "page": page,
        "search": request.GET.get("cari", ""),
        "versions": code_list.versions.select_related("proposed_by", "decided_by"),
        "uses": queries.list_uses(name).get(name, []),
        "is_keeper": has_role(request.user, *KEEPERS) and not code_list.is_own,
    }
    return render(request, "references/reference.html", context)


def _list_rows(version: CodeListVersion | None, search: str) -> QuerySet[CodeEntry]:
    rows = CodeEntry.objects.filter(version=version).order_by("position") if version else CodeEntry.objects.none()
    return rows.filter(name__icontains=search) | rows.filter(code__startswith=search) if search else rows


@keepers_only
@form_page
def propose(request: SignedInRequest, name: str) -> HttpResponse:
    """Upload a new version; its differences are shown next."""
    code_list = queries.get_code_list(name)
    form = VersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            version = actions.propose_version(request.user, code_list, file.name, file.read(), form.read_facts())
        except (Invalid, Conflict) as error:
            _tell(form, error)
        else:
            return redirect("reference_version", name, version.number)
    context = {"form": form, "list": code_list}
    return render(request, "references/import.html", context, status=422 if form.errors else 200)


@readers_only
@require_safe
def show_version(request: SignedInRequest, name: str, number: int) -> HttpResponse:
    """Show a version: where it comes from and what it changes; who keeps lists confirms or drops it here."""
    code_list = queries.get_code_list(name)
    version = queries.get_version(code_list, number)
    differences = queries.list_differences(version)
    context = {
        "list": code_list,
        "version": version,
        "counts": [(kind, version.differences.get(kind, 0)) for kind in KINDS],
        "differences": list(islice(differences, SHOWN_DIFFERENCES)),
        "more": max(0, len(differences) - SHOWN_DIFFERENCES),
        "uses": queries.list_uses(name).get(name, []),
        "may_decide": version.state == CodeListVersion.State.PROPOSED and has_role(request.user, *KEEPERS),
    }
    return render(request, "references/version.html", context)


@keepers_only
@require_POST
def decide(request: SignedInRequest, name: str, number: int) -> HttpResponse:
    """Confirm a proposed version, or drop it."""
    version = queries.get_version(queries.get_code_list(name), number)
    try:
        _decide(request, version)
    except VersionDecided as error:
        messages.error(request, describe(error))
        return redirect("reference_version", name, number)
    return redirect("reference", name)


def _decide(request: SignedInRequest, version: CodeListVersion) -> None:
    shown: tuple[CodeList, int] = version.code_list, version.number
    if request.POST.get("keputusan") == "pakai":
        actions.confirm_version(request.user, version)
        messages.success(request, _("%(list)s versi %(number)s dikonfirmasi.") % {"list": shown[0], "number": shown[1]})
    else:
        actions.drop_version(request.user, version)
        messages.success(request, _("%(list)s versi %(number)s dibatalkan.") % {"list": shown[0], "number": shown[1]})
