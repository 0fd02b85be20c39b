"""Organizations: their lineage, who signs for them, how their papers look."""

import struct
import zlib
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal_world import World, make_organization, make_person, read_text, sign_in
from simpul.kernel import clock
from simpul.portal.audit.models import AuditEntry
from simpul.portal.contracts.models import Contract
from simpul.portal.organizations import actions, queries, succession
from simpul.portal.organizations.errors import OrganizationRefused, PictureRefused, SuccessionRefused
from simpul.portal.organizations.models import Letterhead, Organization
from simpul.portal.organizations.pictures import check_png
from simpul.portal.services.models import Application

TODAY = clock.local(clock.now()).date()


def make_png(width: int = 2, height: int = 2, packed: bytes | None = None) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"\0" * ((width * 4 + 1) * height)) if packed is None else packed
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_lineage_is_the_organization_and_all_it_came_from(world: World) -> None:
    merged = make_organization("dinas-gabungan", "Dinas Gabungan")
    succession.hand_over(world.alice, world.health, merged, TODAY)
    succession.hand_over(world.alice, world.civil, merged, TODAY)
    last = succession.rename_organization(world.alice, merged, "dinas-baru", "Dinas Baru", TODAY)
    assert {one.code for one in queries.list_lineage(last)} == {
        "dinas-baru", "dinas-gabungan", "dinas-contoh-satu", "dinas-contoh-dua",
    }  # fmt: skip
    assert queries.list_lineage(last)[0] == last
    assert queries.list_lineage(world.health) == [world.health]
    assert queries.find_successor(Organization.objects.get(pk=world.health.pk)) == last


def test_successor_inherits_people_programs_and_contracts(world: World) -> None:
    Application.objects.create(organization=world.health, name="Aplikasi")
    Application.objects.create(organization=world.civil, name="Aplikasi")
    Contract.objects.create(context="wilayah", title="Wilayah", provider=world.health)
    succession.hand_over(world.alice, world.health, world.civil, TODAY)
    world.bob.refresh_from_db()
    assert world.bob.organization == world.civil
    names = Application.objects.filter(organization=world.civil).values_list("name", flat=True)
    assert sorted(names) == ["Aplikasi", "Aplikasi (dinas-contoh-satu)"]
    assert Contract.objects.get().provider == world.civil
    assert AuditEntry.objects.get(kind="organization.succeeded").detail["moved"]["people"] == 1


def test_renaming_ends_the_old_and_copies_the_letterhead(world: World) -> None:
    texts = {"government": "PEMERINTAH CONTOH", "agency": "LAMA", "address": "Jalan", "city": "Kota"}
    actions.keep_letterhead(world.alice, world.health, texts)
    new = succession.rename_organization(world.alice, world.health, "dinas-nama-baru", "Dinas Nama Baru", TODAY)
    old = Organization.objects.get(pk=world.health.pk)
    assert (old.successor, old.valid_to, new.valid_from) == (new, TODAY - timedelta(days=1), TODAY)
    assert queries.find_letterhead(new).agency == "Dinas Nama Baru"  # type: ignore[union-attr]
    assert queries.find_letterhead(old).agency == "LAMA"  # type: ignore[union-attr]


def test_organization_cannot_be_followed_by_itself_in_a_ring_or_twice(world: World) -> None:
    with pytest.raises(SuccessionRefused):
        succession.hand_over(world.alice, world.health, world.health, TODAY)
    succession.hand_over(world.alice, world.health, world.civil, TODAY)
    with pytest.raises(SuccessionRefused):
        succession.hand_over(world.alice, world.civil, world.health, TODAY)
    with pytest.raises(SuccessionRefused):
        succession.hand_over(world.alice, world.health, world.kominfo, TODAY)


def test_ended_organization_is_offered_no_more(world: World) -> None:
    succession.hand_over(world.alice, world.health, world.civil, TODAY)
    assert world.health not in queries.list_organizations()
    assert world.health in queries.list_organizations(on=TODAY - timedelta(days=1))


def test_code_is_never_used_again(world: World) -> None:
    succession.hand_over(world.alice, world.health, world.civil, TODAY)
    with pytest.raises(OrganizationRefused):
        actions.add_organization(world.alice, world.health.code, actions.OrganizationFacts("Lain", valid_from=TODAY))


def test_pages_add_change_and_rename(world: World) -> None:
    client = sign_in(world.alice)
    form = {"code": "badan-contoh", "name": "Badan Contoh", "kind": "opd", "valid_from": "2026-01-01"}
    assert client.post("/instansi/tambah", form)["Location"] == "/instansi/badan-contoh/"
    client.post("/instansi/badan-contoh/ubah", {**form, "address": "Jalan Contoh 1"})
    assert Organization.objects.get(code="badan-contoh").address == "Jalan Contoh 1"
    succeed = {"way": "ganti", "code": "badan-baru", "name": "Badan Baru", "on": str(TODAY)}
    assert client.post("/instansi/badan-contoh/penerus", succeed)["Location"] == "/instansi/badan-baru/"
    assert "Badan Contoh" in read_text(client.get("/instansi/badan-baru/"))


def test_succession_form_says_what_is_missing_and_refuses_the_future(world: World) -> None:
    client = sign_in(world.alice)
    page = read_text(client.post(f"/instansi/{world.health.code}/penerus", {"way": "ganti", "on": "2999-01-01"}))
    assert page.count("Wajib diisi.") >= 2
    assert "Tanggal ini masih akan datang." in page


def test_official_needs_a_sound_nip(world: World) -> None:
    client = sign_in(world.alice)
    form = {
        "name": "Pejabat Contoh",
        "position": "Kepala Dinas",
        "nip": "12",
        "valid_from": "2026-01-01",
        "acting": "Plt.",
    }
    assert "18 angka" in read_text(client.post(f"/instansi/{world.health.code}/pejabat", form))
    client.post(f"/instansi/{world.health.code}/pejabat", {**form, "nip": "19700101 199903 1 001"})
    official = queries.list_officials(world.health).get()
    assert (str(official), official.nip) == ("Plt. Kepala Dinas", "197001011999031001")


def test_official_list_is_of_a_day(world: World) -> None:
    facts = actions.OfficialFacts("Contoh", "Kepala", "", "", "", date(2020, 1, 1), date(2020, 12, 31))
    actions.keep_official(world.alice, world.health, facts)
    assert queries.list_officials(world.health).count() == 0
    assert queries.list_officials(world.health, date(2020, 6, 1)).count() == 1


def test_letterhead_page_keeps_a_sound_png_and_shows_it(world: World) -> None:
    client = sign_in(world.alice)
    form = {
        "government": "PEMERINTAH CONTOH", "agency": "DINAS", "address": "Jalan", "city": "Kota", "paper_size": "f4",
        "font": "Bookman", "number_format": "{urut}/{tahun}", "picture": SimpleUploadedFile("l.png", make_png()),
    }  # fmt: skip
    assert client.post(f"/instansi/{world.health.code}/kop", form).status_code == 302
    picture = client.get(f"/instansi/{world.health.code}/lambang.png")
    assert (picture["Content-Type"], picture.content) == ("image/png", make_png())
    form["picture"] = SimpleUploadedFile("l.png", b"GIF89a")
    assert "bukan PNG yang utuh" in read_text(client.post(f"/instansi/{world.health.code}/kop", form))
    assert bytes(Letterhead.objects.get().coat_of_arms or b"") == make_png()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        make_png()[:-1],
        make_png() + b"x",
        make_png().replace(b"IHDR", b"IHDX"),
        make_png(packed=b"not zlib"),
        make_png(packed=zlib.compress(b"\0" * 10_000_000)),
        make_png(width=5000, height=1),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_000,
    ],
)
def test_broken_oversized_or_bombing_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureRefused):
        check_png(content)


def test_pages_of_organizations_refuse_whoever_is_no_keeper(world: World) -> None:
    client = sign_in(make_person("Joko Contoh", world.health, "opd"))
    for path in ("", "tambah", f"{world.health.code}/", f"{world.health.code}/kop", f"{world.health.code}/penerus"):
        assert client.get(f"/instansi/{path}").status_code == 403
