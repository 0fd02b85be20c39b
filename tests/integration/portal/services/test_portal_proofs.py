"""Who reads evidence, and what of it: metadata alone, the own calls for programmers, seals for those who watch."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.kernel.clock import now
from simpul.portal.organizations.models import Organization
from simpul.portal.proofs.models import Evidence
from simpul.portal.proofs.queries import list_service_calls
from simpul.portal.services.models import TESTING_APPLICATION, Application


def add_call(served: Served, organization: Organization, **changes: object) -> Evidence:
    facts: dict[str, object] = {
        "uid": uuid4(),
        "at": now(),
        "method": "GET",
        "operation": "read",
        "status": 200,
        "stage": "live",
        "context": served.context,
        "major": 1,
        "dataset": "desa",
        "organization_id": organization.pk,
        "publication_id": served.live.pk,
        "columns": ("kode", "nama"),
        "operators": ("kode.eq",),
        "rows": 3,
    }
    record = CallRecord(**(facts | changes))  # type: ignore[arg-type]
    text = write_record(record)
    return Evidence.objects.create(
        uid=record.uid,
        at=record.at,
        organization_id=record.organization_id,
        application_id=record.application_id,
        publication_id=record.publication_id,
        status=record.status,
        record=text,
        digest=digest_record(text),
    )


@pytest.fixture
def calls(served: Served, portal: Database) -> Served:
    """Give a call of each of two agencies, one of them refused."""
    add_call(served, served.sop.organizations["pemanfaat"], rows=731)
    add_call(served, served.sop.organizations["lain"], status=403, code="SPL213", rows=None)
    return served


@pytest.mark.parametrize("who", ["auditor", "kepala_dinas", "pengelola_sistem", "bidang"])
def test_those_who_watch_read_all_calls_and_seals(calls: Served, who: str) -> None:
    client = sign_in(calls.sop.persons[who])
    text = read_text(client.get("/bukti/"))
    assert "731" in text
    assert "SPL213" in text
    assert client.get("/bukti/segel/").status_code == 200


def test_programmer_reads_the_own_calls_whatever_the_filter(calls: Served) -> None:
    client = sign_in(calls.sop.persons["pemanfaat_program"])
    for query in ({}, {"organisasi": "lain"}, {"sejak": "bukan tanggal"}):
        text = read_text(client.get("/bukti/", query))
        assert "731" in text
        assert "SPL213" not in text
    assert client.get("/bukti/segel/").status_code == 403


@pytest.mark.parametrize("who", ["lain", "pemanfaat", "tim_it", "sub_koordinasi"])
def test_others_are_refused(calls: Served, who: str) -> None:
    client = sign_in(calls.sop.persons[who])
    assert client.get("/bukti/").status_code == 403
    assert client.get("/bukti/segel/").status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"organisasi": "pemanfaat"}, {"731"}),
        ({"ditolak": "on"}, {"SPL213"}),
        ({"layanan": "wilayah"}, {"731", "SPL213"}),
        ({"sampai": (now() - timedelta(days=3)).date().isoformat()}, set()),
    ],
)
def test_filters_narrow(calls: Served, query: dict[str, str], found: set[str]) -> None:
    text = read_text(sign_in(calls.sop.persons["auditor"]).get("/bukti/", query))
    assert {one for one in ("731", "SPL213") if one in text} == found


def test_own_last_calls_stand_on_the_page_of_the_service(calls: Served) -> None:
    assert "731" in read_text(sign_in(calls.sop.persons["pemanfaat_program"]).get("/layanan/wilayah/"))
    assert "731" not in read_text(sign_in(calls.sop.persons["penyedia_program"]).get("/layanan/wilayah/"))


def test_test_runs_of_the_hub_are_no_calls_of_the_agencys_program(served: Served, portal: Database) -> None:
    consumer = served.sop.organizations["pemanfaat"]
    own = [Application.objects.create(organization=consumer, name=name) for name in ("SIMPEG", TESTING_APPLICATION)]
    for number, application in enumerate(own, start=1):
        add_call(served, consumer, application_id=application.pk, rows=7000 + number)
    found = [one.rows for one in list_service_calls(consumer, served.version.contract)]
    assert found == [7001]
