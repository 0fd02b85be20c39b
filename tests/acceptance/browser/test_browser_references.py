"""A code list from its file to being in force, on its pages: the bad rows, the differences, the confirmation."""

from browser_acts import read_errors
from browser_world import World
from playwright.sync_api import FilePayload, Page

FIRST = b"kode,nama,berlaku_sampai\nA,Alfa,\nB,Beta,2025-12-31\n"
SECOND = b"kode,nama,berlaku_sampai\nA,Alfa Baru,\nC,Gama,\n"
BAD = b"kode,nama\nA,Alfa\nA,Lagi\n"


def choose(page: Page, content: bytes) -> None:
    page.set_input_files("[name=file]", FilePayload(name="daftar.csv", mimeType="text/csv", buffer=content))
    page.fill("[name=source]", "Dinas Contoh")
    page.fill("[name=valid_from]", "2026-01-01")
    page.get_by_role("button", name="Periksa berkas").click()


def test_a_list_is_imported_compared_and_confirmed(world: World) -> None:
    page = world.officer("tim_it")
    page.get_by_role("navigation", name="Utama").get_by_role("link", name="Data referensi").click()
    world.looker.look(page, "reference lists")
    assert page.get_by_role("link", name="Wilayah Kabupaten Tapin").count() == 1
    page.get_by_role("link", name="Tambah daftar kode").click()
    page.fill("[name=name]", "jenis_contoh")
    page.fill("[name=title]", "Jenis contoh")
    choose(page, BAD)
    assert read_errors(page)["fields"] == ["file"]
    assert "baris 3, kode" in page.inner_text("main")
    world.looker.look(page, "refused list")
    choose(page, FIRST)
    page.get_by_role("button", name="Konfirmasi versi ini").click()
    page.get_by_role("link", name="Unggah versi baru").click()
    choose(page, SECOND)
    text = page.inner_text("main")
    for told in ("Ditambahkan: 1", "Dihapus: 1", "Berganti nama: 1", "Alfa Baru", "Gama", "Beta"):
        assert told in text, told
    world.looker.look(page, "differences of a list")
    page.get_by_role("button", name="Konfirmasi versi ini").click()
    assert "versi 2 dikonfirmasi" in page.inner_text("main")
    world.looker.look(page, "code list")


def test_an_agency_reads_the_list_without_the_buttons(world: World) -> None:
    page = world.officer("penyedia")
    page.goto("/referensi/wilayah_tapin/")
    page.fill("[name=cari]", "Binuang")
    page.get_by_role("button", name="Cari").click()
    assert "63.05.01" in page.inner_text("main")
    assert page.get_by_role("link", name="Unggah versi baru").count() == 0
