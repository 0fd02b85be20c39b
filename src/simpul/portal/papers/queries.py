"""Finding the papers of a case."""

from django.db.models import QuerySet

from simpul.portal.cases.errors import CaseNotFound
from simpul.portal.cases.models import Case
from simpul.portal.cases.permissions import get_visible_case
from simpul.portal.papers.models import Paper
from simpul.portal.people.models import Person


def list_papers(case: Case) -> QuerySet[Paper]:
    """Return a case's papers without their content, oldest first."""
    return Paper.objects.filter(case=case).defer("content").order_by("id")


def get_paper(person: Person, number: str, paper_id: int) -> Paper:
    """Return a paper with its content. Raises: CaseNotFound unless the person sees the case and it is there."""
    paper = Paper.objects.filter(case=get_visible_case(person, number), pk=paper_id).first()
    if paper is None:
        raise CaseNotFound
    return paper
