"""Pages of a dataset's deliveries: sending a file, what became of each batch, and mending what was refused."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from simpul.delivery.errors import RefusedRowsGone
from simpul.delivery.report import BatchReport
from simpul.kernel.errors import Conflict, Invalid, SimpulError
from simpul.portal.cases.telling import describe
from simpul.portal.deliveries import actions
from simpul.portal.deliveries.forms import MendForm, UploadForm
from simpul.portal.deliveries.models import Batch
from simpul.portal.deliveries.permissions import check_provider, is_provider
from simpul.portal.deliveries.queries import get_batch, list_batch_refusals, list_dataset_batches
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.permissions import check_reads_whole, get_known_contract
from simpul.portal.services.showing import ShownDataset, get_publication, list_shown_datasets

BATCHES_A_PAGE = 25
ROWS_A_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def show_dataset(request: HttpRequest, context: str, name: str) -> HttpResponse:
    """Show a dataset's batches to the service's parties and Kominfo; the provider's officers send a file here."""
    dataset = _get_dataset(request, context, name)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        check_provider(request.user, dataset.row)
        if form.is_valid():
            report = _upload(request, form, dataset)
            if report is not None:
                _tell(request, report)
                return redirect("batch", report.batch)
        form.renew()
    page = Paginator(list_dataset_batches(dataset.row), BATCHES_A_PAGE).get_page(request.GET.get("page"))
    shown = {
        "dataset": dataset,
        "publication": dataset.row.publication,
        "contract": dataset.row.publication.contract_version.contract,
        "form": form,
        "page": page,
        "is_provider": is_provider(request.user, dataset.row),
        "takes_rows": dataset.row.publication.state in actions.TAKES_ROWS,
    }
    return render(request, "deliveries/dataset.html", shown, status=422 if form.errors else 200)


def _get_dataset(request: HttpRequest, context: str, name: str) -> ShownDataset:
    contract = get_known_contract(request.user, context)
    check_reads_whole(request.user, contract)
    publication = get_publication(contract, request.GET.get("tahap", ""), request.GET.get("v", ""))
    found = next((one for one in list_shown_datasets(publication) if one.row.name == name), None)
    if found is None:
        raise PublicationNotFound
    found.row.publication = publication  # read with its contract and provider
    return found


def _upload(request: HttpRequest, form: UploadForm, dataset: ShownDataset) -> BatchReport | None:
    file = form.cleaned_data["file"]
    try:
        return actions.upload_rows(request.user, dataset.row, file.name, file.read(), form.cleaned_data["once"])
    except (Invalid, Conflict) as error:
        _add_refusal(form, error)
        return None


def _add_refusal(form: UploadForm, error: SimpulError) -> None:
    """Say at the file why it can't be taken, with each column that is wrong, and the next step."""
    form.add_error("file", describe(error))
    language = get_language() or "id"
    for finding in error.findings:
        if finding.where and finding.message != error.message:
            form.add_error("file", f"{finding.where}: {finding.message.in_language(language)}")


def _tell(request: HttpRequest, report: BatchReport) -> None:
    told = _("%(received)d baris dibaca: %(stored)d tersimpan, %(refused)d tertolak.")
    values = {"received": report.received, "stored": report.stored + report.repeated, "refused": report.refused}
    (messages.warning if report.refused else messages.success)(request, told % values)


@never_cache
@require_safe
def show_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show what became of a batch. `?nilai=ya` opens the refused values to the provider's officers."""
    return _render_batch(request, get_batch(request.user, batch_id), MendForm())


def _render_batch(request: HttpRequest, batch: Batch, form: MendForm) -> HttpResponse:
    page = Paginator(list_batch_refusals(batch), ROWS_A_PAGE).get_page(request.GET.get("page"))
    mine = is_provider(request.user, batch.dataset)
    opened = actions.read_refused(request.user, batch) if mine and request.GET.get("nilai") == "ya" else []
    values = {row.position: row.values for row in opened}
    shown: dict[str, Any] = {
        "batch": batch,
        "dataset": batch.dataset,
        "contract": batch.dataset.publication.contract_version.contract,
        "publication": batch.dataset.publication,
        "rows": [(row, _list_lines(row.findings, values.get(row.position))) for row in page],
        "page": page,
        "is_provider": mine,
        "shows_values": bool(values),
        "form": form,
        "takes_rows": batch.dataset.publication.state in actions.TAKES_ROWS,
    }
    return render(request, "deliveries/batch.html", shown, status=422 if form.errors else 200)


def _list_lines(findings: list[dict[str, str]], values: dict[str, str | None] | None) -> list[dict[str, str]]:
    """Return what is wrong with one row, in the page's language, with the value where it may be shown."""
    tongue = "en" if (get_language() or "id").startswith("en") else "id"
    return [
        {
            "column": one["column"],
            "rule": one["rule"],
            "words": one[tongue],
            "value": _find_value(one["column"], values) if values is not None else "",
        }
        for one in findings
    ]


def _find_value(column: str, values: dict[str, str | None]) -> str:
    """Return the refused row's own cells of the columns that a finding names; all of them where it names none."""
    names = [name.strip() for name in column.split(",")]
    own = [f"{name}: {cell}" if len(names) > 1 else f"{cell or ''}" for name, cell in values.items() if name in names]
    return "; ".join(own) if own else "; ".join(f"{name}: {cell}" for name, cell in values.items() if cell)


@never_cache
@require_safe
def fetch_refused(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Return the refused rows with values and reasons as .ods, to the provider's officers alone."""
    batch = get_batch(request.user, batch_id)
    content = actions.write_refused(request.user, batch, get_language() or "id")
    return HttpResponse(
        content,
        content_type="application/vnd.oasis.opendocument.spreadsheet",
        headers={"Content-Disposition": f'attachment; filename="baris-tertolak-{batch.pk}.ods"'},
    )


@never_cache
@require_POST
def mend_rows(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Take the mended table in; what is refused again waits in the new batch."""
    batch = get_batch(request.user, batch_id)
    check_provider(request.user, batch.dataset)
    form = MendForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = actions.mend_rows(request.user, batch, file.name, file.read(), form.cleaned_data["once"])
        except (Invalid, Conflict, RefusedRowsGone) as error:
            _add_refusal(form, error)
        else:
            _tell(request, report)
            return redirect("batch", report.batch)
    form.renew()
    return _render_batch(request, batch, form)
