"""Reading what the exchange serves, for pages and papers."""

from datetime import date

from django.conf import settings
from django.db.models import QuerySet

from simpul.contract.model import Contract
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.organizations.models import Organization
from simpul.portal.services.models import TESTING_APPLICATION, Application, Grant, Publication


def find_publication(version: ContractVersion, stage: str) -> Publication | None:
    """Return the publication of a version's context and major version in a stage, or None."""
    contract = load_contract(version)
    return (
        Publication.objects.filter(context=contract.context, major=contract.major, stage=stage)
        .select_related("contract_version__contract__provider")
        .first()
    )


def make_address(publication: Publication) -> str:
    """Return the base address of a publication, as papers and samples print it."""
    return settings.HUB.EXCHANGE_URL + make_path(publication)


def make_path(publication: Publication) -> str:
    """Return a publication's path on the exchange, without a slash at its end."""
    root = "sandbox" if publication.stage == Publication.Stage.SANDBOX else "api"
    return f"/{root}/{publication.context}/v{publication.major}"


def list_grants(organization: Organization, stage: str) -> QuerySet[Grant]:
    """Return an organization's grants that are in force in a stage."""
    rows = Grant.objects.filter(organization=organization, dataset__publication__stage=stage, revoked_at=None)
    return rows.select_related("dataset__publication").order_by("dataset__publication__context", "dataset__name")


def find_trial(publication: Publication | None, organization: Organization) -> date | None:
    """Return until when a consumer may try the rows before they are live, or None."""
    grants = Grant.objects.filter(dataset__publication=publication, organization=organization, revoked_at=None)
    until = grants.exclude(trial_until=None).order_by("-trial_until").values_list("trial_until", flat=True).first()
    return until if publication is not None else None


def list_applications(organization: Organization) -> QuerySet[Application]:
    """Return an organization's own programs with their keys, by name; not the hub's one for tests."""
    rows = Application.objects.filter(organization=organization).exclude(name=TESTING_APPLICATION)
    return rows.select_related("organization").prefetch_related("keys").order_by("name")


def read_compiled(publication: Publication) -> Contract:
    """Return the contract that a publication serves."""
    return load_contract(publication.contract_version)


def list_all_applications() -> QuerySet[Application]:
    """Return all organizations' programs with their keys, for the Pengelola Sistem, who may revoke them."""
    rows = Application.objects.exclude(name=TESTING_APPLICATION).select_related("organization")
    return rows.prefetch_related("keys").order_by("organization__name", "name")
