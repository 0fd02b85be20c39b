"""Usage by day and the last errors: counted from the evidence, the own calls alone, causes in words, no value."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.kernel.clock import ZONE, local, now
from simpul.portal.organizations.models import Organization
from simpul.portal.proofs.models import Evidence
from simpul.portal.proofs.usage import DAYS, Scope, find_last_uses, list_failures, list_usage
from simpul.portal.services import actions
from simpul.portal.services.causes import find_cause
from simpul.portal.services.models import TESTING_APPLICATION, Application

SERVICE, ALL = "/layanan/wilayah/pemakaian/", "/aplikasi/pemakaian/"


@pytest.fixture
def consumer(served: Served, portal: Database) -> Organization:
    return served.sop.organizations["pemanfaat"]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Forget what was counted before."""
    yield
    cache.clear()


def add_call(served: Served, organization: Organization, days_ago: int = 0, **changes: Any) -> CallRecord:
    """Keep the evidence of one call at noon of a day, today's right now."""
    day = local(now()).date() - timedelta(days=days_ago)
    at = now() if days_ago == 0 else datetime.combine(day, time(12), ZONE)
    facts: dict[str, Any] = {
        "uid": uuid4(), "at": at, "method": "GET", "operation": "read", "status": 200, "stage": "live",
        "context": served.context, "major": 1, "dataset": "desa", "organization_id": organization.pk,
        "publication_id": served.live.pk, "columns": ("kode",), "operators": (), "rows": 3, "purpose": "Uji \"rows\":9",
    }  # fmt: skip
    record = CallRecord(**(facts | changes))
    text = write_record(record)
    Evidence.objects.create(
        uid=record.uid, at=record.at, organization_id=record.organization_id, application_id=record.application_id,
        publication_id=record.publication_id, status=record.status, record=text, digest=digest_record(text),
    )  # fmt: skip
    return record


def test_each_day_has_its_calls_rows_and_errors(served: Served, consumer: Organization) -> None:
    for days_ago in (0, 0, 1, 5, DAYS - 1, DAYS):
        add_call(served, consumer, days_ago)
    add_call(served, consumer, 5, status=403, code="SPLA12", rows=None)
    days = list_usage(Scope((consumer.pk,)))
    today = local(now()).date()
    assert [one.on for one in days] == [today - timedelta(days=number) for number in reversed(range(DAYS))]
    counted = {(today - one.on).days: one[1:] for one in days if one.calls}
    assert counted == {0: (2, 6, 0), 1: (1, 3, 0), 5: (2, 3, 1), DAYS - 1: (1, 3, 0)}


def test_streamed_answer_is_one_call_with_the_rows_of_its_end(served: Served, consumer: Organization) -> None:
    start = add_call(served, consumer, phase="start", rows=None)
    add_call(served, consumer, phase="end", of=start.uid, rows=1_000_000)
    broken = add_call(served, consumer, phase="start", rows=None)
    add_call(served, consumer, phase="end", of=broken.uid, rows=10, code="SPLX53")
    assert list_usage(Scope((consumer.pk,)))[-1][1:] == (2, 1_000_010, 1)


def test_calls_of_others_of_other_services_and_of_the_hubs_tests_are_not_counted(
    served: Served, consumer: Organization
) -> None:
    testing = Application.objects.create(organization=consumer, name=TESTING_APPLICATION)
    add_call(served, consumer, application_id=testing.pk)
    add_call(served, served.sop.organizations["penyedia"])
    add_call(served, consumer, publication_id=served.sandbox.pk)
    assert list_usage(Scope((consumer.pk,), (served.live.pk,)))[-1].calls == 0
    assert list_usage(Scope((consumer.pk,)))[-1].calls == 1
    assert list_usage(Scope())[-1].calls == 2


def test_today_is_counted_anew_while_older_days_rest(served: Served, consumer: Organization) -> None:
    scope = Scope((consumer.pk,))
    add_call(served, consumer, 4)
    list_usage(scope)
    add_call(served, consumer)
    add_call(served, consumer, 4)
    days = list_usage(scope)
    assert (days[-1].calls, days[-5].calls) == (1, 1)


def test_failures_come_newest_first_with_the_programs_name(served: Served, consumer: Organization) -> None:
    program = served.sop.persons["pemanfaat_program"]
    application = actions.get_application(program, consumer, "SIMPEG")
    for code in ("PGRST204", "SPLA12"):
        add_call(served, consumer, status=403, code=code, rows=None, application_id=application.pk)
    add_call(served, consumer)
    found = list_failures(Scope((consumer.pk,)))
    assert [(one.record.code, one.application) for one in found] == [("SPLA12", "SIMPEG"), ("PGRST204", "SIMPEG")]


def test_last_use_of_a_key_is_its_newest_call(served: Served, consumer: Organization) -> None:
    add_call(served, consumer, 3, key_id="a1")
    newest = add_call(served, consumer, key_id="a1")
    add_call(served, consumer, key_id="b2")
    uses = find_last_uses([consumer])
    assert (uses["a1"], set(uses)) == (newest.at, {"a1", "b2"})


@pytest.mark.parametrize("code", ["SPLA03", "SPLA12", "SPLA16", "PGRST204", "SPLX31", "22P02"])
def test_every_cause_says_what_to_do_in_both_languages(code: str) -> None:
    cause = find_cause(code, 400)
    assert all((*cause.message, *cause.hint)), cause
    assert "{" not in "".join((*cause.message, *cause.hint))


def test_unknown_code_is_told_by_its_status() -> None:
    assert find_cause("LAIN01", 403).message.en == "Not granted."
    assert find_cause("", 500).message.en == "The exchange couldn't answer."


def test_programmer_sees_the_own_calls_and_what_failed(served: Served, consumer: Organization) -> None:
    refused = add_call(served, consumer, status=403, code="SPLA15", rows=None)
    add_call(served, served.sop.organizations["penyedia"], rows=777)
    for page in (SERVICE, ALL):
        text = read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(page))
        for told in ("SPLA15", "berakhir pada", "Ajukan perpanjangan", str(refused.uid)):
            assert told in text, (page, told)
        assert "777" not in text


def test_kominfo_sees_the_calls_of_all_to_a_service(served: Served, consumer: Organization) -> None:
    add_call(served, consumer, rows=700)
    add_call(served, served.sop.organizations["penyedia"], rows=77)
    assert "777" in read_text(sign_in(served.sop.persons["tim_it"]).get(SERVICE))


def test_one_program_is_chosen_among_the_own(served: Served, consumer: Organization) -> None:
    program = served.sop.persons["pemanfaat_program"]
    application = actions.get_application(program, consumer, "SIMPEG")
    other = actions.get_application(served.sop.persons["lain_program"], served.sop.organizations["lain"], "LAIN")
    add_call(served, consumer, application_id=application.pk, rows=512)
    client = sign_in(program)
    assert "512" in read_text(client.get(ALL, {"aplikasi": application.pk}))
    foreign = read_text(client.get(ALL, {"aplikasi": other.pk}))
    assert "LAIN" not in foreign


def test_stranger_sees_no_usage(served: Served, portal: Database) -> None:
    assert sign_in(served.sop.persons["lain_program"]).get(SERVICE).status_code == 404
    assert sign_in(served.sop.persons["lain"]).get(ALL).status_code == 403
