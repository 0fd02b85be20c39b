"""What the sample officers answer in each act of the SOP.

Each function is given its scene and returns the answers; None where the act waits for worker or exchange.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simpul.portal.activities.a03_completeness import REQUIREMENTS
from simpul.portal.activities.a10_storage import find_live
from simpul.portal.cases.models import Attachment
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import get_version
from simpul.portal.demo.calls import call_service
from simpul.portal.demo.content import read_rows
from simpul.portal.demo.errors import SampleTestsFailed
from simpul.portal.demo.scan import draw_scan
from simpul.portal.demo.scene import Scene
from simpul.portal.organizations.models import Organization
from simpul.portal.papers.facts import find_official
from simpul.portal.quality.models import TestRun
from simpul.portal.quality.queries import find_test_run
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import find_publication

Answers = dict[str, Any]
TRIAL_DAYS = 30
VALID_DAYS = 365


def write_letter(scene: Scene) -> Answers:
    """Row 1. A letter that will be returned comes without a phone number."""
    plan, official = scene.plan, find_official(scene.case.applicant)
    scan = scene.attach("surat-permohonan", "surat-permohonan.pdf", draw_scan(plan.subject))
    return {
        **draft_letter(scene),
        "letter_number": f"000.8/{scene.case.pk:03d}/CONTOH/{scene.today:%m/%Y}",
        "attachments": "1 (satu) berkas",
        "contact_phone": "" if plan.is_returned else f"0812 0000 00{scene.case.pk % 100:02d}",
        "signer": official.pk if official else None,
        "signed_scan": scan,
    }


def draft_letter(scene: Scene) -> Answers:
    """Return what is known of a letter before it is signed."""
    plan = scene.plan
    return {
        "letter_number": "",
        "letter_date": scene.today.isoformat(),
        "classification": "Biasa",
        "attachments": "",
        "subject": plan.subject,
        "application": plan.application,
        "purpose": plan.purpose,
        "provider": plan.provider,
        "consumers": list(plan.consumers),
        "contact_name": scene.person.name,
        "contact_email": f"{plan.applicant}@contoh.invalid",
        "contact_phone": "",
        "business_process": plan.business_process,
        "elements": [{"name": name, "type": "", "length": "", "note": ""} for name in plan.elements],
        "copies": [],
    }


def dispose(scene: Scene) -> Answers:
    """Row 2."""
    return {
        "agenda_number": f"{scene.case.pk:03d}",
        "recipients": ["tim_it"],
        "instructions": ["periksa", "proses"],
        "note": "Mohon diperiksa dan diproses sesuai SOP.",
    }


def check(scene: Scene) -> Answers:
    """Row 3: as the machine pre-checks it."""
    letter = scene.context.answers(1, "kirim")
    answers: Answers = {"note": ""}
    for one in REQUIREMENTS:
        is_met = one.is_met(letter)
        answers[f"{one.key}_ada"] = "ada" if is_met else "belum"
        answers[f"{one.key}_alasan"] = "" if is_met else "Belum diisi; mohon dilengkapi."
    return answers


def coordinate(scene: Scene) -> Answers:
    """Row 4."""
    provider = scene.context.provider
    official = find_official(provider)
    return {
        "held_on": scene.today.isoformat(),
        "place": "Ruang rapat Dinas Komunikasi dan Informatika",
        "administrator_name": official.name if official else "Contoh Pejabat",
        "administrator_position": official.position if official else "Kepala Bidang",
        "present": [
            {"name": "Contoh Peserta Satu", "position": "Pengelola data", "organization": provider.name},
            {"name": "Contoh Peserta Dua", "position": "Analis", "organization": scene.case.applicant.name},
        ],
        "result": "Penyedia bersedia membagikan datanya melalui hub.",
        "request": "Mohon mendefinisikan data dan informasi yang akan diintegrasikan secara tertulis.",
    }


def define(scene: Scene) -> Answers:
    """Row 5: the plan's columns are texts and not personal unless they say otherwise."""
    plain = {"logical_type": "string", "pdp_class": "tidak"}
    datasets = [
        {**one, "columns": [{**plain, **column} for column in one["columns"]]}
        for one in scene.plan.definition["datasets"]
    ]
    return {**scene.plan.definition, "datasets": datasets}


def formulate(scene: Scene) -> Answers:
    """Row 6, Tim IT: each consumer gets every column and row for a year."""
    initial = scene.get_initial()
    until = (scene.today + timedelta(days=VALID_DAYS)).isoformat()
    terms = [
        {**one, "columns": "*", "legal_basis": "Perpres 39/2019 tentang Satu Data Indonesia", "valid_until": until}
        for one in initial["terms"]
    ]
    return {**initial, "sepakat": "ya", "terms": terms}


def agree(scene: Scene) -> Answers:
    """Row 6, provider and consumers."""
    return {"sepakat": "ya"}


def note_nothing(scene: Scene) -> Answers:
    """An act that only needs to be sent."""
    return {}


def confirm(scene: Scene) -> Answers:
    """An act that confirms what was read."""
    return {"confirmed": True}


def prepare_api(scene: Scene) -> Answers | None:
    """Row 8: published to the sandbox by the worker."""
    if find_sandbox(scene) is None:
        scene.use_tool("terbitkan")
    return None if scene.is_held() else {}


def find_sandbox(scene: Scene) -> Publication | None:
    """Return the sandbox of the agreed version, None before it is published."""
    version = get_version(scene.case, ContractVersion.State.AGREED)
    publication = find_publication(version, Publication.Stage.SANDBOX)
    return publication if publication and publication.contract_version_id == version.pk else None


def hand_over(scene: Scene) -> Answers | None:
    """Row 9: the integration tests run against the running exchange. Raises: SampleTestsFailed."""
    publication = find_sandbox(scene)
    run = find_test_run(publication) if publication else None
    if run is None:
        scene.use_tool("uji")
    elif run.state == TestRun.State.BROKEN or run.failed:
        raise SampleTestsFailed(context=run.publication.context, failed=run.failed)
    return None if scene.is_held() else {"message": "Layanan uji coba siap dipakai. Silakan mencoba."}


def send_rows(scene: Scene) -> Answers | None:
    """Row 10: the provider's file goes through the same checks as everybody's."""
    publication = find_live(scene.context)
    if publication is None or publication.state != Publication.State.VERIFICATION:
        return None
    for dataset in publication.datasets.filter(row_count=0):
        file = scene.attach("kiriman-data", scene.plan.file, read_rows(scene.plan.file))
        scene.use_tool("unggah", dataset=dataset.name, file=file)
    return None if scene.is_held() else {}


def check_as_provider(scene: Scene) -> Answers:
    """Row 11: the provider opens the rows to each consumer for a trial, and confirms them."""
    until = (scene.today + timedelta(days=TRIAL_DAYS)).isoformat()
    for consumer in scene.context.consumers:
        scene.use_tool("buka_percobaan", consumer=consumer.code, until=until)
    return {"counts_match": True, "sample_matches": True, "refused_known": True, "note": ""}


def check_as_consumer(scene: Scene) -> Answers | None:
    """Row 11: the consumer's program calls the service with a key of its own, which then ends."""
    publication, organization = find_live(scene.context), scene.act.organization
    if publication is None or not isinstance(organization, Organization):
        return None
    if not call_service(publication, organization):
        return None
    return {"program_works": True, "changed": "Pilihan wilayah pada aplikasi kini dibaca dari hub."}


def show_dashboard(scene: Scene) -> Answers | None:
    """Row 14: drawn from the rows."""
    if scene.is_held():
        scene.use_tool("segarkan")
    return None if scene.is_held() else {}


def judge(scene: Scene) -> Answers:
    """Row 14, provider and consumers."""
    return {"sesuai": "ya"}


def finish(scene: Scene) -> Answers:
    """Row 15: with the signed minutes, kept since row 6."""
    kept = Attachment.objects.filter(case=scene.case, kind="berita-acara").order_by("-id").first()
    scan = kept.pk if kept else scene.attach("berita-acara", "berita-acara.pdf", draw_scan("Berita Acara Kesepakatan"))
    return {
        "minutes_scan": scan,
        "background": scene.plan.purpose,
        "conclusion": "Integrasi berjalan sesuai rumusan dan layanan telah aktif.",
        "suggestions": "Perbarui data setiap kali kode wilayah berubah.",
    }


ANSWERS: dict[tuple[int, str], Callable[[Scene], Answers | None]] = {
    (1, "kirim"): write_letter,
    (2, "disposisi"): dispose,
    (3, "periksa"): check,
    (4, "koordinasi"): coordinate,
    (5, "definisi"): define,
    (6, "rumus"): formulate,
    (6, "penyedia_setuju"): agree,
    (6, "pemanfaat_setuju"): agree,
    (7, "bentuk"): note_nothing,
    (7, "konfirmasi"): confirm,
    (8, "siapkan"): prepare_api,
    (9, "sampaikan"): hand_over,
    (10, "kirim_data"): send_rows,
    (10, "konfirmasi"): note_nothing,
    (11, "penyedia_periksa"): check_as_provider,
    (11, "pemanfaat_periksa"): check_as_consumer,
    (12, "laporkan"): note_nothing,
    (12, "konfirmasi"): confirm,
    (13, "sampaikan"): note_nothing,
    (14, "tampilkan"): show_dashboard,
    (14, "penyedia_nilai"): judge,
    (14, "pemanfaat_nilai"): judge,
    (15, "selesaikan"): finish,
}
"""Row and act → what is answered."""
