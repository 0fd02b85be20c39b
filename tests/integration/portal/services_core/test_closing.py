"""What stopping, withdrawing and returning a case do to its services, keys, grants and rows."""

import pytest

from simpul.portal.activities import actions as activities
from simpul.portal.activities.actions import refresh_missing
from simpul.portal.audit.models import AuditEntry
from simpul.portal.cases.errors import ActNotOpen, NotYourAct, ReasonMissing
from simpul.portal.contracts.errors import ContextTaken
from simpul.portal.deliveries.models import RefusedRow
from simpul.portal.services.actions import get_application, issue_key
from simpul.portal.services.models import ApiKey, Grant, Publication
from simpul.procedure.errors import CannotReturn, NotOpen
from sop_world import Play, Sop


def list_open(play: Play) -> tuple[set[str], int]:
    """Return the states of a case's publications, and how many grants are in force on them."""
    publications = Publication.objects.filter(contract_version__case=play.case)
    grants = Grant.objects.filter(dataset__publication__in=publications, revoked_at=None)
    return set(publications.values_list("state", flat=True)), grants.count()


@pytest.fixture(scope="module")
def stopped(sop: Sop) -> Play:
    """Give a case that was stopped in row 11, when its consumer had a key."""
    play = sop.open_case().reach(11)
    assert list_open(play) == ({"terbuka", "verifikasi"}, 3)
    programmer = sop.persons["pemanfaat_program"]
    issue_key(programmer, get_application(programmer, programmer.organization, "Aplikasi"), "test")
    activities.stop(sop.persons["bidang"], play.number, "Anggaran dialihkan.")
    return play


def test_stopping_closes_services_grants_and_keys(stopped: Play) -> None:
    assert stopped.case.state == "dihentikan"
    assert list_open(stopped) == ({"ditutup"}, 0)
    assert not stopped.case.open_acts.exists()
    assert not ApiKey.objects.filter(application__name="Aplikasi", revoked_at=None).exists()


def test_what_became_of_the_rows_is_recorded(stopped: Play) -> None:
    entry = AuditEntry.objects.get(kind="services.closed", object_id=stopped.number)
    assert {"stage": "live", "state": "ditutup", "version": "1.0.0", "rows": {"desa": 3}} in entry.detail["services"]


def test_job_that_was_waiting_does_not_open_a_closed_service(sop: Sop) -> None:
    play = sop.open_case().reach(8)
    play.run_tool(8, "siapkan", "terbitkan")
    activities.stop(sop.persons["bidang"], play.number, "Batal.")
    sop.work()
    assert list_open(play) == ({"ditutup"}, 0)


def test_case_that_is_over_takes_no_act_and_no_second_end(sop: Sop, stopped: Play) -> None:
    with pytest.raises(NotOpen):
        activities.withdraw(sop.persons["pemohon"], stopped.number, "Tidak jadi.")
    with pytest.raises(NotOpen):
        activities.send_back(sop.persons["bidang"], stopped.number, 5, "Ulang.")


def test_name_of_a_stopped_service_is_free_for_its_provider_alone(sop: Sop, stopped: Play) -> None:
    other = sop.open_case()
    other.provider, other.context = "lain", stopped.context
    with pytest.raises(ContextTaken):
        other.reach(6)
    same = sop.open_case()
    same.context = stopped.context
    same.reach(6)
    assert same.case.contract_versions.get().version == "1.0.0"


def test_name_of_a_running_service_is_taken(sop: Sop) -> None:
    first, second = sop.open_case().reach(6), sop.open_case()
    second.context = first.context
    with pytest.raises(ContextTaken):
        second.reach(6)


def test_only_the_applicant_withdraws_and_only_with_a_reason(sop: Sop) -> None:
    play = sop.open_case().reach(9)
    for name in ("penyedia", "pemanfaat", "bidang", "pemohon_program"):
        with pytest.raises(Exception) as refusal:
            activities.withdraw(sop.persons[name], play.number, "Tidak jadi.")
        assert refusal.value.status in (403, 404)  # type: ignore[attr-defined]
    with pytest.raises(ReasonMissing):
        activities.withdraw(sop.persons["pemohon"], play.number, " ")
    activities.withdraw(sop.persons["pemohon"], play.number, "Tidak jadi.")
    assert (play.case.state, list_open(play)) == ("ditarik", ({"ditutup"}, 0))
    assert play.case.events.get(kind="case_withdrawn").data["reason"] == "Tidak jadi."


def test_only_bidang_sends_back_and_only_to_an_earlier_row(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    old = play.make_ref(6, "rumus")
    for name in ("tim_it", "sub_koordinasi", "pemohon"):
        with pytest.raises(NotYourAct):
            activities.send_back(sop.persons[name], play.number, 4, "Ulang.")
    for no in (6, 7, 0):
        with pytest.raises(CannotReturn):
            activities.send_back(sop.persons["bidang"], play.number, no, "Ulang.")
    activities.send_back(sop.persons["bidang"], play.number, 4, "Ulang.")
    assert play.open_steps == {4}
    with pytest.raises(ActNotOpen):
        activities.complete_act(sop.persons["tim_it"], play.number, old, {"sepakat": "ya"})


def test_other_structure_in_verification_keeps_the_rows_by_delivering_them_again(sop: Sop) -> None:
    play = sop.open_case().reach(11)
    activities.send_back(sop.persons["bidang"], play.number, 5, "Jumlah harus teks, nama paling panjang 8.")
    play.define(jumlah={"title": "Jumlah"}, nama={"title": "Nama", "required": True, "length": 8})
    play.reach(10)
    live = Publication.objects.get(context=play.context, stage="live")
    assert (live.state, live.problem) == ("verifikasi", "")
    dataset = live.datasets.get()
    refused = RefusedRow.objects.filter(batch__dataset=dataset)
    assert (dataset.row_count, refused.count()) == (1, 2)
    rows = sop.execute(f'SELECT kode, nama FROM "{dataset.schema_name}"."{dataset.table_name}"')
    assert rows == [("63.05.02", "Bungur")]


def test_return_without_another_contract_keeps_rows_keys_and_version(sop: Sop) -> None:
    play = sop.open_case().reach(12)
    version = play.case.contract_versions.get()
    activities.send_back(sop.persons["bidang"], play.number, 8, "Periksa API.")
    play.reach(10)
    assert play.case.contract_versions.get() == version
    assert Publication.objects.get(context=play.context, stage="live").datasets.get().row_count == 3
    refresh_missing(play.case)
    assert play.find_act(10, "kirim_data").missing == []


def test_dead_worker_holds_the_row_with_clear_words_until_it_is_back(sop: Sop) -> None:
    play = sop.open_case().reach(8)
    play.run_tool(8, "siapkan", "terbitkan")
    assert "sedang disiapkan" in play.find_act(8, "siapkan").missing[0][0]
    with pytest.raises(activities.ActHeld):
        play.complete(8, "siapkan")
    sop.work()
    assert play.find_act(8, "siapkan").missing == []
    play.complete(8, "siapkan")
    assert play.open_steps == {9}
