"""The log: what is in it, that nobody changes it, and who may read it."""

import re

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from portal_world import ROOT, World, read_text, sign_in
from simpul.portal.audit import actions
from simpul.portal.audit.forms import KINDS
from simpul.portal.audit.models import AuditEntry


@pytest.mark.parametrize("act", ["update", "delete"])
def test_entry_can_be_neither_changed_nor_removed(world: World, act: str) -> None:
    entry = actions.record(world.alice, "person.added", "person", 1)
    entries = AuditEntry.objects.filter(pk=entry.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        entries.update(kind="x") if act == "update" else entries.delete()


def test_refusal_is_logged_without_the_query(world: World) -> None:
    sign_in(world.charlie, REMOTE_ADDR="10.9.8.7").get("/audit/?person=6305014107900001")
    entry = AuditEntry.objects.get(kind="request.refused")
    assert (entry.object_id, entry.address, entry.detail) == (
        "/audit/",
        "10.9.8.7",
        {"method": "GET", "code": "SPL530"},
    )


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("auditor", 200), ("bob", 403), ("bidang", 403)])
def test_only_auditor_and_keeper_read_the_log(world: World, name: str, status: int) -> None:
    assert sign_in(getattr(world, name)).get("/audit/").status_code == status


def test_log_is_filtered_by_kind_person_and_day(world: World) -> None:
    actions.record(world.bob, "person.changed", "person", 7)
    actions.record(world.charlie, "token.made", "token", "abc")
    client = sign_in(world.auditor)
    page = read_text(client.get("/audit/?kind=person&person=bob"))
    assert "person.changed" in page
    assert "token.made" not in page
    assert "person.changed" not in read_text(client.get("/audit/?last_on=2020-01-01"))
    assert "token.made" in read_text(client.get("/audit/?kind=bukan-kejadian"))


def test_every_kind_of_entry_can_be_filtered_for() -> None:
    sources = [path for path in (ROOT / "src/simpul/portal").glob("*/*.py") if path.parent.name != "demo"]
    kinds = {kind for path in sources for kind in re.findall(r'record\(\s*[\w.]+,\s*f?"([\w.]+)', path.read_text())}
    assert len(kinds) > 25
    beginnings = tuple(begin for begin, _ in KINDS if begin)
    assert {kind for kind in kinds if not kind.startswith(beginnings)} == set()


def test_log_comes_in_pages_that_keep_the_filter(world: World) -> None:
    AuditEntry.objects.bulk_create(AuditEntry(kind="person.changed") for _ in range(101))
    client = sign_in(world.auditor)
    first = read_text(client.get("/audit/?kind=person"))
    assert "?kind=person&amp;page=2" in first
    assert "101–101 dari 101" in read_text(client.get("/audit/?kind=person&page=2"))


def test_visitor_is_sent_to_sign_in_and_back(world: World) -> None:
    assert Client().get("/audit/?kind=person")["Location"] == "/masuk/login/?next=%2Faudit%2F%3Fkind%3Dperson"
