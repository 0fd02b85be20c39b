"""Reading sources and their runs."""

from django.db.models import QuerySet

from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import READS_ALL_CASES, has_role
from simpul.portal.services.models import Dataset
from simpul.portal.sources.errors import SourceNotFound
from simpul.portal.sources.models import Source, SourceRun
from simpul.portal.sources.permissions import check_sees

_SERVICE = "dataset__publication__contract_version__contract__provider"


def get_source(person: Person, source_id: int) -> Source:
    """Return a source of a service that this person sees whole. Raises: SourceNotFound."""
    source = Source.objects.select_related(_SERVICE).filter(pk=source_id, removed_at=None).first()
    if source is None:
        raise SourceNotFound
    check_sees(person, source)
    return source


def list_sources(person: Person) -> QuerySet[Source]:
    """Return the sources that a person keeps or watches over, by service and name: the own agency's, or Kominfo's all."""
    rows = Source.objects.filter(removed_at=None).select_related(_SERVICE)
    if not has_role(person, *READS_ALL_CASES):
        if not has_role(person, Role.OPD, Role.PEMROGRAM_OPD):
            return rows.none()
        owners = list_lineage(person.organization)
        rows = rows.filter(dataset__publication__contract_version__contract__provider__in=owners)
    return rows.order_by("dataset__publication__context", "dataset__name", "name")


def list_dataset_sources(dataset: Dataset) -> QuerySet[Source]:
    """Return the sources that fill a dataset, by name."""
    return Source.objects.filter(dataset=dataset, removed_at=None).order_by("name")


def list_runs(source: Source) -> QuerySet[SourceRun]:
    """Return a source's runs, newest first."""
    return source.runs.select_related("person").order_by("-id")
