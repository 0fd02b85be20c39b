"""What pages show of a service: its publications by stage, its datasets with their freshness, and who was granted what."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from simpul.contract.model import Dataset as AgreedDataset
from simpul.kernel.clock import local, now
from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.services.errors import PublicationNotFound
from simpul.portal.services.explaining import Freshness, find_freshness, make_examples
from simpul.portal.services.models import Dataset, Grant, Publication
from simpul.portal.services.permissions import IN_FORCE, OPEN

Stage, State = Publication.Stage, Publication.State
SERVING = (State.VERIFICATION, State.LIVE, State.DEPRECATED)
ENDED = (State.RETIRED, State.CLOSED)


class ShownDataset(NamedTuple):
    """A dataset's row beside what was agreed of it. `is_old`: the last delivery is older than agreed."""

    row: Dataset
    model: AgreedDataset
    is_old: bool

    @property
    def title(self) -> str:
        return self.model.title or self.model.name

    @property
    def is_open(self) -> bool:
        return self.model.access_class == OPEN

    @property
    def freshness(self) -> Freshness:
        return find_freshness(self.row, self.model)

    @property
    def examples(self) -> Mapping[str, str]:
        return make_examples(self.model)


def list_publications(contract: Contract) -> list[Publication]:
    """Return a service's publications, the newest major version first, live before sandbox."""
    rows = Publication.objects.filter(contract_version__contract=contract).select_related(
        "contract_version__contract__provider", "contract_version__case"
    )
    return list(rows.order_by("-major", "stage"))


def choose_publication(publications: list[Publication]) -> Publication | None:
    """Return the one that a page is about: the newest that serves live rows, else the newest sandbox, else any."""
    wishes = (
        lambda one: one.stage == Stage.LIVE and one.state in IN_FORCE,
        lambda one: one.stage == Stage.LIVE and one.state in SERVING,
        lambda one: one.stage == Stage.SANDBOX and one.state not in ENDED,
        lambda one: True,
    )
    return next((one for wish in wishes for one in publications if wish(one)), None)


def get_publication(contract: Contract, stage: str = "", major: str = "") -> Publication:
    """Return a service's publication by stage and major version as an address gives them; both empty: the one to show.

    Raises: PublicationNotFound.
    """
    rows = [
        one
        for one in list_publications(contract)
        if stage in ("", one.stage) and major in ("", str(one.major)) and (stage or one.state not in ENDED)
    ]
    publication = choose_publication(rows)
    if publication is None:
        raise PublicationNotFound
    return publication


def list_shown_datasets(publication: Publication, *, only_open: bool = False) -> list[ShownDataset]:
    """Return a publication's datasets in the contract's order; none while it is being prepared."""
    compiled = publication.compiled.get("datasets", {})
    rows = publication.datasets.filter(name__in=list(compiled)).select_related("publication").order_by("id")
    shown = [_show(row, AgreedDataset.from_dict(compiled[row.name]["model"])) for row in rows]
    return [one for one in shown if one.is_open or not only_open]


def _show(row: Dataset, model: AgreedDataset) -> ShownDataset:
    return ShownDataset(row, model, is_older_than_agreed(row, model))


def is_older_than_agreed(row: Dataset, model: AgreedDataset) -> bool:
    """Return whether the last delivery is longer ago than the parties agreed; False where no limit is agreed."""
    if row.delivered_at is None or model.max_age_days is None:
        return False
    return now() - row.delivered_at > timedelta(days=model.max_age_days)


class Entry(NamedTuple):
    """One open dataset of the public catalogue."""

    contract: Contract
    publication: Publication
    dataset: ShownDataset


def list_catalogue() -> list[Entry]:
    """Return each dataset of the class terbuka that is served live, by service and name. No rows, no other dataset."""
    rows = Publication.objects.filter(stage=Stage.LIVE, state=State.LIVE).select_related(
        "contract_version__contract__provider"
    )
    return [
        Entry(publication.contract_version.contract, publication, dataset)
        for publication in rows.order_by("context", "-major")
        for dataset in list_shown_datasets(publication, only_open=True)
    ]


def list_own_grants(organization: Organization, contract: Contract) -> QuerySet[Grant]:
    """Return what an organization was granted of a service and wasn't revoked, ended ones too, live first."""
    rows = Grant.objects.filter(
        dataset__publication__contract_version__contract=contract,
        organization__in=list_lineage(organization),
        revoked_at=None,
    )
    return rows.select_related("dataset__publication").order_by("dataset__publication__stage", "dataset__name", "role")


def list_consumer_grants(publication: Publication) -> QuerySet[Grant]:
    """Return what the consumers were granted of a publication and wasn't revoked, by consumer."""
    rows = Grant.objects.filter(dataset__publication=publication, role="pemanfaat", revoked_at=None)
    return rows.select_related("organization", "dataset").order_by("organization__name", "dataset__name")


def grants_not_ended(on: date | None = None) -> Q:
    """Return the condition on Grant rows that weren't revoked and whose last day isn't over."""
    today = on or local(now()).date()
    return Q(revoked_at=None) & (Q(valid_until=None) | Q(valid_until__gte=today))
