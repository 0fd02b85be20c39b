"""Usage by day and the last errors: counted once from the sealed evidence, the own calls alone, causes in words."""

import threading
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.kernel.clock import ZONE, local, now
from simpul.portal.organizations.models import Organization
from simpul.portal.services import actions
from simpul.portal.services.causes import find_cause
from simpul.portal.services.models import TESTING_APPLICATION, Application
from simpul.portal.usage.counting import count_all, count_seals
from simpul.portal.usage.models import UsageDay, UsageMark
from simpul.portal.usage.queries import DAYS, Scope, find_last_uses, list_failures, list_usage

SERVICE, ALL = "/layanan/wilayah/pemakaian/", "/aplikasi/pemakaian/"
_ADD = """
INSERT INTO evidence (uid, at, organization_id, application_id, publication_id, dataset_id, status, record, digest)
VALUES (%s, %s, %s, %s, %s, null, %s, %s, %s)
"""
_SEAL = """
WITH made AS (
    INSERT INTO seal (number, count, root, previous, digest, key_id, signature, signed_at)
    SELECT coalesce(max(number), 0) + 1, 1, '', '', '', 'uji', '', now() FROM seal RETURNING number
)
INSERT INTO sealed_row (evidence_id, at, seal_id, position)
SELECT id, at, made.number, row_number() OVER (ORDER BY id) FROM made, evidence AS e
WHERE NOT EXISTS (SELECT FROM sealed_row AS s WHERE s.evidence_id = e.id)
"""
_numbers = count(1)


@pytest.fixture
def consumer(served: Served, portal_database: Database) -> Organization:
    """Give an agency of the test's own, since evidence stays; with a programmer `own_program` that is party as well."""
    cache.clear()
    count_all()
    return served.sop.add_organization(f"uji-{next(_numbers)}")


def add_call(served: Served, organization: Organization, days_ago: int = 0, **changes: Any) -> CallRecord:
    """Keep the evidence of one call at noon of a day, today's right now."""
    day = local(now()).date() - timedelta(days=days_ago)
    at = now() if days_ago == 0 else datetime.combine(day, time(12), ZONE)
    facts: dict[str, Any] = {
        "uid": uuid4(), "at": at, "method": "GET", "operation": "read", "status": 200, "stage": "live",
        "context": served.context, "major": 1, "dataset": "desa", "organization_id": organization.pk,
        "publication_id": served.live.pk, "columns": ("kode",), "operators": (), "rows": 3, "purpose": 'Uji "rows":9',
    }  # fmt: skip
    record = CallRecord(**(facts | changes))
    text = write_record(record)
    served.sop.execute(
        _ADD,
        [record.uid, record.at, record.organization_id, record.application_id, record.publication_id, record.status, text,
         digest_record(text)],
    )  # fmt: skip
    return record


def seal(served: Served) -> None:
    """Put the rows that wait under one seal, as the sealer does."""
    served.sop.execute(_SEAL)


def count_days(served: Served, scope: Scope) -> dict[int, tuple[int, int, int]]:
    """Seal, and return days ago → calls, rows, errors."""
    seal(served)
    today = local(now()).date()
    return {(today - one.on).days: one[1:] for one in list_usage(scope) if one.calls or one.errors}


def test_each_day_has_its_calls_rows_and_errors(served: Served, consumer: Organization) -> None:
    for days_ago in (0, 0, 1, 5, DAYS - 1, DAYS):
        add_call(served, consumer, days_ago)
    add_call(served, consumer, 5, status=403, code="SPLA12", rows=None)
    scope = Scope((consumer.pk,))
    assert count_days(served, scope) == {0: (2, 6, 0), 1: (1, 3, 0), 5: (2, 3, 1), DAYS - 1: (1, 3, 0)}
    today = local(now()).date()
    assert [one.on for one in list_usage(scope)] == [today - timedelta(days=no) for no in reversed(range(DAYS))]


def test_streamed_answer_is_one_call_with_the_rows_of_its_end(served: Served, consumer: Organization) -> None:
    start = add_call(served, consumer, phase="start", rows=None)
    add_call(served, consumer, phase="end", of=start.uid, rows=1_000_000)
    broken = add_call(served, consumer, phase="start", rows=None)
    add_call(served, consumer, phase="end", of=broken.uid, rows=10, code="SPLX53")
    assert count_days(served, Scope((consumer.pk,))) == {0: (2, 1_000_010, 1)}
    assert [one.record.code for one in list_failures(Scope((consumer.pk,)))] == ["SPLX53"]


def test_calls_of_others_of_other_services_and_of_the_hubs_tests_are_not_counted(
    served: Served, consumer: Organization
) -> None:
    before = count_days(served, Scope()).get(0, (0, 0, 0))[0]
    testing = Application.objects.create(organization=consumer, name=TESTING_APPLICATION)
    add_call(served, consumer, application_id=testing.pk)
    add_call(served, served.sop.organizations["penyedia"])
    add_call(served, consumer, publication_id=served.sandbox.pk)
    add_call(served, consumer, organization_id=None)
    assert count_days(served, Scope((consumer.pk,), (served.live.pk,))) == {}
    assert count_days(served, Scope((consumer.pk,)))[0][0] == 1
    assert count_days(served, Scope())[0][0] == before + 2


def test_every_row_is_counted_once_however_often_and_by_whomever(served: Served, consumer: Organization) -> None:
    before = UsageMark.objects.get().seal
    for number in range(12):
        add_call(served, consumer, rows=number)
        seal(served)
    assert count_seals(5)
    threads = [threading.Thread(target=count_and_close) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    count_all()
    assert UsageMark.objects.get().seal == before + 12
    assert count_days(served, Scope((consumer.pk,))) == {0: (12, 66, 0)}


def count_and_close() -> None:
    """Count in a thread of its own, with a connection of its own."""
    count_all()
    connection.close()


def test_page_counts_a_little_and_leaves_the_rest_to_the_worker(served: Served, consumer: Organization) -> None:
    for _ in range(30):
        add_call(served, consumer)
        seal(served)
    assert list_usage(Scope((consumer.pk,)))[-1].calls == 20
    count_all()
    assert UsageDay.objects.get(organization_id=consumer.pk).calls == 30


def test_failures_come_newest_first_with_the_programs_name(served: Served, consumer: Organization) -> None:
    program = served.sop.persons[f"{consumer.code}_program"]
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


@pytest.fixture
def party(served: Served, consumer: Organization) -> Organization:
    """Give the consumer of the service; what it called before is left as it is."""
    return served.sop.organizations["pemanfaat"]


def test_programmer_sees_the_own_calls_and_what_failed(served: Served, party: Organization) -> None:
    refused = add_call(served, party, status=403, code="SPLA15", rows=None)
    add_call(served, served.sop.organizations["penyedia"], rows=777)
    seal(served)
    for page in (SERVICE, ALL):
        text = read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(page))
        for told in ("SPLA15", "berakhir pada", "Ajukan perpanjangan", str(refused.uid)):
            assert told in text, (page, told)
        assert "777" not in text


def test_kominfo_sees_the_calls_of_all_to_a_service(served: Served, party: Organization) -> None:
    before = sum(rows for _, rows, _ in count_days(served, Scope(None, (served.live.pk, served.sandbox.pk))).values())
    add_call(served, party, rows=7_000_000)
    add_call(served, served.sop.organizations["penyedia"], rows=2_777_777 - before)
    seal(served)
    assert "9.777.777" in read_text(sign_in(served.sop.persons["tim_it"]).get(SERVICE))


def test_one_program_is_chosen_among_the_own(served: Served, party: Organization) -> None:
    program = served.sop.persons["pemanfaat_program"]
    application = actions.get_application(program, party, "SIMPEG")
    other = actions.get_application(served.sop.persons["lain_program"], served.sop.organizations["lain"], "LAIN")
    add_call(served, party, application_id=application.pk, rows=512)
    seal(served)
    client = sign_in(program)
    assert ">512<" in read_text(client.get(ALL, {"aplikasi": application.pk}))
    foreign = read_text(client.get(ALL, {"aplikasi": other.pk}))
    assert "LAIN" not in foreign


def test_stranger_sees_no_usage(served: Served, portal: Database) -> None:
    assert sign_in(served.sop.persons["lain_program"]).get(SERVICE).status_code == 404
    assert sign_in(served.sop.persons["lain"]).get(ALL).status_code == 403
