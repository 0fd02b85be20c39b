"""Taking, handing on, and reassigning an act; and who sees which case."""

import pytest

from portal_world import make_person, read_text, sign_in
from simpul.portal.activities import actions as activities
from simpul.portal.audit.models import AuditEntry
from simpul.portal.cases import actions as cases
from simpul.portal.cases.attachments import get_attachment
from simpul.portal.cases.errors import CaseNotFound, HeldByColleague, NotYourAct, ReasonMissing, RowsNotShown
from simpul.portal.cases.permissions import get_visible_case, list_visible_cases
from simpul.portal.cases.queries import list_inbox
from simpul.portal.organizations import succession
from simpul.portal.people.models import Person, RoleAssignment
from sop_world import SCAN, TODAY, Play, Sop


@pytest.fixture
def play(sop: Sop) -> Play:
    """Give a case that waits for Tim IT in row 3."""
    return sop.open_case().reach(3)


@pytest.fixture(scope="module")
def colleague(sop: Sop) -> Person:
    return make_person("Contoh Rekan", sop.kominfo, "tim_it")


def test_held_act_is_the_holders_until_handed_on(sop: Sop, play: Play, colleague: Person) -> None:
    ref, holder = play.make_ref(3, "periksa"), sop.persons["tim_it"]
    cases.take_act(holder, play.number, ref)
    for act in (cases.take_act, lambda *given: activities.complete_act(*given, {})):
        with pytest.raises(HeldByColleague) as refusal:
            act(colleague, play.number, ref)
        assert holder.name in refusal.value.message.id
    cases.hand_act(holder, play.number, ref, colleague)
    with pytest.raises(HeldByColleague):
        play.check()
    keys = ("surat", "nama", "email", "ponsel", "proses_bisnis", "data_informasi")
    activities.complete_act(colleague, play.number, ref, {f"{key}_ada": "ada" for key in keys})
    assert play.open_steps == {4}


def test_bidang_reassigns_the_step_of_an_absent_officer(sop: Sop, play: Play, colleague: Person) -> None:
    ref = play.make_ref(3, "periksa")
    cases.take_act(sop.persons["tim_it"], play.number, ref)
    with pytest.raises(NotYourAct):
        cases.hand_act(colleague, play.number, ref, colleague)
    cases.hand_act(sop.persons["bidang"], play.number, ref, colleague, "cuti")
    assert play.find_act(3, "periksa").holder == colleague
    note = play.case.events.get(kind="note_handed")
    assert (note.person, note.data["to_name"], note.data["reason"]) == (sop.persons["bidang"], colleague.name, "cuti")


def test_act_goes_to_nobody_who_could_not_do_it(sop: Sop, play: Play) -> None:
    ref = play.make_ref(3, "periksa")
    for name in ("sub_koordinasi", "auditor", "kepala_dinas", "pemohon"):
        with pytest.raises(NotYourAct):
            cases.hand_act(sop.persons["bidang"], play.number, ref, sop.persons[name])


def test_bidang_hands_on_no_act_of_an_agency(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    other = make_person("Contoh Rekan Penyedia", sop.organizations["penyedia"], "opd")
    with pytest.raises(NotYourAct):
        cases.hand_act(sop.persons["bidang"], play.number, play.make_ref(5, "definisi"), other)


def test_agency_officer_takes_over_from_an_absent_colleague_with_a_reason(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    ref, absent = play.make_ref(5, "definisi"), sop.persons["penyedia"]
    other = make_person("Contoh Rekan Pengganti", sop.organizations["penyedia"], "opd")
    cases.take_act(absent, play.number, ref)
    with pytest.raises(HeldByColleague):
        cases.take_act(other, play.number, ref)
    with pytest.raises(ReasonMissing):
        cases.hand_act(other, play.number, ref, other, "  ")
    cases.hand_act(other, play.number, ref, other, "Cuti sakit.")
    assert play.find_act(5, "definisi").holder == other
    note = play.case.events.get(kind="note_taken_over")
    assert (note.person, note.data["from_name"], note.data["reason"]) == (other, absent.name, "Cuti sakit.")
    entry = AuditEntry.objects.get(kind="act.take_over", object_id=play.number)
    assert (entry.person, entry.detail["taken_from"]) == (other, absent.pk)
    with pytest.raises(HeldByColleague):
        play.complete(5, "definisi", play.write_definition(), person=absent)
    play.complete(5, "definisi", play.write_definition(), person=other)
    assert play.open_steps == {6}


def test_nobody_else_takes_an_agencys_act_over(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    ref = play.make_ref(5, "definisi")
    cases.take_act(sop.persons["penyedia"], play.number, ref)
    for name in ("penyedia_program", "pemohon", "pemanfaat", "bidang", "tim_it", "auditor", "kepala_dinas"):
        with pytest.raises(NotYourAct):
            cases.hand_act(sop.persons[name], play.number, ref, sop.persons[name], "Cuti.")
    with pytest.raises(CaseNotFound):
        cases.hand_act(sop.persons["lain"], play.number, ref, sop.persons["lain"], "Cuti.")
    assert play.find_act(5, "definisi").holder == sop.persons["penyedia"]


def test_page_offers_taking_over_to_the_colleague_alone_and_tells_it_in_the_history(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    ref = play.make_ref(5, "definisi")
    other = make_person("Contoh Rekan Halaman", sop.organizations["penyedia"], "opd")
    page = f"/permohonan/{play.number}/"
    address = f"{page}{ref.step}/{ref.round}/{ref.act}/alihkan/?untuk=penyedia"
    assert "Ambil alih" not in read_text(sign_in(other).get(page))
    cases.take_act(sop.persons["penyedia"], play.number, ref)
    assert "Ambil alih" not in read_text(sign_in(sop.persons["penyedia"]).get(page))
    assert "Ambil alih" in read_text(sign_in(other).get(page))
    without = sign_in(other).post(address, {"to": other.pk, "reason": ""}, follow=True)
    assert "Alasan wajib diisi" in read_text(without)
    text = read_text(sign_in(other).post(address, {"to": other.pk, "reason": "Dinas luar."}, follow=True))
    assert "kini Anda pegang" in text
    assert "Diambil alih oleh Contoh Rekan Halaman dari Petugas penyedia. Dinas luar." in text


def test_holder_who_lost_the_role_holds_nothing_up(sop: Sop, play: Play) -> None:
    gone = make_person("Contoh Pindah", sop.kominfo, "tim_it")
    cases.take_act(gone, play.number, play.make_ref(3, "periksa"))
    RoleAssignment.objects.filter(person=gone).delete()
    play.check()
    assert play.open_steps == {4}


@pytest.mark.parametrize(
    "name", ["tim_it", "sub_koordinasi", "bidang", "kepala_dinas", "auditor", "pemohon", "penyedia"]
)
def test_parties_and_kominfo_see_the_case(sop: Sop, play: Play, name: str) -> None:
    assert get_visible_case(sop.persons[name], play.number) == play.case


@pytest.mark.parametrize("name", ["lain", "lain_program", "pengelola_sistem"])
def test_nobody_else_learns_that_the_case_exists(sop: Sop, play: Play, name: str) -> None:
    charlie = sop.persons[name]
    assert not list_visible_cases(charlie).filter(number=play.number).exists()
    for act in (
        lambda: get_visible_case(charlie, play.number),
        lambda: cases.comment(charlie, play.number, "Halo"),
        lambda: cases.add_attachment(charlie, play.number, "lampiran", "a.pdf", SCAN),
        lambda: cases.take_act(charlie, play.number, play.make_ref(3, "periksa")),
        lambda: cases.save_draft(charlie, play.number, play.make_ref(3, "periksa"), {}),
        lambda: activities.run_tool(charlie, play.number, play.make_ref(3, "periksa"), "uji", {}),
        lambda: activities.stop(charlie, play.number, "x"),
        lambda: activities.withdraw(charlie, play.number, "x"),
        lambda: activities.send_back(charlie, play.number, 1, "x"),
    ):
        with pytest.raises(CaseNotFound):
            act()


@pytest.mark.parametrize("name", ["auditor", "kepala_dinas"])
def test_who_only_reads_changes_nothing(sop: Sop, play: Play, name: str) -> None:
    reader, ref, before = sop.persons[name], play.make_ref(3, "periksa"), play.case.last_sequence
    for act in (
        lambda: cases.take_act(reader, play.number, ref),
        lambda: cases.save_draft(reader, play.number, ref, {}),
        lambda: cases.hand_act(reader, play.number, ref, reader),
        lambda: activities.run_tool(reader, play.number, ref, "uji", {}),
        lambda: activities.stop(reader, play.number, "x"),
        lambda: activities.withdraw(reader, play.number, "x"),
        lambda: activities.send_back(reader, play.number, 1, "x"),
    ):
        with pytest.raises(NotYourAct):
            act()
    assert play.case.last_sequence == before


def test_auditor_adds_neither_word_nor_file_and_the_head_uploads_scans(sop: Sop, play: Play) -> None:
    auditor, head = sop.persons["auditor"], sop.persons["kepala_dinas"]
    with pytest.raises(NotYourAct):
        cases.comment(auditor, play.number, "Halo")
    for kind in ("surat-permohonan", "berita-acara", "lampiran"):
        with pytest.raises(NotYourAct):
            cases.add_attachment(auditor, play.number, kind, "a.pdf", SCAN)
    assert cases.add_attachment(head, play.number, "berita-acara", "ba.pdf", SCAN).kind == "berita-acara"


def test_empty_comment_is_refused(sop: Sop, play: Play) -> None:
    with pytest.raises(ReasonMissing):
        cases.comment(sop.persons["pemohon"], play.number, "  ")


def test_file_with_rows_opens_for_its_owner_alone(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    kept = play.attach(5, "definisi", "data-contoh", "data.csv", b"kode\n1\n")
    assert get_attachment(sop.persons["penyedia"], play.number, kept).pk == kept
    for name in ("tim_it", "bidang", "auditor", "kepala_dinas", "pemanfaat", "pemohon"):
        with pytest.raises(RowsNotShown):
            get_attachment(sop.persons[name], play.number, kept)


def test_inbox_holds_what_waits_for_the_person(sop: Sop, play: Play) -> None:
    def list_numbers(name: str) -> list[str]:
        return [row.act.case.number for row in list_inbox(sop.persons[name])]

    assert play.number in list_numbers("tim_it")
    assert all(play.number not in list_numbers(name) for name in ("bidang", "pemohon", "lain", "auditor"))


def test_successor_inherits_cases_and_acts_in_them(sop: Sop) -> None:
    old = sop.add_organization("dinas-lama")
    play = sop.open_case("dinas-lama")
    officer = sop.persons["dinas-lama"]
    new = succession.rename_organization(sop.persons["pengelola_sistem"], old, "dinas-baru", "Dinas Baru", TODAY)
    officer = Person.objects.get(pk=officer.pk)
    assert officer.organization == new
    play.complete(1, "kirim", {**play.write_letter(), "scan_follows": True}, person=officer)
    assert play.open_steps == {2}
    assert cases.withdraw(officer, play.number, "Tidak jadi.").state == "ditarik"
