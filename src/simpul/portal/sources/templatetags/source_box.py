"""The sources that fill a dataset, as a part of the dataset's page."""

from typing import Any

from django import template

from simpul.portal.services.models import Dataset
from simpul.portal.sources.permissions import may_add
from simpul.portal.sources.queries import list_dataset_sources

register = template.Library()


@register.inclusion_tag("sources/box.html", takes_context=True)
def show_sources(context: dict[str, Any], dataset: Dataset) -> dict[str, Any]:
    """Show a live dataset's sources, and to its provider the way to add one; nothing for a sandbox."""
    is_live = dataset.publication.stage == "live"
    return {
        "sources": list(list_dataset_sources(dataset)) if is_live else [],
        "adds": is_live and may_add(context["request"].user, dataset),
        "dataset": dataset,
        "publication": dataset.publication,
        "contract": dataset.publication.contract_version.contract,
    }
