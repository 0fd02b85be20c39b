"""A source is set up in the browser and fetches by itself: kind, connection, test, columns, schedule, first run; phone too."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from browser_look import PHONE
from browser_walk import DATA, read_rows
from browser_world import World
from playwright.sync_api import Page

from simpul.cli.rehearsal import script

pytestmark = pytest.mark.timeout(1200)
TOKEN = "token-uji-rahasia"


class Service(BaseHTTPRequestHandler):
    """The agency's own REST service: all rows at once, to whoever brings the token."""

    def do_GET(self) -> None:
        is_known = self.headers["Authorization"] == f"Bearer {TOKEN}"
        content = json.dumps({"data": read_rows() if is_known else []}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def agency() -> Iterator[str]:
    """Give host and port of the agency's service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def dataset(world: World) -> Iterator[str]:
    """Give the address of a dataset in verification."""
    page = world.officer("penyedia")
    before = list_services(page)
    with world.rehearse() as case:
        script.write_letter(case, complete=True)
        script.dispose(case)
        script.check(case, complete=True)
        script.coordinate(case)
        script.define(case, DATA)
        script.formulate(case, agreed=True)
        script.publish(case)
        service = next(one for one in list_services(page) if one not in before)
        address = f"{service}data/wilayah_tapin/?tahap=live"
        for _ in range(120):
            page.goto(address)
            if page.get_by_role("link", name="Tambah sumber data").count():
                break
            page.wait_for_timeout(500)
        yield address


def list_services(page: Page) -> list[str]:
    page.goto("/layanan/")
    links = page.locator("main .cards a").all()
    return [link.get_attribute("href") or "" for link in links]


@pytest.fixture(scope="module")
def listed(world: World, agency: str) -> str:
    """Let the Pengelola Sistem list the agency's address by the page."""
    page = world.officer("pengelola")
    page.goto("/pengaturan/alamat-keluar/")
    page.fill("[name=value]", agency)
    page.fill("[name=purpose]", "Layanan wilayah milik penyedia")
    page.get_by_role("button", name="Daftarkan").click()
    page.get_by_role("rowheader", name=agency).wait_for()
    world.looker.look(page, "allowances")
    return agency


@pytest.fixture(scope="module")
def source(world: World, dataset: str, listed: str) -> str:
    """Give the address of a source that was set up and ran once."""
    page, look = world.officer("penyedia"), world.looker.look
    page.goto(dataset)
    page.get_by_role("link", name="Tambah sumber data").click()
    look(page, "source: kinds")
    page.get_by_role("link", name="Layanan REST").click()
    page.fill("[name=name]", "API wilayah")
    page.fill("[name=address]", f"http://{listed}/wilayah")
    page.select_option("[name=sign_in]", "bearer")
    page.fill("[name=records_path]", "data")
    page.fill("[name=secret]", TOKEN)
    look(page, "source: connection")
    page.get_by_role("button", name="Simpan dan lanjut").click()
    page.get_by_role("button", name="Uji sambungan").click()
    page.get_by_text("Sambungan berhasil.").wait_for()
    assert page.get_by_role("cell", name="63.05", exact=True).count() >= 1
    look(page, "source: tested")
    page.get_by_role("link", name="Lanjut: petakan kolom").click()
    assert page.locator("[name=from_0]").input_value() == "kolom:kode"
    look(page, "source: mapping")
    page.get_by_role("button", name="Simpan pemetaan").click()
    look(page, "source: schedule")
    page.get_by_label("Bandingkan seluruhnya").check()
    page.get_by_label("Setiap hari pada jam tertentu").check()
    page.get_by_role("button", name="Simpan jadwal").click()
    assert "Isi jamnya" in page.locator(".error-summary").inner_text()
    look(page, "source: schedule, wrong")
    page.fill("[name=at]", "05:30")
    page.get_by_role("button", name="Simpan jadwal").click()
    page.get_by_role("button", name="Jalankan sekarang").click()
    for _ in range(120):
        page.reload()
        if page.get_by_role("cell", name="Selesai").count():
            break
        page.wait_for_timeout(500)
    return page.url


def test_source_fetches_every_row_by_itself(world: World, source: str) -> None:
    page = world.officer("penyedia")
    page.goto(source)
    row = page.locator("main tbody tr").first.inner_text()
    assert "Selesai" in row
    assert str(len(read_rows())) in row
    assert page.get_by_text("Setiap hari pukul 05.30 WITA").count() == 1
    world.looker.look(page, "source: history")


def test_secret_is_on_no_page(world: World, source: str) -> None:
    page = world.officer("penyedia")
    for part in ("", "sambungan/", "uji/", "kolom/", "jadwal/"):
        page.goto(source + part)
        assert TOKEN not in page.content(), part


def test_kominfo_sees_the_runs_and_not_the_place(world: World, source: str, listed: str) -> None:
    page = world.officer("tim_it")
    page.goto("/sumber/")
    page.get_by_role("link", name="API wilayah").click()
    assert page.get_by_role("cell", name="Selesai").count() == 1
    assert listed not in page.content()
    assert page.get_by_role("button", name="Jalankan sekarang").count() == 0
    world.looker.look(page, "source, to Kominfo")


def test_mapping_is_changed_on_a_phone(world: World, source: str) -> None:
    page = world.open_page(viewport=PHONE, has_touch=True)
    world.sign_in(page, "penyedia")
    page.goto(source + "kolom/")
    page.locator("[name=from_3]").select_option("tetap")
    page.get_by_role("button", name="Simpan pemetaan").tap()
    assert "Isi nilainya" in page.locator(".error-summary").inner_text()
    page.fill("[name=constant_3]", "Tapin Utara")
    page.get_by_role("button", name="Simpan pemetaan").tap()
    page.get_by_role("heading", name="Jadwal").wait_for()
    assert re.search(r"/jadwal/$", page.url)


def test_no_page_of_sources_has_a_grave_barrier_or_a_complaint_of_the_browser(world: World) -> None:
    found = world.looker
    assert (found.barriers, found.console, found.failures, found.wide) == ([], [], [], [])
