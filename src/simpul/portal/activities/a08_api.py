"""Row 8: the API is prepared: published to the sandbox with mock rows made from the contract."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from simpul.kernel.words import Words
from simpul.papers.render import PaperFile
from simpul.portal.activities.a07_interchange import list_contract_files
from simpul.portal.activities.activity import ActContext, Activity, Handler, PlainForm, Tool
from simpul.portal.activities.contract_facts import describe_version
from simpul.portal.activities.papers import make_step_paper
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import get_version, load_contract
from simpul.portal.papers import facts as paper_facts
from simpul.portal.papers.actions import keep_file
from simpul.portal.papers.models import Paper
from simpul.portal.services.actions import publish
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import find_publication, make_address


def publish_sandbox(context: ActContext, answers: dict[str, Any]) -> dict[str, Any]:
    """Publish the agreed version to the sandbox; the exchange has it as soon as the worker has made the tables."""
    publication = publish(get_version(context.case, ContractVersion.State.AGREED), Publication.Stage.SANDBOX)
    return {"publication": publication.pk, "state": publication.state, "address": make_address(publication)}


class Prepare(Handler):
    form_class = PlainForm
    template_name = "activities/a08.html"
    submit_label = _("API siap")
    tools = (Tool("terbitkan", _("Terbitkan ke uji coba"), publish_sandbox),)

    def get_initial(self, context: ActContext) -> dict[str, Any]:
        return {}

    def list_missing(self, context: ActContext) -> list[Words]:
        return list_sandbox_missing(context)

    def describe(self, context: ActContext) -> dict[str, Any]:
        version = get_version(context.case, ContractVersion.State.AGREED)
        publication = find_publication(version, Publication.Stage.SANDBOX)
        return {
            "version": version,
            "publication": publication,
            "address": make_address(publication) if publication else "",
        }


def list_sandbox_missing(context: ActContext) -> list[Words]:
    """Return what keeps the sandbox of the agreed version from being open."""
    version = get_version(context.case, ContractVersion.State.AGREED)
    publication = find_publication(version, Publication.Stage.SANDBOX)
    if publication is None or publication.contract_version_id != version.pk:
        return [Words("API uji coba belum diterbitkan.", "The sandbox API isn't published yet.")]
    if publication.state == Publication.State.FAILED:
        return [
            Words(
                f"API uji coba gagal disiapkan: {publication.problem}", f"The sandbox API failed: {publication.problem}"
            )
        ]
    if publication.state != Publication.State.OPEN:
        return [Words("API uji coba sedang disiapkan.", "The sandbox API is being prepared.")]
    return []


class Api(Activity):
    no = 8
    handlers = {"siapkan": Prepare()}

    def on_completed(self, context: ActContext, gate: Mapping[str, str]) -> None:
        version = get_version(context.case, ContractVersion.State.AGREED)
        files = [
            PaperFile(f"program-api-{file.name}", file.media_type, file.content)
            for file in list_contract_files(version, Publication.Stage.SANDBOX)
        ]
        kept = [
            keep_file(
                context.case,
                "program-api",
                "Program Aplikasi API",
                file,
                context.act.step,
                8,
                context.act.round,
                context.person,
            )
            for file in files
        ]
        make_step_paper(context, "program-api", _describe_api(context, version, kept))


def _describe_api(context: ActContext, version: ContractVersion, files: list[Paper]) -> dict[str, Any]:
    publication = find_publication(version, Publication.Stage.SANDBOX)
    return {
        "contract": describe_version(version),
        "published_at": paper_facts.describe_instant(publication.updated_at if publication else context.at),
        "stage": "uji coba",
        "documentation": f"{settings.HUB.PUBLIC_URL}/layanan/{load_contract(version).context}/",
        "mock_rows": sum(one.row_count for one in publication.datasets.all()) if publication else 0,
        "files": [{"name": one.name, "bytes": one.size_bytes, "sha256": one.digest} for one in files],
    }
