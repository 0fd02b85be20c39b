"""A live service is changed: a minor version, one more consumer, a breaking version; one case at a time."""

import pytest

from simpul.portal.activities import actions as activities
from simpul.portal.cases.actions import open_case
from simpul.portal.cases.errors import ChangeUnclear
from simpul.portal.cases.models import Case
from simpul.portal.contracts.actions import find_version_in_force
from simpul.portal.contracts.errors import ServiceInChange
from simpul.portal.contracts.models import Contract
from simpul.portal.contracts.queries import load_contract
from simpul.portal.services.models import Grant, Publication
from sop_world import TODAY, Play, Sop

LUAS = {"title": "Luas", "logical_type": "number", "unit": "km2"}


@pytest.fixture(scope="module")
def live(sop: Sop) -> Play:
    """Give a case that has made a service, with one consumer."""
    return sop.open_case().reach(16)


def change(sop: Sop, live: Play, kind: str = Case.Kind.CHANGE, applicant: str = "pemanfaat") -> Play:
    """Open a linked case."""
    play = sop.open_case(applicant, kind, Contract.objects.get(context=live.context))
    play.context = live.context
    return play


def get_live(play: Play, major: int = 1) -> Publication:
    return Publication.objects.get(context=play.context, stage="live", major=major)


def find_grant(play: Play, code: str, major: int = 1) -> Grant | None:
    rows = Grant.objects.filter(dataset__publication=get_live(play, major), organization__code=code, revoked_at=None)
    return rows.filter(role="pemanfaat").first()


def list_columns(sop: Sop, play: Play) -> set[str]:
    """Return the columns of the live table as the database has them."""
    dataset = get_live(play).datasets.get()
    rows = sop.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
        [dataset.schema_name, dataset.table_name],
    )
    return {str(name) for (name,) in rows if not name.startswith("_")}


def test_case_for_a_change_names_a_service_in_force(sop: Sop, live: Play) -> None:
    running = sop.open_case().reach(6)
    for kind, changes in (
        (Case.Kind.CHANGE, None),
        (Case.Kind.CONSUMER, None),
        (Case.Kind.NEW, Contract.objects.get(context=live.context)),
        (Case.Kind.CHANGE, Contract.objects.get(context=running.context)),
    ):
        with pytest.raises(ChangeUnclear):
            open_case(sop.persons["pemohon"], sop.organizations["pemohon"], kind=kind, changes=changes)


def test_provider_of_a_changed_service_stays(sop: Sop, live: Play) -> None:
    play = change(sop, live)
    play.send_letter(provider="lain")
    assert play.list_parties()["penyedia"] == ["penyedia"]
    activities.withdraw(sop.persons["pemanfaat"], play.number, "Hanya uji.")


def test_second_change_waits_until_the_first_is_over(sop: Sop, live: Play) -> None:
    first, second = change(sop, live), change(sop, live, Case.Kind.CONSUMER, "lain")
    first.send_letter()
    with pytest.raises(ServiceInChange) as refusal:
        second.send_letter(consumers=["lain"])
    assert first.number in refusal.value.message.id
    activities.stop(sop.persons["bidang"], first.number, "Tidak perlu.")
    second.send_letter(consumers=["lain"])
    activities.stop(sop.persons["bidang"], second.number, "Tidak perlu.")


def test_stopped_change_gives_the_service_back_as_it_was(sop: Sop, live: Play) -> None:
    play = change(sop, live).reach(5)
    play.define(luas=LUAS)
    play.formulate(columns="kode, nama, luas")
    play.answer()
    play.reach(11)
    assert get_live(play).compiled["version"] == "1.1.0"
    play.run_tool(11, "penyedia_periksa", "buka_percobaan", {"consumer": "pemanfaat", "until": str(TODAY)})
    assert find_grant(play, "pemanfaat") is not None
    activities.stop(sop.persons["bidang"], play.number, "Batal.")
    sop.work()
    publication = get_live(play)
    assert (publication.state, publication.problem, publication.compiled["version"]) == ("aktif", "", "1.0.0")
    assert list_columns(sop, play) == {"kode", "nama", "jumlah"}
    assert publication.datasets.get().row_count == 3
    grant = find_grant(play, "pemanfaat")
    assert grant is not None
    assert (sorted(grant.columns), grant.trial_until) == (["kode", "nama"], None)
    sandbox = Publication.objects.get(context=play.context, stage="sandbox")
    assert (sandbox.state, sandbox.compiled["version"]) == ("terbuka", "1.0.0")


def test_minor_version_adds_while_the_old_grants_go_on(sop: Sop, live: Play) -> None:
    play = change(sop, live).reach(5)
    play.define(salah={"title": "Keliru", "logical_type": "integer"})
    play.formulate(columns="kode, nama, salah")
    play.answer()
    assert play.case.contract_versions.last().version == "1.1.0"
    before = find_grant(play, "pemanfaat")
    play.reach(11)
    assert (get_live(play).state, find_grant(play, "pemanfaat")) == ("aktif", before)
    activities.send_back(sop.persons["bidang"], play.number, 5, "Kolom keliru.")
    play.define(luas=LUAS)
    play.formulate(columns="kode, nama, luas")
    play.answer()
    play.reach(16)
    publication = get_live(play)
    assert (publication.state, publication.problem, publication.compiled["version"]) == ("aktif", "", "1.1.1")
    assert list_columns(sop, play) == {"kode", "nama", "jumlah", "luas"}
    grant = find_grant(play, "pemanfaat")
    assert grant is not None
    assert sorted(grant.columns) == ["kode", "luas", "nama"]
    states = dict(Contract.objects.get(context=play.context).versions.values_list("version", "state"))
    assert (states["1.0.0"], states["1.1.1"]) == ("diganti", "sepakat")


def test_one_more_consumer_takes_nothing_from_the_others(sop: Sop, live: Play) -> None:
    play = change(sop, live, Case.Kind.CONSUMER, "lain")
    play.consumers = ["lain"]
    play.reach(5)
    play.define(luas=LUAS)
    play.reach(16)
    version = find_version_in_force(Contract.objects.get(context=play.context))
    assert version is not None
    assert [one.organization for one in load_contract(version).consumers] == ["lain", "pemanfaat"]
    old, new = find_grant(play, "pemanfaat"), find_grant(play, "lain")
    assert old is not None
    assert new is not None
    assert (sorted(old.columns), sorted(new.columns)) == (["kode", "luas", "nama"], ["kode", "nama"])


def test_breaking_change_opens_a_second_major_and_the_first_is_deprecated_at_the_end(sop: Sop, live: Play) -> None:
    play = change(sop, live, applicant="penyedia").reach(5)
    play.define(jumlah=None, luas=LUAS)
    play.content = b"kode,nama,luas\n63.05.01,Tapin Utara,12.5\n"
    play.reach(15)
    assert get_live(play, 1).state == "aktif"
    assert get_live(play, 2).state == "verifikasi"
    play.finish()
    assert (get_live(play, 1).state, get_live(play, 2).state) == ("usang", "aktif")
    assert find_grant(play, "lain", 1) is not None
    assert find_grant(play, "lain", 2) is None
    assert find_grant(play, "pemanfaat", 2) is not None
