"""One request through the 15 activities of the SOP, by the pages alone, as each officer does the own part."""

import csv
import io
import json
import re
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from browser_acts import fill, open_request, open_task, send, use_tool, wait_until_free
from browser_world import World
from openpyxl import Workbook
from playwright.sync_api import Page

from simpul.kernel.clock import local, now
from simpul.portal.demo.scan import draw_scan

DATA = Path(__file__).parents[3] / "library" / "demo" / "wilayah_tapin.csv"
MEANINGS = {
    "kode": ("Kode wilayah", "Kode wilayah menurut Kementerian Dalam Negeri."),
    "nama": ("Nama wilayah", "Nama resmi kecamatan, kelurahan, atau desa."),
    "tingkat": ("Tingkat wilayah", "Kabupaten, kecamatan, kelurahan, atau desa."),
    "kecamatan": ("Nama kecamatan", "Kecamatan tempat wilayah itu berada."),
}
SPOILED = {3: ("kode", ""), 7: ("nama", "")}
"""Rows of the first delivery that are spoiled on purpose, by their index: column and wrong value."""


def read_rows() -> list[dict[str, str]]:
    """Return the provider's real data."""
    return list(csv.DictReader(io.StringIO(DATA.read_text("utf-8"))))


def write_sheet(rows: Sequence[dict[str, str]]) -> bytes:
    """Return rows as a spreadsheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([value or None for value in row.values()])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def spoil(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows with some spoiled on purpose."""
    return [{**row, **dict([SPOILED[index]])} if index in SPOILED else row for index, row in enumerate(rows)]


def today() -> date:
    """Return the day of the regency."""
    return local(now()).date()


@dataclass
class Walk:
    """One request on its way through the pages; `look` examines each page before it is sent."""

    world: World
    number: str = ""
    context: str = "wilayah_tapin"
    steps: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    tried: list[dict[str, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    @property
    def year(self) -> int:
        """The year in which it is done."""
        return today().year

    def act(self, key: str, no: int, label: str = "") -> Page:
        """Open the officer's task from the inbox."""
        page = self.world.officer(key)
        open_task(page, self.number, label)
        self.steps.append((no, key))
        return page

    def look(self, page: Page, name: str, picture: str = "", at: str = "") -> None:
        """Examine a page, the first time only."""
        if self.is_first(f"look {name}"):
            self.world.looker.look(page, name, picture, at)

    def is_first(self, what: str) -> bool:
        """Tell whether this is done for the first time in this walk."""
        is_new = what not in self.known
        self.known.add(what)
        return is_new

    # Rows 1 to 3: the letter.

    def write_letter(self, *, complete: bool = True) -> None:
        page = self.world.officer("pemohon")
        if self.number:
            page = self.act("pemohon", 1)
            fill(page, {"contact_phone": "0812 3456 7890"})
            send(page)
            return
        self.number = open_request(page)
        self.steps.append((1, "pemohon"))
        fill(
            page,
            {
                "letter_number": "400.7/015/CONTOH/XI/2026",
                "letter_date": today().isoformat(),
                "attachments": "1 (satu) berkas",
                "subject": "Permohonan layanan data kode wilayah",
                "application": "Pendaftaran Puskesmas (contoh)",
                "purpose": "Petugas memilih kecamatan dan desa dari daftar resmi saat mendaftarkan pasien.",
                "provider": "contoh-tapem",
                "consumers": ["contoh-dinkes"],
                "contact_phone": "0812 3456 7890" if complete else "",
                "contact_email": "petugas@dinkes.contoh.invalid",
                "business_process": "Petugas membuka formulir, memilih kecamatan lalu desa, dan menyimpan kodenya.",
                "elements-0-name": "Kode wilayah",
                "elements-0-type": "teks",
                "elements-0-length": "13",
            },
        )
        page.locator("[data-entries=elements] [data-add-entry]").click()
        fill(page, {"elements-1-name": "Nama wilayah", "elements-1-type": "teks"})
        page.locator("[name=signer]").select_option(index=1)
        fill(page, {"signed_scan": ("surat-permohonan.pdf", draw_scan("Surat permohonan"))})
        self.look(page, "act 1", "02-surat-permohonan")
        send(page)
        self.look(page, "case after the letter", "03-kedudukan-pada-sop", "#diagram")

    def dispose(self) -> None:
        page = self.world.officer("bidang")
        page.goto("/")
        self.look(page, "inbox", "04-tugas-saya")
        page = self.act("bidang", 2)
        fill(page, {"note": "Mohon diperiksa dan diproses.", "instructions": ["periksa", "proses"]})
        self.look(page, "act 2", "05-disposisi")
        send(page)

    def check(self, *, complete: bool = True) -> None:
        page = self.act("tim_it", 3)
        self.look(page, "act 3", "06-cek-kelengkapan", "section[aria-labelledby=isian]")
        missing = {} if complete else {"ponsel_ada": "belum", "ponsel_alasan": "Nomor ponsel belum ditulis."}
        send(page, missing)

    # Rows 4 to 6: what is agreed on.

    def coordinate(self) -> None:
        page = self.act("sub_koordinasi", 4)
        if self.is_first("coordination"):
            fill(
                page,
                {
                    "held_on": today().isoformat(),
                    "place": "Ruang rapat Dinas Kominfo",
                    "administrator_name": "Contoh Pejabat Administrator",
                    "administrator_position": "Kepala Bagian Tata Pemerintahan",
                    "present-0-name": "Contoh Ketiga",
                    "present-0-position": "Penyusun Bahan Tata Wilayah",
                    "present-0-organization": "Bagian Tata Pemerintahan (contoh)",
                    "result": "Bagian Tata Pemerintahan bersedia membagikan kode wilayah dan memperbaruinya.",
                },
            )
        self.look(page, "act 4", "07-koordinasi", "section[aria-labelledby=isian]")
        send(page)

    def define(self) -> None:
        page = self.act("penyedia", 5)
        if self.is_first("definition"):
            use_tool(page, "baca_berkas", {"file": ("wilayah_tapin.csv", DATA.read_bytes())})
            fill(
                page,
                {
                    "context": self.context,
                    "title": "Kode wilayah Kabupaten Tapin (contoh)",
                    "datasets-0-description": "Kecamatan, kelurahan, dan desa dengan kode resminya.",
                },
            )
            self._name_columns(page)
        self.look(page, "act 5", "08-definisi-data", "#id_datasets_group, [data-entries=datasets]")
        send(page)

    def _name_columns(self, page: Page) -> None:
        for box in page.locator("[data-entries='datasets-0-columns'] input[name$='-name']").all():
            prefix = (box.get_attribute("name") or "").removesuffix("name")
            title, definition = MEANINGS[box.input_value()]
            fill(page, {f"{prefix}title": title, f"{prefix}definition": definition})

    def formulate(self, *, agreed: bool = True) -> None:
        page = self.act("tim_it", 6)
        if self.is_first("scenario"):
            card = page.locator("[data-entries=terms] [data-entry]").first
            card.locator("[data-check-all]").click()
            fill(
                page,
                {
                    "terms-0-legal_basis": "Perpres 39/2019 tentang Satu Data Indonesia",
                    "terms-0-valid_until": (today() + timedelta(days=365)).isoformat(),
                    "deliveries-0-refused_share": "5",
                },
            )
        self.look(page, "act 6 formulating", "09-skenario", "[data-entries=terms]")
        send(page, {"sepakat": "ya"})
        page = self.act("penyedia", 6)
        self.look(page, "act 6 agreeing", "10-kesepakatan")
        send(page, {"sepakat": "ya"})
        page = self.act("pemohon", 6)
        send(page, {"sepakat": "ya"} if agreed else {"sepakat": "tidak", "reason": "Mohon uraian data dilengkapi."})

    def agree(self, *, objects_first: bool = False) -> None:
        """Rows 5 and 6 until all agree; `objects_first`: the consumer objects once, and nothing is typed again."""
        for agreed in (False, True) if objects_first else (True,):
            self.define()
            self.formulate(agreed=agreed)

    # Rows 7 to 9: the service for trying.

    def make_document(self) -> None:
        page = self.act("tim_it", 7)
        self.look(page, "act 7 making")
        send(page)
        page = self.act("penyedia", 7)
        self.look(page, "act 7 confirming", "11-dokumen-interchange", "h1")
        send(page, {"confirmed": True})

    def prepare_api(self) -> None:
        page = self.act("tim_it", 8)
        use_tool(page, "terbitkan")
        wait_until_free(page)
        self.look(page, "act 8", "12-api-uji-coba")
        send(page)

    def hand_over(self) -> None:
        page = self.act("sub_koordinasi", 9)
        use_tool(page, "uji")
        wait_until_free(page)
        self.look(page, "act 9", "13-uji-integrasi")
        send(page, {"message": "Layanan uji coba siap. Silakan mencoba."})

    # Rows 10 to 12: the rows.

    def deliver(self, rows: Sequence[dict[str, str]], name: str = "wilayah_tapin.xlsx") -> None:
        page = self.act("penyedia", 10)
        page.locator("section.tool [name=dataset] option").first.wait_for(state="attached", timeout=60_000)
        use_tool(page, "unggah", {"file": (name, write_sheet(rows))})
        wait_until_free(page)
        self.look(page, "act 10", "15-baris-tertolak", "#kiriman")
        if self.is_first("delivery"):
            cells = page.get_by_role("region", name=re.compile("Baris tertolak")).locator("tbody tr").all()
            self.refused = [
                (one.locator("td").nth(1).inner_text(), one.locator("td").nth(2).inner_text()) for one in cells
            ]
        send(page)
        page = self.act("tim_it", 10)
        self.look(page, "act 10 confirming")
        send(page)

    def verify(self) -> None:
        page = self.act("penyedia", 11)
        if self.is_first("check of the rows"):
            use_tool(page, "unggah", {"file": ("wilayah_tapin-betul.xlsx", write_sheet(read_rows()))})
            self.look(page, "act 11 provider", "16-periksa-data", "section[aria-labelledby^=cuplikan]")
            until = (today() + timedelta(days=30)).isoformat()
            use_tool(page, "buka_percobaan", {"consumer": "contoh-dinkes", "until": until})
        send(page, {"counts_match": True, "sample_matches": True, "refused_known": True})
        page = self.act("pemohon", 11)
        self.look(page, "act 11 consumer", "17-periksa-program", "h1")
        send(page, {"program_works": True, "changed": "Formulir pendaftaran kini membaca kode wilayah dari hub."})

    def report(self) -> None:
        page = self.act("tim_it", 12)
        send(page)
        page = self.act("penyedia", 12)
        self.look(page, "act 12", "18-laporan-validasi", "section[aria-labelledby^=laporan]")
        send(page, {"confirmed": True})

    # Rows 13 to 15: shown, judged, live.

    def show(self, *, fits: bool = True) -> None:
        page = self.act("sub_koordinasi", 13)
        self.look(page, "act 13")
        send(page, {"message": "Dokumen lengkap terlampir."})
        page = self.act("bidang", 14)
        use_tool(page, "segarkan")
        wait_until_free(page)
        page.locator("canvas").first.wait_for()
        self.look(page, "act 14 showing")
        send(page)
        page = self.act("penyedia", 14)
        page.locator("canvas").first.wait_for()
        self.look(page, "act 14 judging", "19-dashboard", "section[aria-labelledby^=gambar]")
        send(page, {"sesuai": "ya"})
        page = self.act("pemohon", 14)
        send(page, {"sesuai": "ya"} if fits else {"sesuai": "tidak", "reason": "Nama desa perlu diperiksa lagi."})

    def finish(self) -> None:
        page = self.act("sub_koordinasi", 15)
        fill(page, {"minutes_scan": ("berita-acara.pdf", draw_scan("Berita acara kesepakatan"))})
        self.look(page, "act 15")
        send(page)
        self.look(page, "finished case", "20-dokumen", "#dokumen")

    def list_papers(self, key: str) -> list[str]:
        """Return the names of the papers that an officer finds on the page of the case."""
        page = self.world.officer(key)
        page.goto(f"/permohonan/{self.number}/")
        return page.locator("main a[href*='/dokumen/']").all_inner_texts()

    # The consumer's program.

    def get_key(self, stage: str, picture: str = "") -> str:
        """The programmer registers the program once and makes its key, which is shown this once."""
        page = self.world.officer("pemrogram")
        page.goto("/aplikasi/")
        name = "Pendaftaran Puskesmas (contoh)"
        if not page.get_by_role("heading", name=name).count():
            page.fill("form.card [name=name]", name)
            page.get_by_role("button", name="Simpan aplikasi").click()
        words = {"test": "Buat kunci uji coba", "live": "Buat kunci layanan aktif"}[stage]
        page.get_by_role("region", name=name).get_by_role("button", name=re.compile(words)).first.click()
        key = page.locator("#kunci-baru").inner_text().strip()
        self.look(page, f"key for {stage}", picture)
        return key

    def call(self, path: str, key: str) -> list[dict[str, str]]:
        """Call the exchange as the consumer's program does."""
        hub = f"http://127.0.0.1:{self.world.hub.settings.EXCHANGE_PORT}"
        address = f"{hub}/{path}/{self.context}/v1/wilayah_tapin?limit=500"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            rows: list[dict[str, str]] = json.load(answer)
        return rows
