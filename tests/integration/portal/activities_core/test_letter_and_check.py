"""Rows 1 and 3: what a letter must have, and the scan that follows later."""

from datetime import timedelta

import pytest

from simpul.kernel.clock import local, now
from simpul.portal.activities.errors import AnswersInvalid
from simpul.portal.cases import actions as cases
from simpul.portal.cases.errors import NotYourAct
from simpul.portal.cases.queries import find_draft
from simpul.portal.organizations.models import Official
from simpul.portal.papers.facts import find_official
from sop_world import SCAN, TODAY, Play, Sop


def list_wrong(play: Play, no: int, act: str, answers: dict[str, object]) -> set[str]:
    """Return the fields that are refused."""
    with pytest.raises(AnswersInvalid) as refusal:
        play.complete(no, act, answers)
    return {one.where for one in refusal.value.findings}


def test_letter_names_each_wrong_field_and_stays_open(sop: Sop) -> None:
    play = sop.open_case()
    wrong = {
        **play.write_letter(),
        "letter_date": "kemarin",
        "provider": "tidak-ada",
        "consumers": [],
        "contact_phone": "12",
        "signer_nip": "1",
        "signer_position": "",
        "elements": [{"name": "", "length": 0}],
        "signed_scan": "",
    }
    assert list_wrong(play, 1, "kirim", wrong) == {
        "letter_date", "provider", "consumers", "contact_phone", "signer_nip", "signer_position", "elements", "signed_scan",
    }  # fmt: skip
    assert play.open_steps == {1}


@pytest.mark.parametrize("consumers", [["pemanfaat", "lain"], ["lain", "pemanfaat"]])
def test_phone_is_kept_as_e164_and_parties_are_named_in_their_order(sop: Sop, consumers: list[str]) -> None:
    play = sop.open_case()
    play.send_letter(consumers=consumers)
    letter = play.case.events.get(kind="act_done").answers["form"]
    assert letter["contact_phone"] == "+6281234567890"
    named = play.list_parties()
    assert (named["pemohon"], named["penyedia"], named["pemanfaat"]) == (["pemohon"], ["penyedia"], consumers)


def test_scan_that_never_came_cannot_be_called_complete(sop: Sop) -> None:
    play = sop.open_case()
    play.send_letter(signed_scan="", scan_follows=True)
    play.dispose()
    keys = ("surat", "nama", "email", "ponsel", "proses_bisnis", "data_informasi")
    assert list_wrong(play, 3, "periksa", {f"{key}_ada": "ada" for key in keys}) == {"surat_ada"}
    cases.add_attachment(sop.persons["pemohon"], play.number, "surat-permohonan", "surat.pdf", SCAN)
    play.check()
    assert play.open_steps == {4}


def test_return_wants_a_reason_for_each_missing_requirement(sop: Sop) -> None:
    play = sop.open_case().reach(3)
    keys = ("surat", "nama", "email", "ponsel", "proses_bisnis", "data_informasi")
    answers = {f"{key}_ada": "belum" for key in keys}
    assert list_wrong(play, 3, "periksa", answers) == {f"{key}_alasan" for key in keys}
    play.check(missing=("ponsel",))
    assert play.open_steps == {1}


def test_new_round_opens_with_the_last_answers(sop: Sop) -> None:
    play = sop.open_case().reach(3)
    play.check(missing=("ponsel",))
    letter = play.case.events.get(kind="act_done", step_no=1).answers["form"]
    play.complete(1, "kirim", letter)
    assert play.open_steps == {2}


def test_kominfo_registers_a_letter_on_paper_and_nothing_more_for_the_agency(sop: Sop) -> None:
    clerk = sop.persons["sub_koordinasi"]
    play = Play(sop, cases.open_case(clerk, sop.organizations["pemohon"]).number)
    assert play.find_act(1, "kirim").holder == clerk
    scan = play.attach(1, "kirim", "surat-permohonan")
    play.complete(1, "kirim", {**play.write_letter(), "signed_scan": scan}, person=clerk)
    play.reach(5)
    with pytest.raises(NotYourAct):
        play.complete(5, "definisi", play.write_definition(), person=clerk)


def test_agency_opens_no_case_for_another(sop: Sop) -> None:
    with pytest.raises(NotYourAct):
        cases.open_case(sop.persons["lain"], sop.organizations["pemohon"])


def test_draft_is_kept_and_goes_with_the_act(sop: Sop) -> None:
    play = sop.open_case()
    cases.save_draft(sop.persons["pemohon"], play.number, play.make_ref(1, "kirim"), {"subject": "Setengah"})
    draft = find_draft(play.find_act(1, "kirim"))
    assert draft is not None
    assert draft.answers == {"subject": "Setengah"}
    play.send_letter()
    assert not play.case.drafts.exists()


def test_limits_of_row_one_are_those_of_the_sop(sop: Sop) -> None:
    play = sop.open_case()
    act = play.find_act(1, "kirim")
    assert act.due_at is not None
    assert act.due_at - act.opened_at >= timedelta(hours=2)
    assert play.write_letter()["letter_date"] == str(TODAY)


def test_who_holds_office_today_may_sign_even_with_an_end_in_sight(sop: Sop) -> None:
    today = local(now()).date()
    agency = sop.organizations["pemohon"]
    acting = Official.objects.create(
        organization=agency, position="Kepala Dinas", name="Contoh Plt", acting="Plt.", valid_from=today, valid_to=today
    )
    later = Official.objects.create(
        organization=agency, position="Kepala Dinas", name="Contoh Nanti", valid_from=today + timedelta(days=1)
    )
    assert find_official(agency) == acting
    play = sop.open_case()
    assert list_wrong(play, 1, "kirim", {**play.write_letter(), "signer": later.pk, "scan_follows": True}) == {"signer"}
    play.send_letter(signer=acting.pk)
    acting.delete()
    later.delete()
