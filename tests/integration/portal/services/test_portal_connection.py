"""The connection tester names the stage that stands in a program's way, and keeps no key."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection as database
from django.test import override_settings

from portal_world import Database, read_text, sign_in
from service_world import Served, make_rows
from simpul.kernel.clock import now
from simpul.portal.services import actions
from simpul.portal.services.connection import Finding, Question, find_first, find_obstacle, read_query
from simpul.portal.services.errors import QueryUnreadable
from simpul.portal.services.models import ApiKey, Grant
from sop_world import Sop

PAGE = "/layanan/wilayah/sambungan/"
WAIT_SECONDS = 5


@pytest.fixture(scope="module")
def second(sop: Sop, served: Served) -> Served:
    """Give a service of the same parties whose live dataset never got a row."""
    return Served(sop, "kosong")


def make_key(served: Served, stage: str, who: str = "pemanfaat") -> str:
    """Make a key; those made before are revoked, since an application has two at most."""
    person = served.sop.persons[f"{who}_program"]
    application = actions.get_application(person, person.organization, "Uji sambungan")
    application.keys.filter(stage=stage, revoked_at=None).update(revoked_at=now())
    return actions.issue_key(person, application, stage).text


@pytest.fixture(scope="module")
def live_key(served: Served, second: Served, portal_database: Database, exchange: int) -> str:
    return make_key(served, "live")


def probe(exchange: int, key: str, query: str = "", path: str = "/api/wilayah/v1", **facts: object) -> list[Finding]:
    hub = replace(settings.HUB, EXCHANGE_URL=f"http://127.0.0.1:{exchange}")
    return find_obstacle(hub, Question(path, "desa", key, query, **facts))  # type: ignore[arg-type]


def probe_until(stage: str, ask: Callable[[], list[Finding]]) -> Finding:
    """Ask until the exchange has heard of the last change."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        found = find_first(ask())
        if (found and found.stage == stage) or time.monotonic() > end:
            assert found is not None
            assert found.stage == stage, found
            return found
        time.sleep(0.1)


def test_right_key_passes_every_stage_and_says_what_it_found(exchange: int, live_key: str) -> None:
    findings = probe(exchange, live_key)
    assert find_first(findings) is None, findings
    assert [one.stage for one in findings] == [
        "nama", "tls", "jawaban", "kunci", "layanan", "hak", "elemen", "baris",
    ]  # fmt: skip
    assert findings[-2].told.id == "Elemen yang boleh dibaca: kode, nama, kelas, jumlah."
    assert findings[-1].told == ("3 baris sesuai pertanyaan itu.", "3 rows fit that query.")


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("spl_live_abc", "Kunci tidak utuh"),
        ("spl_live_0123456789abcdef_" + "x" * 20 + " " + "x" * 22, "spasi"),
        ("spl_live_0123456789abcdef_" + "x" * 43, "tidak dikenal"),
        ("bukan-kunci", "tidak dikenal"),
    ],
)
def test_key_that_is_none_is_told_as_such(exchange: int, live_key: str, key: str, told: str) -> None:
    findings = probe(exchange, key)
    first = find_first(findings)
    assert first is not None
    assert (first.stage, told in first.told.id) == ("kunci", True), first
    assert first.hint.id
    assert first.hint.en
    assert [one.state for one in findings[4:]] == ["skipped"] * 4


def test_revoked_and_expired_keys_are_told_apart(served: Served, exchange: int, live_key: str) -> None:
    revoked, code = make_key(served, "test"), "SPLA04"
    row = ApiKey.objects.get(key_id=revoked.split("_")[2])
    ApiKey.objects.filter(pk=row.pk).update(revoked_at=now())
    assert probe_until("kunci", lambda: probe(exchange, revoked, path="/sandbox/wilayah/v1")).code == code
    expired = make_key(served, "test")
    ApiKey.objects.filter(key_id=expired.split("_")[2]).update(expires_at=now() - timedelta(minutes=1))
    assert probe_until("kunci", lambda: probe(exchange, expired, path="/sandbox/wilayah/v1")).code == "SPLA03"


def test_sandbox_key_on_live_is_a_matter_of_the_key(served: Served, exchange: int, live_key: str) -> None:
    key = make_key(served, "test")
    first = probe_until("kunci", lambda: probe(exchange, key))
    assert first.code in ("SPLA11", "SPLA02")
    assert probe_until("kunci", lambda: probe(exchange, key)).hint.en


def test_missing_grant_names_whom_to_ask(served: Served, second: Served, exchange: int, live_key: str) -> None:
    grants = Grant.objects.filter(dataset__publication=second.live, role="pemanfaat")
    grants.update(revoked_at=now())
    try:
        first = probe_until("hak", lambda: probe(exchange, live_key, path="/api/kosong/v1"))
        assert (first.code, served.sop.organizations["penyedia"].name in first.hint.id) == ("SPLA13", True)
    finally:
        grants.update(revoked_at=None)


def test_grant_for_listed_addresses_is_not_judged_from_the_hubs_server(
    second: Served, exchange: int, live_key: str
) -> None:
    grants = Grant.objects.filter(dataset__publication=second.live, role="pemanfaat")
    grants.update(addresses=["192.0.2.0/24"])
    try:
        first = probe_until("hak", lambda: probe(exchange, live_key, path="/api/kosong/v1"))
        assert (first.code, first.state) == ("SPLA18", "untold")
        assert "tidak mewakili server Anda" in first.told.id
    finally:
        grants.update(addresses=[])


@pytest.mark.parametrize("query", ["select=kode,nik_kades", "nik_kades=eq.1", "select=kode,tidak_ada"])
def test_column_that_is_not_granted_is_told_with_those_that_are(exchange: int, live_key: str, query: str) -> None:
    first = find_first(probe(exchange, live_key, query))
    assert first is not None
    assert (first.stage, first.code) == ("elemen", "PGRST204")
    assert "kode, nama, kelas, jumlah" in first.hint.id


def test_query_that_cannot_be_read_is_told_at_the_same_stage(exchange: int, live_key: str) -> None:
    first = find_first(probe(exchange, live_key, "kode=63.05"))
    assert first is not None
    assert (first.stage, first.code) == ("elemen", "PGRST100")
    assert "pada huruf ke-" in first.told.id
    assert "at character" in first.told.en


def test_no_row_because_of_the_programs_filter(exchange: int, live_key: str) -> None:
    first = find_first(probe(exchange, live_key, "select=kode&kode=eq.63.05.99"))
    assert first is not None
    assert (first.stage, "saringan program Anda" in first.told.id) == ("baris", True)


def test_no_row_because_nothing_was_delivered(second: Served, exchange: int, live_key: str) -> None:
    first = probe_until("baris", lambda: probe(exchange, live_key, path="/api/kosong/v1", has_delivery=False))
    assert "belum pernah mengirim" in first.told.id


def test_no_row_because_of_the_grants_row_filter(second: Served, exchange: int, live_key: str) -> None:
    second.send([row.replace("63.05", "63.06") for row in make_rows(2)])
    first = probe_until("baris", lambda: probe(exchange, live_key, path="/api/kosong/v1"))
    assert "Hak instansi Anda tidak memuat" in first.told.id


def test_unknown_service_is_a_matter_of_the_service(exchange: int, live_key: str) -> None:
    first = find_first(probe(exchange, live_key, path="/api/lama/v1"))
    assert first is not None
    assert (first.stage, first.code) == ("layanan", "PGRST205")


def test_public_address_that_is_away_does_not_hide_what_the_key_can(exchange: int, live_key: str) -> None:
    hub = replace(settings.HUB, EXCHANGE_URL="http://tidak-ada.invalid")
    findings = find_obstacle(hub, Question("/api/wilayah/v1", "desa", live_key))
    assert [one.state for one in findings] == ["outside", "skipped", "skipped", *["ok"] * 5]
    first = find_first(findings)
    assert first is not None
    assert first.code == "SPL466"


def test_exchange_that_is_away_is_told_at_the_first_call() -> None:
    hub = replace(settings.HUB, EXCHANGE_URL="http://127.0.0.1:1", EXCHANGE_PORT=1, BIND_ADDRESS="127.0.0.1")
    first = find_first(find_obstacle(hub, Question("/api/wilayah/v1", "desa", "spl_live_" + "x" * 60)))
    assert first is not None
    assert (first.stage, first.code) == ("kunci", "SPL460")


def test_query_is_read_as_a_program_writes_it() -> None:
    expected = [("select", "kode,nama"), ("kode", "eq.a?b")]
    for text in (
        "select=kode,nama&kode=eq.a?b",
        "?select=kode,nama&kode=eq.a?b&limit=5",
        "https://x/y?select=kode,nama&kode=eq.a%3Fb",
    ):
        assert read_query(text) == expected
    assert read_query("") == []
    with pytest.raises(QueryUnreadable):
        read_query("bukan pertanyaan")


def test_page_keeps_no_key_and_shows_none(served: Served, exchange: int, live_key: str) -> None:
    cache.clear()
    client = sign_in(served.sop.persons["pemanfaat_program"])
    with override_settings(HUB=replace(settings.HUB, EXCHANGE_URL=f"http://127.0.0.1:{exchange}")):
        answer = client.post(PAGE + "?tahap=live", {"key": live_key, "dataset": "desa", "query": "select=kode"})
    text = read_text(answer)
    assert answer.status_code == 200
    assert "Semua tahap berhasil" in text
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    secret = live_key.rsplit("_", 1)[-1]
    assert secret not in text
    assert 'value="select=kode"' in text
    with database.cursor() as cursor:
        for table in ("audit_entry", "django_session", "django_cache", "evidence", "api_key"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{secret}%"])
            assert cursor.fetchone() == (0,), table


def test_tester_is_bounded(served: Served, portal: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simpul.portal.services.program_views.TRIES", 1)
    client = sign_in(served.sop.persons["pemanfaat_program"])
    hub = replace(settings.HUB, EXCHANGE_PORT=1, EXCHANGE_URL="http://127.0.0.1:1")
    with override_settings(HUB=hub):
        answers = [client.post(PAGE, {"key": "spl_live_x", "dataset": "desa"}).status_code for _ in range(2)]
    assert answers == [200, 429]


def test_stranger_tests_nothing(served: Served, portal: Database) -> None:
    client = sign_in(served.sop.persons["lain_program"])
    assert client.post(PAGE, {"key": "spl_live_x", "dataset": "desa"}).status_code == 404
