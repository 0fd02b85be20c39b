"""The three loops of the SOP and the three ways outside it, each decided on its page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_acts import fill, open_task, press_send, read_errors, send
from browser_walk import DATA
from browser_world import World
from playwright.sync_api import Page

from simpul.cli.rehearsal import script
from simpul.cli.rehearsal.officers import Rehearsal

pytestmark = pytest.mark.timeout(1200)
"""A busy machine with two cores is slow to draw some eighty pages; a page that never comes ends at its own limit."""


@pytest.fixture
def case(world: World) -> Iterator[Rehearsal]:
    """Give a fresh request of the applicant's."""
    with world.rehearse() as rehearsal:
        yield rehearsal


def _check(case: Rehearsal) -> None:
    """Bring a request up to the coordination."""
    script.write_letter(case, complete=True)
    script.dispose(case)
    script.check(case, complete=True)


def _define(case: Rehearsal, data: Path = DATA) -> None:
    """Bring a request up to the scenario."""
    _check(case)
    script.coordinate(case)
    script.define(case, data)


def test_an_incomplete_letter_goes_back_with_a_letter_and_a_message(world: World, case: Rehearsal) -> None:
    script.write_letter(case, complete=False)
    script.dispose(case)
    page = world.officer("tim_it")
    open_task(page, case.number)
    assert page.locator("[name=ponsel_ada][value=belum]").is_checked()
    send(page, {"ponsel_alasan": "Nomor ponsel belum ditulis.", "data_informasi_alasan": "Daftar data belum ada."})
    assert "Nomor ponsel belum ditulis." in page.input_value("#pesan-teks")
    assert (page.get_by_role("link", name="Buka WhatsApp").get_attribute("href") or "").startswith("https://wa.me/")
    assert page.get_by_role("link", name="surat-pengembalian").count() >= 1
    world.looker.look(page, "returned case")
    applicant = world.officer("pemohon")
    open_task(applicant, case.number)
    assert applicant.input_value("[name=subject]") == "Permohonan layanan SPLP (gladi)"
    send(applicant, {"contact_phone": "0812 0000 0000", "elements-0-name": "kode"})
    assert "Buat disposisi" in applicant.locator(".waiting").inner_text()


def test_a_missing_requirement_needs_its_reason(world: World, case: Rehearsal) -> None:
    script.write_letter(case, complete=True)
    script.dispose(case)
    page = world.officer("tim_it")
    open_task(page, case.number)
    fill(page, {"ponsel_ada": "belum", "ponsel_alasan": ""})
    press_send(page)
    assert read_errors(page)["fields"] == ["ponsel_alasan"]


def test_an_objection_goes_back_to_the_definition_with_its_reason(world: World, case: Rehearsal) -> None:
    _define(case)
    initial = case.find_act("tim_it", 6, "rumus")["initial"]
    terms = [{**one, "columns": "*", "legal_basis": "Perpres 39/2019"} for one in initial["terms"]]
    case.complete("tim_it", 6, "rumus", {"sepakat": "ya", "terms": terms, "deliveries": initial["deliveries"]})
    case.complete("penyedia", 6, "penyedia_setuju", {"sepakat": "ya"})
    page = world.officer("pemohon")
    open_task(page, case.number)
    fill(page, {"sepakat": "tidak"})
    press_send(page)
    assert read_errors(page)["fields"] == ["reason"]
    send(page, {"sepakat": "tidak", "reason": "Kolom kecamatan belum dijelaskan."})
    provider = world.officer("penyedia")
    open_task(provider, case.number)
    assert provider.get_by_text("Kolom kecamatan belum dijelaskan.").is_visible()
    world.looker.look(provider, "definition after an objection")
    send(provider)
    assert "Rumuskan" in provider.locator(".waiting").inner_text()


def test_a_dashboard_that_is_wrong_goes_back_to_the_check_and_rows_stay(world: World, case: Rehearsal) -> None:
    _define(case)
    script.formulate(case, agreed=True)
    script.publish(case)
    script.store(case, DATA)
    case.complete("sub_koordinasi", 13, "sampaikan", {"message": ""})
    case.run_tool("bidang", case.find_act("bidang", 14, "tampilkan"), "segarkan")
    case.complete("bidang", 14, "tampilkan")
    case.complete("penyedia", 14, "penyedia_nilai", {"sesuai": "ya"})
    page = world.officer("pemohon")
    open_task(page, case.number)
    send(page, {"sesuai": "tidak", "reason": "Jumlah desa tidak cocok."})
    assert "3. Periksa kelengkapan" in page.locator(".waiting").inner_text()
    assert page.get_by_text("Jumlah desa tidak cocok.").count() >= 1
    world.looker.look(page, "case in its second round")
    provider = world.officer("penyedia")
    provider.goto("/layanan/")
    service = provider.locator("main a", has_text=script_title()).first
    service.click()
    assert "148" in provider.locator("main").inner_text()


def script_title() -> str:
    """Return the title that the definition proposes for the provider's file."""
    return "Wilayah tapin"


def _leave(page: Page, number: str, summary: str, button: str, reason: str) -> None:
    page.goto(f"/permohonan/{number}/")
    page.get_by_text(summary, exact=True).click()
    form = page.locator("details[open] form", has=page.get_by_role("button", name=button))
    form.locator("[name=reason]").fill(reason)
    form.get_by_role("button", name=button).click()
    page.locator(".notice").first.wait_for()


def test_the_applicant_withdraws_a_request_with_a_reason(world: World, case: Rehearsal) -> None:
    _check(case)
    page = world.officer("pemohon")
    _leave(page, case.number, "Menarik permohonan", "Tarik permohonan", "Aplikasi batal dibuat.")
    assert "Permohonan ditarik." in page.locator("main").inner_text()
    assert "Aplikasi batal dibuat." in page.locator("main").inner_text()
    assert page.get_by_role("link", name="Kerjakan").count() == 0


def test_bidang_stops_a_request_with_a_reason(world: World, case: Rehearsal) -> None:
    _check(case)
    page = world.officer("bidang")
    _leave(page, case.number, "Menghentikan permohonan", "Hentikan permohonan", "Datanya sudah ada di layanan lain.")
    assert "Permohonan dihentikan." in page.locator("main").inner_text()
    world.looker.look(page, "stopped case")


def test_nobody_leaves_the_procedure_without_a_reason(world: World, case: Rehearsal) -> None:
    _check(case)
    page = world.officer("bidang")
    _leave(page, case.number, "Menghentikan permohonan", "Hentikan permohonan", "   ")
    assert page.locator(".notice-error").count() == 1
    assert page.get_by_role("link", name="Lihat").count() == 0
    assert "4." in page.locator(".waiting").inner_text()


def test_bidang_sends_a_request_back_to_an_earlier_activity(world: World, case: Rehearsal) -> None:
    _check(case)
    page = world.officer("bidang")
    page.goto(f"/permohonan/{case.number}/")
    page.get_by_text("Mengembalikan ke aktivitas sebelumnya", exact=True).click()
    page.locator("#kembali-ke").select_option(value="1")
    page.locator("#alasan-kembali").fill("Pemohon ingin mengubah tujuannya.")
    page.get_by_role("button", name="Kembalikan", exact=True).click()
    page.locator(".notice-success").wait_for()
    assert "1. Kirim surat permohonan" in page.locator(".waiting").inner_text()
    world.looker.look(page, "case sent back")


def test_no_page_of_these_has_a_grave_barrier_or_a_complaint_of_the_browser(world: World) -> None:
    found = world.looker
    assert (found.barriers, found.console, found.failures, found.wide) == ([], [], [], [])
