"""`check` rebuilds each case from its events: what was tampered with is named, case by case."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from portal_world import point_django
from simpul.portal.cases.checking import list_differences
from simpul.portal.cases.models import Case
from simpul.portal.starting import list_portal_findings
from simpul.store.launcher import Database

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def case(database: Database) -> Iterator[Case]:
    """Give the sample request in row 6 whose consumer is asked, and undo what the test does to it."""
    point_django(database.dsn("portal"))
    with transaction.atomic():
        yield Case.objects.get(title="Permohonan data jumlah siswa per sekolah")
        transaction.set_rollback(True)


def list_rules(case: Case) -> list[str]:
    return [finding.rule for finding in list_differences() if finding.where == case.number]


def test_untouched_cases_have_no_difference(case: Case) -> None:
    assert list_differences() == []


def test_check_finds_a_changed_position(case: Case) -> None:
    case.position["open"][0]["round"] = 2
    case.save(update_fields=["position"])
    assert list_rules(case) == ["case-position"]
    assert case.number in {finding.where for finding in list_portal_findings()}


def test_check_finds_an_act_struck_from_the_position(case: Case) -> None:
    case.position["open"][0]["done"].pop()
    case.save(update_fields=["position"])
    assert list_rules(case) == ["case-position"]


def test_check_finds_a_removed_open_act(case: Case) -> None:
    case.open_acts.all().delete()
    assert list_rules(case) == ["case-open-acts"]


def test_check_finds_an_open_act_of_another_step(case: Case) -> None:
    case.open_acts.update(step="a07", step_no=7)
    assert list_rules(case) == ["case-open-acts"]


def test_check_finds_a_wrong_count_of_events(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(last_sequence=case.last_sequence + 1)
    assert list_rules(case) == ["case-sequence"]


def test_check_names_the_case_and_no_other(case: Case) -> None:
    case.open_acts.all().delete()
    [finding] = list_differences()
    assert case.number in finding.message.id
    assert case.number in finding.message.en
