"""Reading dashboards: for those who are party to the service, and Kominfo; only totals and groups, never rows."""

from typing import Any

from simpul.portal.dashboards.models import DashboardSnapshot
from simpul.portal.services.models import Publication


def list_snapshots(publication: Publication) -> list[DashboardSnapshot]:
    """Return the picture of each dataset, in the contract's order; one not drawn yet has no `refreshed_at`."""
    datasets = publication.datasets.order_by("id").select_related("snapshot", "publication")
    datasets = datasets.filter(name__in=list(publication.compiled.get("datasets", {})))
    return [getattr(one, "snapshot", None) or DashboardSnapshot(dataset=one) for one in datasets]


def list_totals(snapshots: list[DashboardSnapshot]) -> list[dict[str, Any]]:
    """Return the figures as papers print them: each dataset's total, as shown on the page."""
    return [
        {
            "label": f"Jumlah baris {one.dataset.name}",
            "value": str(one.content["total"]) if one.refreshed_at else "belum ada",
        }
        for one in snapshots
    ]
