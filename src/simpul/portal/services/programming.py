"""What the pages for programmers are filled with: the choices of stage and dataset, programs, and usage."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person
from simpul.portal.people.permissions import READS_ALL_CASES, has_role
from simpul.portal.services.causes import Cause, find_cause
from simpul.portal.services.models import TESTING_APPLICATION, Application, Grant, Publication
from simpul.portal.services.samples import TASKS, Sample, make_samples
from simpul.portal.services.showing import (
    ENDED,
    ShownDataset,
    grants_not_ended,
    list_own_grants,
    list_publications,
    list_shown_datasets,
)
from simpul.portal.usage.queries import Day, Failure, Scope, list_failures, list_usage

FAILED_COLOUR = "#c21f1f"
"""The look's own colour of errors; a chart takes no variable."""
BEFORE_TABLES = (Publication.State.PREPARING, Publication.State.FAILED)


class ToldFailure(NamedTuple):
    """A call that went wrong, with what its code means."""

    failure: Failure
    cause: Cause


def list_choices(contract: Contract) -> list[Publication]:
    """Return the publications that a program can call, the newest version first, live before sandbox."""
    return [one for one in list_publications(contract) if one.state not in (*ENDED, *BEFORE_TABLES)]


def describe_programs(person: Person, contract: Contract, publication: Publication, wanted: str = "") -> dict[str, Any]:
    """Return the programs for one dataset of a publication: the wanted one, else the first that was granted."""
    datasets = list_shown_datasets(publication)
    grants = [one for one in list_own_grants(person.organization, contract) if one.dataset.publication == publication]
    chosen = choose_dataset(datasets, grants, wanted)
    return {
        "datasets": datasets,
        "dataset": chosen,
        "has_grant": bool(grants),
        "tasks": _make_tasks(publication, chosen, grants) if chosen else [],
    }


def choose_dataset(datasets: Sequence[ShownDataset], grants: Sequence[Grant], wanted: str) -> ShownDataset | None:
    """Return the dataset of that name, else the first with a grant, else the first; None where there is none."""
    granted = {one.dataset_id for one in grants}
    ordered = sorted(datasets, key=lambda one: (one.row.name != wanted, one.row.pk not in granted))
    return ordered[0] if ordered else None


def _make_tasks(publication: Publication, dataset: ShownDataset, grants: Sequence[Grant]) -> list[dict[str, Any]]:
    own = [one for one in grants if one.dataset_id == dataset.row.pk]
    readers = [one for one in own if "read" in one.operations]
    delivers = any("deliver" in one.operations for one in own)
    columns = readers[0].columns if readers else []
    made = make_samples(publication, dataset.model, columns, delivers=delivers)
    return [_group(task, made) for task in TASKS if any(one.task == task for one in made)]


def _group(task: str, made: Sequence[Sample]) -> dict[str, Any]:
    return {"key": task, "samples": [one for one in made if one.task == task]}


def describe_usage(
    person: Person, publications: list[Publication] | None = None, application: Application | None = None
) -> dict[str, Any]:
    """Return the calls by day and the last errors: of the person's organization, or of all for who watches the hub.

    Args: `publications` None: of every service; `application`: of this program alone.
    """
    whole = publications is not None and has_role(person, *READS_ALL_CASES)
    scope = Scope(
        None if whole else tuple(one.pk for one in list_lineage(person.organization)),
        None if publications is None else tuple(one.pk for one in publications),
        (application.pk,) if application else None,
    )
    days = list_usage(scope)
    return {
        "days": days,
        "days_with_calls": [one for one in reversed(days) if one.calls or one.errors],
        "totals": add_days(days),
        "chart": draw_usage(days),
        "failures": [ToldFailure(one, find_cause(one.record.code, one.record.status)) for one in list_failures(scope)],
        "whole": whole,
    }


def add_days(days: Sequence[Day]) -> Day:
    """Return the sums of some days, dated as the first of them."""
    return Day(
        days[0].on, sum(one.calls for one in days), sum(one.rows for one in days), sum(one.errors for one in days)
    )


def draw_usage(days: Sequence[Day]) -> dict[str, Any]:
    """Return the chart of the calls by day, those that failed on top of those that didn't, as an ECharts option."""
    return {
        "grid": {"left": 48, "right": 16, "top": 40, "bottom": 32},
        "legend": {"top": 4},
        "xAxis": {"type": "category", "data": [f"{one.on.day}/{one.on.month}" for one in days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "bar", "stack": "calls", "data": [max(one.calls - one.errors, 0) for one in days]},
            {
                "type": "bar",
                "stack": "calls",
                "data": [one.errors for one in days],
                "itemStyle": {"color": FAILED_COLOUR},
            },
        ],
    }


def list_own_applications(person: Person) -> list[Application]:
    """Return the programs of the person's organization and of those before it, by name."""
    rows = Application.objects.filter(organization__in=list_lineage(person.organization))
    return list(rows.exclude(name=TESTING_APPLICATION).order_by("name"))


class CallableService(NamedTuple):
    """A service that an organization's programs may call now, and on which stages."""

    contract: Contract
    stages: list[str]


def list_callable_services(organization: Organization) -> list[CallableService]:
    """Return the services that an organization holds grants of that haven't ended, by title."""
    rows = Grant.objects.filter(grants_not_ended(), organization__in=list_lineage(organization))
    pairs = rows.values_list("dataset__publication__contract_version__contract", "dataset__publication__stage")
    stages: dict[int, set[str]] = {}
    for contract_id, stage in pairs:
        stages.setdefault(contract_id, set()).add(stage)
    contracts = Contract.objects.filter(pk__in=stages).select_related("provider").order_by("title", "context")
    return [CallableService(one, sorted(stages[one.pk], reverse=True)) for one in contracts]
