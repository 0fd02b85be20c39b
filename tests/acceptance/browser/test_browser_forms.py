"""Forms lose nothing and say what is wrong where; one act has one doer; keyboard, language, and who may only look."""

from collections.abc import Iterator

import pytest
from browser_acts import fill, open_request, open_task, press_send, read_errors, send
from browser_world import World
from playwright.sync_api import Page

from simpul.cli.rehearsal import script
from simpul.cli.rehearsal.officers import Rehearsal
from simpul.portal.demo.scan import draw_scan

TIM_IT, TIM_IT_2 = "Contoh Kesepuluh", "Contoh Keempat Belas"


@pytest.fixture
def checked(world: World) -> Iterator[Rehearsal]:
    """Give a request that waits for the check of its completeness."""
    with world.rehearse() as rehearsal:
        script.write_letter(rehearsal, complete=True)
        script.dispose(rehearsal)
        yield rehearsal


@pytest.fixture
def draft(world: World) -> Page:
    """Give the applicant's page with a new letter."""
    page = world.officer("pemohon")
    open_request(page)
    return page


def test_a_draft_is_there_when_the_officer_comes_back(world: World, draft: Page) -> None:
    fill(draft, {"subject": "Permohonan setengah jadi", "elements-0-name": "Kode"})
    address = draft.url
    with draft.expect_navigation():
        draft.get_by_role("button", name="Simpan draf").click()
    assert draft.locator(".notice-success").inner_text().startswith("Draf tersimpan")
    draft.goto("/")
    draft.goto(address)
    assert draft.input_value("[name=subject]") == "Permohonan setengah jadi"
    assert draft.input_value("[name=elements-0-name]") == "Kode"


def test_a_colleague_goes_on_with_the_draft(world: World, draft: Page) -> None:
    fill(draft, {"subject": "Dilanjutkan rekan"})
    with draft.expect_navigation():
        draft.get_by_role("button", name="Simpan draf").click()
    colleague = world.officer("pemohon_2")
    colleague.goto(draft.url)
    assert colleague.input_value("[name=subject]") == "Dilanjutkan rekan"


def test_a_refused_form_keeps_everything_and_names_each_wrong_field(world: World, draft: Page) -> None:
    fill(
        draft,
        {
            "letter_date": "2026-11-24",
            "subject": "",
            "application": "Aplikasi (contoh)",
            "provider": "contoh-tapem",
            "consumers": ["contoh-dinkes"],
            "purpose": "Diketik dengan susah payah.",
            "contact_phone": "123",
            "signer_position": "Kepala Dinas",
            "elements-0-name": "",
            "elements-0-type": "teks",
            "signed_scan": ("surat.pdf", draw_scan("Surat")),
        },
    )
    press_send(draft)
    told = read_errors(draft)
    assert {"subject", "contact_phone", "elements-0-name"} <= set(told["fields"])
    assert len(told["summary"]) == len(set(told["summary"])) >= 3
    assert draft.evaluate("document.activeElement.className") == "error-summary"
    assert draft.input_value("[name=purpose]") == "Diketik dengan susah payah."
    assert draft.input_value("[name=contact_phone]") == "123"
    assert draft.locator(".kept-file").inner_text().startswith("Tersimpan: surat.pdf")
    world.looker.look(draft, "refused form")
    fill(draft, {"subject": "Sudah benar", "contact_phone": "0812 3456 7890", "elements-0-name": "Kode"})
    send(draft)


def test_a_line_of_the_summary_leads_to_its_field(draft: Page) -> None:
    fill(draft, {"letter_date": "2026-11-24"})
    press_send(draft)
    draft.locator(".error-summary a", has_text="Hal").first.click()
    assert draft.evaluate("document.activeElement.name") == "subject"


def test_a_file_of_a_wrong_kind_is_refused_at_its_own_field(draft: Page) -> None:
    fill(draft, {"signed_scan": ("surat.pdf", b"MZ this is no PDF at all")})
    press_send(draft)
    assert "signed_scan" in read_errors(draft)["fields"]


def test_the_second_of_two_officers_is_told_who_was_first(world: World, checked: Rehearsal) -> None:
    first, second = world.officer("tim_it"), world.officer("tim_it_2")
    for page in (first, second):
        open_task(page, checked.number)
    send(first)
    fill(second, {"note": "Catatan saya yang kalah cepat"})
    press_send(second)
    assert TIM_IT in second.locator("h1").inner_text()
    world.looker.look(second, "second of two")
    second.goto(f"/permohonan/{checked.number}/")
    assert second.get_by_text("Isian Anda yang tidak terkirim").is_visible()
    second.get_by_text("Lihat isian").click()
    assert second.get_by_text("Catatan saya yang kalah cepat").is_visible()


def test_a_task_that_one_officer_took_is_handed_to_a_colleague(world: World, checked: Rehearsal) -> None:
    mine, other = world.officer("tim_it"), world.officer("tim_it_2")
    mine.goto(f"/permohonan/{checked.number}/")
    mine.get_by_role("button", name="Ambil").click()
    mine.locator(".notice-success").wait_for()
    other.goto(f"/permohonan/{checked.number}/")
    assert other.get_by_role("link", name="Kerjakan").count() == 0
    _hand_on(mine, TIM_IT_2)
    open_task(other, checked.number)
    send(other)


def test_bidang_hands_on_the_task_of_an_absent_officer(world: World, checked: Rehearsal) -> None:
    absent, bidang = world.officer("tim_it"), world.officer("bidang")
    absent.goto(f"/permohonan/{checked.number}/")
    absent.get_by_role("button", name="Ambil").click()
    absent.locator(".notice-success").wait_for()
    bidang.goto(f"/permohonan/{checked.number}/")
    _hand_on(bidang, TIM_IT_2)
    other = world.officer("tim_it_2")
    open_task(other, checked.number)
    send(other)


def _hand_on(page: Page, name: str) -> None:
    page.get_by_text("Alihkan kepada rekan").first.click()
    box = page.locator("select[name=to]").first
    label = next(one for one in box.locator("option").all_inner_texts() if one.startswith(name))
    box.select_option(label=label)
    page.get_by_role("button", name="Alihkan", exact=True).click()
    page.locator(".notice-success", has_text="diserahkan").wait_for()


def test_signing_in_and_skipping_to_the_content_need_no_mouse(world: World) -> None:
    page, account = world.open_page(), world.accounts["auditor"]
    page.goto("/masuk/login/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "isi"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "login"
    page.keyboard.type(account["nip"])
    page.keyboard.press("Tab")
    page.keyboard.type(account["password"])
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Tugas saya").wait_for()
    page.context.close()


def test_an_act_is_filled_and_sent_by_keyboard_in_the_order_it_is_read(world: World, checked: Rehearsal) -> None:
    page = world.officer("tim_it")
    open_task(page, checked.number)
    reached = _tab_through(page)
    fields = page.locator("[data-act-form] input:not([type=hidden]), [data-act-form] textarea").evaluate_all(
        "all => [...new Set(all.filter((one) => one.offsetParent).map((one) => one.name))]"
    )
    assert [name for name in reached if name in fields] == fields
    page.locator("button[name=kirim]").focus()
    page.keyboard.press("Enter")
    page.locator(".notice-success", has_text="Terkirim").wait_for()


def _tab_through(page: Page) -> list[str]:
    """Return the names of what has the focus, one after another, up to the button that sends."""
    names: list[str] = []
    page.locator("#isi").focus()
    for _ in range(80):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || ''")
        if name and (not names or names[-1] != name):
            names.append(name)
        if name == "kirim":
            return names
    raise AssertionError(f"the button that sends can't be reached: {names}")


def test_a_page_is_read_in_english_after_one_click(world: World) -> None:
    page = world.open_page()
    world.sign_in(page, "kepala_dinas")
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="My tasks").wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="Indonesia").click()
    page.get_by_role("heading", name="Tugas saya").wait_for()
    page.context.close()


def test_the_auditor_reads_a_case_and_can_do_nothing_with_it(world: World, checked: Rehearsal) -> None:
    page = world.officer("auditor")
    page.goto(f"/permohonan/{checked.number}/")
    assert page.get_by_role("heading", name="Riwayat").is_visible()
    forms = page.locator("main form").evaluate_all("all => all.map((one) => one.action)")
    assert forms == []
    answer = page.goto(_find_address(world, checked))
    assert answer is not None
    assert answer.status == 403


def test_someone_who_is_no_party_never_learns_of_a_case(world: World, checked: Rehearsal) -> None:
    page = world.officer("asing")
    answer = page.goto(f"/permohonan/{checked.number}/")
    assert answer is not None
    assert answer.status == 404
    page.goto("/permohonan/")
    assert checked.number not in page.locator("main").inner_text()


def _find_address(world: World, checked: Rehearsal) -> str:
    page = world.officer("tim_it")
    open_task(page, checked.number)
    return page.url


def test_no_page_of_these_has_a_grave_barrier_or_a_complaint_of_the_browser(world: World) -> None:
    found = world.looker
    assert (found.barriers, found.console, found.failures, found.wide) == ([], [], [], [])
