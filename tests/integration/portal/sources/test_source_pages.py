"""The pages of sources: who sees what, the set-up from kind to schedule, and that a secret is never shown again."""

import json

import pytest
from source_reader import COLUMNS, MAPPING

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.portal.audit.models import AuditEntry
from simpul.portal.sources.models import Allowance, Source, SourceRun
from simpul.portal.sources.secrets import open_secret

SECRET = "sandi-sangat-rahasia-1"
ADD = "/layanan/wilayah/data/desa/sumber/baru/"
FORM = {
    "name": "SIMDUK",
    "host": "db.contoh.go.id",
    "port": "3306",
    "database": "simduk",
    "user": "hub",
    "table": "desa",
    "tls": "verify",
    "null_cursor": "read",
    "overlap": "0",
    "secret": SECRET,
}
OTHERS = ["pemanfaat", "tim_it", "auditor", "kepala_dinas", "pemanfaat_program"]


@pytest.fixture
def source(served: Served, portal: Database) -> Source:
    """Give a source that the provider typed in, mapped by hand."""
    answer = sign_in(served.sop.persons["penyedia"]).post(ADD + "?jenis=mysql", FORM)
    assert answer.status_code == 302, read_text(answer)
    made = Source.objects.get(name="SIMDUK")
    Source.objects.filter(pk=made.pk).update(mapping=MAPPING, described=[list(one) for one in COLUMNS])
    made.refresh_from_db()
    return made


def test_dataset_page_leads_the_provider_to_a_new_source(served: Served, portal: Database) -> None:
    page = "/layanan/wilayah/data/desa/"
    assert ADD in read_text(sign_in(served.sop.persons["penyedia"]).get(page))
    assert ADD not in read_text(sign_in(served.sop.persons["tim_it"]).get(page))
    kinds = read_text(sign_in(served.sop.persons["penyedia"]).get(ADD))
    assert "?jenis=mysql" in kinds


def test_secret_is_sealed_and_shown_nowhere(served: Served, source: Source) -> None:
    assert SECRET not in source.secret_sealed
    assert SECRET not in json.dumps(source.settings)
    assert open_secret(source.pk, source.settings, source.secret_sealed) == SECRET
    client = sign_in(served.sop.persons["penyedia"])
    for path in ("", "sambungan/", "uji/", "jadwal/"):
        assert SECRET not in read_text(client.get(f"/sumber/{source.pk}/{path}")), path
    assert not any(SECRET in json.dumps(entry.detail) for entry in AuditEntry.objects.all())


def test_wrong_field_is_named_and_the_secret_is_not_given_back(served: Served, portal: Database) -> None:
    answer = sign_in(served.sop.persons["penyedia"]).post(ADD + "?jenis=mysql", {**FORM, "port": "banyak"})
    assert answer.status_code == 422
    assert "error-summary" in read_text(answer)
    assert SECRET not in read_text(answer)


def test_empty_secret_keeps_the_old_one(served: Served, source: Source) -> None:
    client = sign_in(served.sop.persons["penyedia"])
    assert client.post(f"/sumber/{source.pk}/sambungan/", {**FORM, "secret": "", "user": "lain"}).status_code == 302
    source.refresh_from_db()
    assert open_secret(source.pk, source.settings, source.secret_sealed) == SECRET
    assert source.mapping == MAPPING


def test_secret_is_never_sent_to_another_server_than_it_was_typed_for(served: Served, source: Source) -> None:
    client = sign_in(served.sop.persons["penyedia"])
    answer = client.post(f"/sumber/{source.pk}/sambungan/", {**FORM, "secret": "", "host": "jahat.contoh.go.id"})
    assert answer.status_code == 422
    assert "isi lagi rahasianya" in read_text(answer)
    source.refresh_from_db()
    assert source.settings["host"] == "db.contoh.go.id"


def test_reading_something_else_begins_anew(served: Served, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(cursor="9", is_active=True)
    client = sign_in(served.sop.persons["penyedia"])
    assert client.post(f"/sumber/{source.pk}/sambungan/", {**FORM, "table": "kelurahan"}).status_code == 302
    source.refresh_from_db()
    assert (source.cursor, source.is_active) == (None, False)


@pytest.mark.parametrize("who", OTHERS)
def test_only_the_provider_sets_up_or_steers(served: Served, source: Source, who: str) -> None:
    client = sign_in(served.sop.persons[who])
    assert client.get(ADD).status_code == 403
    for path in ("sambungan/", "uji/", "kolom/", "jadwal/"):
        assert client.get(f"/sumber/{source.pk}/{path}").status_code == 403, path
    assert client.post(f"/sumber/{source.pk}/tindakan/", {"act": "jalankan"}).status_code == 403
    text = read_text(client.get(f"/sumber/{source.pk}/"))
    assert "SIMDUK" in text
    assert "db.contoh.go.id" not in text
    assert not SourceRun.objects.filter(source=source).exists()


def test_charlie_finds_no_source(served: Served, source: Source) -> None:
    charlie = sign_in(served.sop.persons["lain"])
    for path in ("", "sambungan/", "uji/", "kolom/", "jadwal/"):
        assert charlie.get(f"/sumber/{source.pk}/{path}").status_code == 404, path
    assert "SIMDUK" not in read_text(charlie.get("/sumber/"))
    assert charlie.post(f"/sumber/{source.pk}/tindakan/", {"act": "hapus"}).status_code == 404


def test_list_shows_the_own_sources_and_to_kominfo_all(served: Served, source: Source) -> None:
    for who in ("penyedia", "penyedia_program", "tim_it", "auditor"):
        assert "SIMDUK" in read_text(sign_in(served.sop.persons[who]).get("/sumber/")), who
    assert "SIMDUK" not in read_text(sign_in(served.sop.persons["pemanfaat"]).get("/sumber/"))


def test_acts_of_the_page(served: Served, source: Source) -> None:
    client = sign_in(served.sop.persons["penyedia_program"])

    def act(name: str) -> Source:
        answer = client.post(f"/sumber/{source.pk}/tindakan/", {"act": name})
        assert answer.status_code == 302
        source.refresh_from_db()
        return source

    assert act("jalankan").next_run_at is not None
    assert source.runs.get().state == "menunggu"
    assert not act("jeda").is_active
    assert source.runs.get().state == "gagal"
    assert act("lanjutkan").is_active
    Source.objects.filter(pk=source.pk).update(cursor="9")
    assert act("ulang").cursor is None
    assert (act("hapus").secret_sealed, source.removed_at is not None) == ("", True)
    assert client.get(f"/sumber/{source.pk}/").status_code == 404
    kinds = AuditEntry.objects.filter(object_kind="source", object_id=str(source.pk)).values_list("kind", flat=True)
    assert {"source.run", "source.pause", "source.resume", "source.read_again", "source.remove"} <= set(kinds)


def test_unknown_act_is_refused(served: Served, source: Source) -> None:
    answer = sign_in(served.sop.persons["penyedia"]).post(f"/sumber/{source.pk}/tindakan/", {"act": "ledakkan"})
    assert answer.status_code == 422


def test_schedule_says_what_does_not_go_together(served: Served, source: Source) -> None:
    client = sign_in(served.sop.persons["penyedia"])
    form = {"mode": "append", "schedule": "daily", "limit_minutes": 60, "limit_rows": 100, "limit_megabytes": 10}
    text = read_text(client.post(f"/sumber/{source.pk}/jadwal/", form))
    assert "Isi jamnya." in text
    assert "Menambahkan saja hanya untuk folder" in text
    form |= {"mode": "merge", "at": "06:30", "working_days": "on", "is_active": "on"}
    assert client.post(f"/sumber/{source.pk}/jadwal/", form).status_code == 302
    source.refresh_from_db()
    assert source.is_active
    text = read_text(client.get(f"/sumber/{source.pk}/"))
    assert "Setiap hari pukul 06.30 WITA" in text


def test_page_of_runs_tells_counts_problem_and_next_step(served: Served, source: Source) -> None:
    SourceRun.objects.create(
        source=source, state="gagal", started_at=source.changed_at, received=4321, refused=7, cursor_after="kursor-9",
        problem={"code": "SPL711", "message": ["Tidak menjawab.", "No answer."], "hint": ["Periksa.", "Check."],
                 "findings": [["jumlah", "Kolom hilang.", "Gone."]]},
    )  # fmt: skip
    text = read_text(sign_in(served.sop.persons["penyedia"]).get(f"/sumber/{source.pk}/"))
    for told in ("4.321", "Tidak menjawab.", "Periksa.", "SPL711", "Kolom hilang.", "kursor-9"):
        assert told in text, told
    assert "kursor-9" not in read_text(sign_in(served.sop.persons["tim_it"]).get(f"/sumber/{source.pk}/"))


def test_keeper_of_the_system_lists_addresses_and_nobody_else(served: Served, portal: Database) -> None:
    page = "/pengaturan/alamat-keluar/"
    keeper = sign_in(served.sop.persons["pengelola_sistem"])
    form = {"kind": "address", "value": "10.20.0.0/16", "purpose": "SIMDUK"}
    assert keeper.post(page, form).status_code == 302
    assert "10.20.0.0/16" in read_text(keeper.get(page))
    for value in ("10.0.0.0/4", "0x7f.1", "10.20.0.0/16"):
        assert keeper.post(page, {**form, "value": value}).status_code == 422, value
    for value in ("/", "srv", "/srv/../etc"):
        assert keeper.post(page, {**form, "kind": "folder", "value": value}).status_code == 422, value
    answer = keeper.post(page, {**form, "kind": "folder", "value": "/srv/data"})
    assert answer.status_code == 422
    assert "Folder didaftarkan untuk satu instansi." in read_text(answer)
    for who in ("penyedia", "tim_it", "auditor", "lain"):
        assert sign_in(served.sop.persons[who]).get(page).status_code == 403
    listed = Allowance.objects.get()
    assert keeper.post(f"{page}{listed.pk}/hapus/").status_code == 302
    assert not Allowance.objects.exists()
    assert AuditEntry.objects.filter(kind="allowance.remove").count() == 1
