"""What a run's failure says on its page, and who is told of it: the provider, once, and once when it is well again."""

from typing import Any

from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.portal.services.notices import tell_organization
from simpul.portal.sources.models import Source

SHOWN_FINDINGS = 50


def describe_problem(error: SimpulError) -> dict[str, Any]:
    """Return an error as `SourceRun.problem` keeps it."""
    return {
        "code": error.code,
        "message": [error.message.id, error.message.en],
        "hint": [error.hint.id, error.hint.en],
        "findings": [[one.where, one.message.id, one.message.en] for one in error.findings[:SHOWN_FINDINGS]],
    }


def tell_failure(source: Source, error: SimpulError) -> None:
    """Tell the provider that a source failed; of failures in a row only the first is told."""
    if source.failures:
        return
    words = Words(
        f"Sumber {source.name} gagal mengisi data {source.dataset.name}: {error.message.id}",
        f"The source {source.name} failed to fill the dataset {source.dataset.name}: {error.message.en}",
    )
    _tell(source, "failed", words)


def tell_recovery(source: Source) -> None:
    """Tell the provider that a source that failed is well again."""
    words = Words(
        f"Sumber {source.name} pulih dan mengisi data {source.dataset.name} lagi.",
        f"The source {source.name} is well again and fills the dataset {source.dataset.name}.",
    )
    _tell(source, "well", words)


def _tell(source: Source, what: str, words: Words) -> None:
    provider = source.dataset.publication.contract_version.contract.provider
    last = source.runs.order_by("-id").values_list("pk", flat=True).first()
    tell_organization(provider, f"source-{source.pk}-{what}-{last}", words, f"/sumber/{source.pk}/")
