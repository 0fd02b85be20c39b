"""Row 10: storage in the one database: the provider's rows come by upload or API; Tim IT confirms."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.portal.activities.activity import ActContext, ActForm, Activity, Handler, PlainForm, Tool
from simpul.portal.activities.contract_facts import describe_version
from simpul.portal.activities.fields import AttachmentField
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.cases.models import Attachment
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import get_version
from simpul.portal.deliveries.actions import upload_rows
from simpul.portal.deliveries.models import Batch
from simpul.portal.deliveries.queries import count_refusals, list_batches, list_refusals
from simpul.portal.papers import facts as paper_facts
from simpul.portal.services.actions import publish
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import find_publication, make_address


def find_live(context: ActContext) -> Publication | None:
    """Return the live publication of the agreed version, or None while it was never published."""
    return find_publication(get_version(context.case, ContractVersion.State.AGREED), Publication.Stage.LIVE)


def list_live_missing(context: ActContext) -> list[Words]:
    """Return what keeps rows from being stored: tables not there, or no rows yet."""
    publication = find_live(context)
    if publication is None or publication.state == Publication.State.PREPARING:
        return [Words("Tabel data sedang disiapkan.", "The tables are being prepared.")]
    if publication.state == Publication.State.FAILED or publication.problem:
        return [
            Words(f"Tabel data gagal disiapkan: {publication.problem}", f"The tables failed: {publication.problem}")
        ]
    if publication.compiled.get("version") != publication.contract_version.version:
        return [Words("Perubahan tabel data sedang disiapkan.", "The tables are being changed.")]
    empty = [one.name for one in publication.datasets.all() if one.row_count == 0]
    if empty:
        names = ", ".join(empty)
        return [Words(f"Menunggu data penyedia: {names}.", f"Waiting for the provider's data: {names}.")]
    return []


class UploadForm(ActForm):
    dataset = forms.ChoiceField(label=_("Data"))
    file = AttachmentField("kiriman-data", label=_("Berkas data (CSV, XLSX, ODS, atau JSON)"))

    def prepare(self) -> None:
        publication = find_live(self.act_context)
        names = [one.name for one in publication.datasets.order_by("id")] if publication else []
        self.fields["dataset"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
        self.fields["dataset"].initial = names[0] if names else None


def upload(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Deliver a file's rows to a dataset; the file itself isn't kept, since it holds rows."""
    publication = find_live(context)
    attachment = Attachment.objects.get(pk=answers["file"])
    content, name = bytes(attachment.content), attachment.name
    attachment.delete()
    assert publication is not None  # noqa: S101 — the form offers only datasets that are there
    dataset = publication.datasets.select_related("publication__contract_version__contract__provider").get(
        name=answers["dataset"]
    )
    return upload_rows(context.person, dataset, name, content).to_dict()


def republish(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Try again to make the tables, after a failure."""
    return {"publication": publish(get_version(context.case, ContractVersion.State.AGREED), Publication.Stage.LIVE).pk}


def describe_rows(context: ActContext) -> dict[str, Any]:
    """Return what pages show of the stored rows: counts and batches, no values."""
    publication = find_live(context)
    if publication is None:
        return {"publication": None}
    return {
        "publication": publication,
        "address": make_address(publication),
        "datasets": list(publication.datasets.order_by("id")),
        "batches": list(list_batches(publication)[:20]),
        "refusals": list_refusals(publication, 50),
        "refused_total": count_refusals(publication),
        "is_provider": context.act.organization is not None and context.act.actor == "penyedia",
    }


class SendRows(Handler):
    form_class = PlainForm
    template_name = "activities/a10.html"
    submit_label = _("Data sudah terkirim")
    tools = (Tool("unggah", _("Unggah data"), upload, UploadForm),)

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}

    def list_missing(self, context: ActContext) -> list[Words]:
        return list_live_missing(context)

    def describe(self, context: ActContext) -> dict[str, Any]:
        return describe_rows(context)


class ConfirmRows(SendRows):
    submit_label = _("Konfirmasi penyimpanan")
    tools = (Tool("siapkan_tabel", _("Siapkan tabel lagi"), republish),)


class Storage(Activity):
    no = 10
    handlers = {"kirim_data": SendRows(), "konfirmasi": ConfirmRows()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        publication = find_live(context)
        assert publication is not None  # noqa: S101 — list_missing holds the act until it is there
        make_step_paper(
            context,
            "penyimpanan",
            {
                "contract": describe_version(publication.contract_version),
                "stored": describe_stored(publication),
                "batches": [_describe_batch(one) for one in reversed(list_batches(publication)[:200])],
                "confirmed_by": paper_facts.describe_person(context.person),
                "confirmed_at": paper_facts.describe_instant(context.at),
            },
        )


def describe_stored(publication: Publication) -> list[dict[str, Any]]:
    """Return how many rows each dataset holds, and in which version."""
    rows = publication.datasets.order_by("id")
    return [{"dataset": one.name, "rows": one.row_count, "version": str(one.version)} for one in rows]


def _describe_batch(batch: Batch) -> dict[str, Any]:
    return {
        "id": f"K-{batch.pk:06d}",
        "dataset": batch.dataset.name,
        "way": "API" if batch.application_id else "unggah",
        "at": paper_facts.describe_instant(batch.created_at),
        "received": batch.received,
        "stored": batch.inserted + batch.updated + batch.unchanged,
        "refused": batch.refused,
    }
