"""What each officer does in each of the 15 activities, once round each loop where asked."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from simpul.cli.rehearsal.consumer import Consumer, find_live_service
from simpul.cli.rehearsal.officers import Rehearsal

EVIDENCE_SECONDS = 1.2
"""After a second at most, the exchange has written the evidence of a reading."""
SCAN = b"%PDF-1.4\n% Contoh pindaian - bukan naskah dinas\n%%EOF\n"


def write_letter(rehearsal: Rehearsal, *, complete: bool) -> None:
    """Row 1: the letter, at first without a phone number and without the list of data where a return is rehearsed."""
    act = rehearsal.find_act("pemanfaat", 1, "kirim")
    scan = rehearsal.attach("pemanfaat", act, "surat-permohonan", "surat.pdf", SCAN)
    rehearsal.complete(
        "pemanfaat",
        1,
        "kirim",
        {
            "letter_number": "000/001/GLADI/2026",
            "letter_date": date.today().isoformat(),  # noqa: DTZ011 — the date on a letter is the writer's own
            "classification": "Biasa",
            "attachments": "1 (satu) berkas",
            "subject": "Permohonan layanan SPLP (gladi)",
            "application": "Aplikasi Gladi",
            "purpose": "Memakai data penyedia pada aplikasi pemanfaat.",
            "provider": rehearsal.codes["penyedia"],
            "consumers": [rehearsal.codes["pemanfaat"]],
            "contact_name": "Gladi Contoh",
            "contact_email": "gladi@contoh.invalid",
            "contact_phone": "0812 0000 0000" if complete else "",
            "business_process": "Petugas memilih data pada formulir; pilihannya disimpan bersama layanan.",
            "elements": [{"name": "data", "type": "teks"}] if complete else [],
            "signer_position": "Kepala Dinas Contoh Pemanfaat",
            "copies": [],
            "signed_scan": scan,
        },
    )


def dispose(rehearsal: Rehearsal) -> None:
    """Row 2."""
    rehearsal.complete("bidang", 2, "disposisi", {"recipients": ["tim_it"], "instructions": ["periksa"], "note": ""})


def check(rehearsal: Rehearsal, *, complete: bool) -> None:
    """Row 3: decided as the machine pre-checked, or returned."""
    missing = set() if complete else {"ponsel", "data_informasi"}
    answers: dict[str, Any] = {}
    for key in ("surat", "nama", "email", "ponsel", "proses_bisnis", "data_informasi"):
        answers[f"{key}_ada"] = "belum" if key in missing else "ada"
        answers[f"{key}_alasan"] = "Mohon dilengkapi." if key in missing else ""
    rehearsal.complete("tim_it", 3, "periksa", answers)


def coordinate(rehearsal: Rehearsal) -> None:
    """Row 4."""
    rehearsal.complete(
        "sub_koordinasi",
        4,
        "koordinasi",
        {
            "held_on": date.today().isoformat(),  # noqa: DTZ011
            "place": "Ruang rapat",
            "administrator_name": "Contoh Pejabat Administrator",
            "administrator_position": "Kepala Bidang Contoh",
            "present": [{"name": "Contoh Pegawai", "position": "Analis", "organization": "Dinas Contoh Penyedia"}],
            "result": "Penyedia bersedia membagikan datanya.",
            "request": "Mohon mendefinisikan data dalam bentuk dokumen tertulis.",
        },
    )


def define(rehearsal: Rehearsal, data: Path) -> None:
    """Row 5: read from the file the first time, confirmed as it stands afterwards."""
    act = rehearsal.find_act("penyedia", 5, "definisi")
    if not act["initial"].get("datasets"):
        file = rehearsal.attach("penyedia", act, "data-contoh", data.name, data.read_bytes())
        rehearsal.run_tool("penyedia", act, "baca_berkas", {"file": file})
        act = rehearsal.find_act("penyedia", 5, "definisi")
    answers = act["draft"] or act["initial"]
    if act["draft"] and rehearsal.is_shared:  # other rehearsals of the same file may have taken the name
        answers["context"] = f"{answers['context'][:30]}_{rehearsal.number[-5:]}"
    rehearsal.complete(
        "penyedia", 5, "definisi", {**answers, "datasets": [_complete_dataset(one) for one in answers["datasets"]]}
    )


def _complete_dataset(dataset: dict[str, Any]) -> dict[str, Any]:
    """Fill in what only an officer knows: the meaning of each column, and why personal ones may be given."""
    columns = []
    for column in dataset["columns"]:
        meant = {"definition": column["title"], "classification": "Umum", "measure": "Nilai", "unit": "-"}
        if column["pdp_class"] != "tidak":
            meant |= {"pdp_legal_basis": "UU 27/2022 Pasal 20 (gladi)", "pdp_purpose": "Gladi layanan"}
        columns.append({**column, **{name: column.get(name) or text for name, text in meant.items()}})
    return {**dataset, "description": dataset["description"] or "Data untuk gladi layanan.", "columns": columns}


def formulate(rehearsal: Rehearsal, *, agreed: bool) -> None:
    """Row 6: the scenario gives the consumer every column and row; then all answer on the frozen version."""
    initial = rehearsal.find_act("tim_it", 6, "rumus")["initial"]
    until = (date.today() + timedelta(days=365)).isoformat()  # noqa: DTZ011
    terms = [
        {**one, "columns": "*", "purpose": "Gladi layanan", "legal_basis": "Perpres 39/2019", "valid_until": until}
        for one in initial["terms"]
    ]
    deliveries = [{**one, "refused_share": 100} for one in initial["deliveries"]]
    rehearsal.complete("tim_it", 6, "rumus", {"sepakat": "ya", "terms": terms, "deliveries": deliveries})
    rehearsal.complete("penyedia", 6, "penyedia_setuju", {"sepakat": "ya"})
    answer = {"sepakat": "ya"} if agreed else {"sepakat": "tidak", "reason": "Mohon uraian data dilengkapi."}
    rehearsal.complete("pemanfaat", 6, "pemanfaat_setuju", answer)


def publish(rehearsal: Rehearsal) -> None:
    """Rows 7 to 9: the document, the API in the sandbox, the tests and the handing over."""
    rehearsal.complete("tim_it", 7, "bentuk")
    rehearsal.complete("penyedia", 7, "konfirmasi", {"confirmed": True})
    rehearsal.run_tool("tim_it", rehearsal.find_act("tim_it", 8, "siapkan"), "terbitkan")
    rehearsal.complete("tim_it", 8, "siapkan")
    rehearsal.run_tool("sub_koordinasi", rehearsal.find_act("sub_koordinasi", 9, "sampaikan"), "uji")
    rehearsal.complete("sub_koordinasi", 9, "sampaikan", {"message": "Silakan mencoba."})


def store(rehearsal: Rehearsal, data: Path, consumer: Consumer | None = None) -> dict[str, Any]:
    """Rows 10 to 12: the rows come in, both sides check, the report is made. Returns: the batch's report.

    Args: `consumer` reads the rows that the provider opened for trial, before its agency says that it works.
    """
    act = rehearsal.find_act("penyedia", 10, "kirim_data")
    _wait_for_tables(rehearsal)
    act = rehearsal.find_act("penyedia", 10, "kirim_data")
    dataset = act["tools"]["unggah"]["dataset"]["choices"][0]
    file = rehearsal.attach("penyedia", act, "kiriman-data", data.name, data.read_bytes())
    report = rehearsal.run_tool("penyedia", act, "unggah", {"dataset": dataset, "file": file})
    rehearsal.complete("penyedia", 10, "kirim_data")
    rehearsal.complete("tim_it", 10, "konfirmasi")
    checked = {"counts_match": True, "sample_matches": True, "refused_known": True}
    trial = rehearsal.find_act("penyedia", 11, "penyedia_periksa")
    until = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011
    rehearsal.run_tool("penyedia", trial, "buka_percobaan", {"consumer": rehearsal.codes["pemanfaat"], "until": until})
    rehearsal.complete("penyedia", 11, "penyedia_periksa", checked)
    if consumer is not None:
        consumer.count_rows(find_live_service(rehearsal))
        time.sleep(EVIDENCE_SECONDS)
    rehearsal.complete(
        "pemanfaat", 11, "pemanfaat_periksa", {"program_works": True, "changed": "Aplikasi kini membaca dari hub."}
    )
    rehearsal.complete("tim_it", 12, "laporkan")
    rehearsal.complete("penyedia", 12, "konfirmasi", {"confirmed": True})
    return report


def _wait_for_tables(rehearsal: Rehearsal) -> None:
    """The tables are there once the upload tool offers a dataset and only rows are waited for."""
    for _ in range(300):
        act = rehearsal.find_act("penyedia", 10, "kirim_data")
        if act["tools"]["unggah"]["dataset"]["choices"] and not any(
            "disiapkan" in one["message"] for one in act["missing"]
        ):
            return
        time.sleep(0.2)


def show(rehearsal: Rehearsal, *, fits: bool) -> None:
    """Rows 13 and 14: the documents, the dashboard, and what both sides say of it."""
    rehearsal.complete("sub_koordinasi", 13, "sampaikan", {"message": ""})
    rehearsal.run_tool("bidang", rehearsal.find_act("bidang", 14, "tampilkan"), "segarkan")
    rehearsal.complete("bidang", 14, "tampilkan")
    rehearsal.complete("penyedia", 14, "penyedia_nilai", {"sesuai": "ya"})
    answer = {"sesuai": "ya"} if fits else {"sesuai": "tidak", "reason": "Mohon diperiksa lagi dari awal."}
    rehearsal.complete("pemanfaat", 14, "pemanfaat_nilai", answer)


def finish(rehearsal: Rehearsal) -> None:
    """Row 15."""
    act = rehearsal.find_act("sub_koordinasi", 15, "selesaikan")
    scan = rehearsal.attach("sub_koordinasi", act, "berita-acara", "berita-acara.pdf", SCAN)
    rehearsal.complete(
        "sub_koordinasi",
        15,
        "selesaikan",
        {"minutes_scan": scan, "conclusion": "Layanan telah aktif.", "suggestions": ""},
    )


def play(rehearsal: Rehearsal, data: Path, consumer: Consumer, *, loops: bool) -> dict[str, Any]:
    """Play the whole SOP and return the report of the first delivery."""
    rehearsal.open()
    for complete in (False, True) if loops else (True,):
        write_letter(rehearsal, complete=complete)
        dispose(rehearsal)
        check(rehearsal, complete=complete)
    coordinate(rehearsal)
    for agreed in (False, True) if loops else (True,):
        define(rehearsal, data)
        formulate(rehearsal, agreed=agreed)
    publish(rehearsal)
    first = store(rehearsal, data, consumer)
    if loops:
        show(rehearsal, fits=False)
        check(rehearsal, complete=True)
        coordinate(rehearsal)
        define(rehearsal, data)
        formulate(rehearsal, agreed=True)
        publish(rehearsal)
        store(rehearsal, data, consumer)
    show(rehearsal, fits=True)
    finish(rehearsal)
    return first
