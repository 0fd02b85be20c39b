"""Pages of sources: the list, one with its runs, what may be done with it, and the allowed addresses."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simpul.kernel.errors import Conflict, Invalid
from simpul.portal.cases.telling import tell_in_message
from simpul.portal.people.gates import for_roles
from simpul.portal.people.models import Person, Role
from simpul.portal.site.fields import add_findings
from simpul.portal.sources import actions, allowances
from simpul.portal.sources.errors import SourceInvalid
from simpul.portal.sources.forms import AllowanceForm
from simpul.portal.sources.kinds import KINDS
from simpul.portal.sources.models import Allowance, Source, SourceRun
from simpul.portal.sources.permissions import check_keeps, keeps
from simpul.portal.sources.queries import get_source, list_runs, list_sources

RUNS_A_PAGE = 25
PLACES = ("address", "host", "folder")
OPENS = for_roles(
    Role.OPD,
    Role.PEMROGRAM_OPD,
    Role.TIM_IT,
    Role.SUB_KOORDINASI,
    Role.BIDANG,
    Role.KEPALA_DINAS,
    Role.AUDITOR,
)


@OPENS
@require_safe
def show_sources(request: HttpRequest) -> HttpResponse:
    """List the sources of the own agency, or to Kominfo all of them, with how each stands."""
    rows = [(one, KINDS[one.kind], one.runs.order_by("-id").first()) for one in list_sources(request.user)]
    return render(request, "sources/list.html", {"rows": rows})


@require_safe
def show_source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Show a source and its runs; its settings and what may be done with it to those who keep it."""
    source = get_source(request.user, source_id)
    page = Paginator(list_runs(source), RUNS_A_PAGE).get_page(request.GET.get("page"))
    shown: dict[str, Any] = {
        "source": source,
        "kind": KINDS[source.kind],
        "dataset": source.dataset,
        "publication": source.dataset.publication,
        "contract": source.dataset.publication.contract_version.contract,
        "keeps": keeps(request.user, source),
        "place": next((source.settings[one] for one in PLACES if source.settings.get(one)), ""),
        "table": source.settings.get("table", ""),
        "page": page,
        "runs": [(run, _tell_problem(run), _tell_notes(run)) for run in page],
        "last": (last := list_runs(source).first()),
        "problem": _tell_problem(last) if last else None,
        "is_running": last is not None and last.state in (SourceRun.State.RUNNING, SourceRun.State.WAITING),
        "is_held": last is not None and last.state == SourceRun.State.HELD,
    }
    return render(request, "sources/source.html", shown)


def _tell_problem(run: SourceRun) -> dict[str, Any] | None:
    """Return what went wrong in the page's language."""
    told = run.problem
    if not told:
        return None
    tongue = 1 if (get_language() or "id").startswith("en") else 0
    return {
        "code": told["code"],
        "message": told["message"][tongue],
        "hint": told["hint"][tongue],
        "findings": [{"where": one[0], "message": one[1 + tongue]} for one in told["findings"]],
    }


def _tell_notes(run: SourceRun) -> list[str]:
    tongue = 1 if (get_language() or "id").startswith("en") else 0
    return [one[tongue] for one in run.notes]


@require_POST
def act_on_source(request: HttpRequest, source_id: int) -> HttpResponse:
    """Run, confirm a deletion, pause, resume, read again or remove, as the form's `act` says."""
    source = get_source(request.user, source_id)
    check_keeps(request.user, source)
    act = request.POST.get("act", "")
    if act not in ACTS:
        raise SourceInvalid
    do, told = ACTS[act]
    with tell_in_message(request, Conflict, Invalid):
        do(request.user, source)
        messages.success(request, told())
    return redirect("sources") if act == "hapus" else redirect("source", source_id)


def _confirm_deletion(person: Person, source: Source) -> None:
    actions.ask_run(person, source, allows_deletion=True)


ACTS: dict[str, tuple[Callable[[Person, Source], object], Callable[[], str]]] = {
    "jalankan": (actions.ask_run, lambda: _("Sumber segera dijalankan.")),
    "setujui": (_confirm_deletion, lambda: _("Sumber segera dijalankan; baris yang hilang akan dihapus.")),
    "jeda": (actions.pause, lambda: _("Sumber dijeda.")),
    "lanjutkan": (actions.resume, lambda: _("Sumber berjalan menurut jadwalnya lagi.")),
    "ulang": (actions.read_again, lambda: _("Pengambilan berikutnya membaca semuanya dari awal.")),
    "hapus": (actions.remove, lambda: _("Sumber dihapus; riwayat kirimannya tetap tersimpan.")),
}


@for_roles(Role.PENGELOLA_SISTEM)
@require_http_methods(["GET", "HEAD", "POST"])
def list_allowances(request: HttpRequest) -> HttpResponse:
    """List the exceptions of the guard on the way out, and add one."""
    form = AllowanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            allowances.add_allowance(request.user, form.save(commit=False))
        except Invalid as error:
            add_findings(form, error)
        else:
            messages.success(request, _("Alamat terdaftar."))
            return redirect("allowances")
    shown = {"form": form, "rows": Allowance.objects.select_related("created_by", "organization")}
    return render(request, "sources/allowances.html", shown, status=422 if form.errors else 200)


@for_roles(Role.PENGELOLA_SISTEM)
@require_POST
def remove_allowance(request: HttpRequest, allowance_id: int) -> HttpResponse:
    """Take an exception off the list; sources there are refused from the next connection on."""
    allowances.remove_allowance(request.user, allowance_id)
    messages.success(request, _("Alamat dihapus dari daftar."))
    return redirect("allowances")
