"""A programmer's way in the browser: a sandbox key, a call from the page itself, programs, the tester, usage."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from browser_walk import DATA
from browser_world import World
from playwright.sync_api import Page, Request

from simpul.cli.rehearsal import script

pytestmark = pytest.mark.timeout(1200)
STRICT = "connect-src 'self';"


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[str]:
    """Give the address of a service whose sandbox is open to the programmer's agency."""
    with world.rehearse() as case:
        script.write_letter(case, complete=True)
        script.dispose(case)
        script.check(case, complete=True)
        script.coordinate(case)
        script.define(case, DATA)
        script.formulate(case, agreed=True)
        script.publish(case)
        page = world.officer("pemrogram")
        page.goto("/layanan/")
        yield page.locator("main .cards a:not([href*=referensi])").first.get_attribute("href") or ""


@pytest.fixture(scope="module")
def key(world: World, service: str) -> str:
    """Give a sandbox key, made by its page."""
    page = world.officer("pemrogram")
    page.goto("/aplikasi/")
    page.fill("[name=name]", "SIMRS")
    page.get_by_role("button", name="Simpan aplikasi").click()
    page.get_by_role("button", name=re.compile("Buat kunci uji coba")).first.click()
    return page.locator("#kunci-baru").inner_text()


def test_service_page_leads_a_programmer_on(world: World, service: str) -> None:
    page = world.officer("pemrogram")
    page.goto(service)
    assert page.get_by_role("heading", name="Mulai memanggil layanan ini").is_visible()
    assert page.get_by_role("columnheader", name="Contoh tiruan").first.is_visible()
    world.looker.look(page, "service, to a programmer")


def test_key_page_shows_where_the_key_opens(world: World, service: str, key: str) -> None:
    page = world.officer("pemrogram")
    page.goto("/aplikasi/")
    assert key not in page.content()
    assert page.get_by_role("link", name=re.compile("^Coba")).count() >= 1
    world.looker.look(page, "applications, with a key")


def test_service_answers_mock_rows_to_the_page_itself_with_the_own_key(world: World, service: str, key: str) -> None:
    page = world.officer("pemrogram")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    answer = page.goto(service + "coba/?tahap=sandbox")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert f"127.0.0.1:{world.hub.settings.EXCHANGE_PORT}" in policy
    page.locator(".opblock").first.wait_for()
    world.looker.look(page, "try")
    page.locator(".btn.authorize").first.click()
    page.locator(".auth-container input").fill(key)
    world.looker.look(page, "try: the key's field")
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    page.locator(".opblock-get .opblock-summary-control").first.click()
    page.locator(".execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    assert '"kode"' in page.locator(".live-responses-table .response-col_description pre").first.inner_text()
    world.looker.look(page, "try: an answer")
    with_key = [one for one in sent if key in f"{one.url} {one.headers} {one.post_data or ''}"]
    assert {urlsplit(one.url).port for one in with_key} == {world.hub.settings.EXCHANGE_PORT}
    assert key not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")


def test_other_pages_keep_the_strict_policy(world: World, service: str) -> None:
    page = world.officer("pemrogram")
    for place in ("", "program/", "sambungan/", "pemakaian/"):
        answer = page.goto(service + place)
        assert answer is not None
        assert STRICT in answer.headers["content-security-policy"], place


def test_programs_open_with_the_real_address(world: World, service: str) -> None:
    page = world.officer("pemrogram")
    page.goto(service + "program/?tahap=sandbox")
    code = page.locator("#contoh-php_curl-baca").inner_text()
    assert f"http://127.0.0.1:{world.hub.settings.EXCHANGE_PORT}/sandbox/" in code
    assert page.get_by_role("button", name="Salin").first.is_visible()
    world.looker.look(page, "sample programs")


def probe(page: Page, service: str, key: str, query: str = "") -> str:
    """Run the connection tester; return what it says first."""
    page.goto(service + "sambungan/?tahap=sandbox")
    page.fill("[name=key]", key)
    page.fill("[name=query]", query)
    page.get_by_role("button", name="Uji sambungan").click()
    page.get_by_role("heading", name="Hasil").wait_for()
    return page.locator("main .notice").first.inner_text()


def test_tester_passes_a_right_key_and_names_what_stops_a_wrong_one(world: World, service: str, key: str) -> None:
    page = world.officer("pemrogram")
    assert "Semua tahap berhasil" in probe(page, service, key)
    assert key not in page.content()
    world.looker.look(page, "connection test, passed")
    told = probe(page, service, key[:-3])
    assert "Terhenti pada: Kunci" in told
    assert "The key isn't whole" in told
    world.looker.look(page, "connection test, failed")
    assert "Terhenti pada: Elemen dan saringan" in probe(page, service, key, "select=kode,rahasia")


def test_usage_shows_the_calls_and_the_errors_with_their_causes(world: World, service: str, key: str) -> None:
    page = world.officer("pemrogram")
    for _ in range(60):  # calls are counted once they are sealed, some seconds later
        page.goto(service + "pemakaian/")
        if page.locator(".failures").count() and page.locator(".chart").count():
            break
        page.wait_for_timeout(500)
    page.locator(".chart canvas").wait_for()
    assert "PGRST204" in page.locator(".failures").inner_text()
    world.looker.look(page, "usage")
    page.goto("/aplikasi/pemakaian/")
    assert page.locator(".failures li").count() >= 1
    world.looker.look(page, "usage of the agency")


def test_no_page_of_these_has_a_grave_barrier_or_a_complaint_of_the_browser(world: World) -> None:
    found = world.looker
    assert len(found.seen) >= 10
    assert (found.barriers, found.console, found.failures, found.wide) == ([], [], [], [])
