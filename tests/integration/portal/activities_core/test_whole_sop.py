"""All 15 activities with their three loops: who may act, which papers are made, and what is there at the end."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from simpul.contract.odcs import find_schema_faults, load_odcs
from simpul.portal.activities import actions as activities
from simpul.portal.activities.errors import AnswersInvalid
from simpul.portal.cases import history
from simpul.portal.cases.errors import CaseNotFound, NotYourAct
from simpul.portal.cases.models import Case
from simpul.portal.people.models import Person
from simpul.portal.quality import models as quality
from simpul.portal.services.models import ApiKey, Grant, Publication
from sop_world import SCAN, Play, Sop

PAPERS = {
    1: {("surat-permohonan", "pdf"), ("surat-permohonan", "odt"), ("tanda-terima", "pdf")},
    2: {("lembar-disposisi", "pdf"), ("lembar-disposisi", "odt")},
    3: {("cek-kelengkapan", "pdf"), ("cek-kelengkapan", "odt"), ("surat-pengembalian", "pdf"), ("surat-pengembalian", "odt")},
    4: {("disposisi-integrasi", "pdf"), ("disposisi-integrasi", "odt")},
    5: {
        (kind, form)
        for kind in ("dokumen-data-informasi", "dokumen-integrasi", "struktur-database")
        for form in ("pdf", "ods")
    },
    6: {
        (kind, form) for kind in ("dokumen-integrasi", "struktur-database", "berita-acara") for form in ("pdf", "odt")
    },
    7: {("rumusan-integrasi", form) for form in ("pdf", "odt", "yaml", "json")},
    8: {("program-api", "pdf"), ("program-api", "json"), ("program-api", "yaml")},
    9: {("unit-tes-integrasi", "pdf")},
    10: {("penyimpanan", "pdf")},
    11: {("validasi-aplikasi", "pdf")},
    12: {("laporan-hasil-validasi", "pdf"), ("laporan-hasil-validasi", "ods"), ("serah-terima-data", "pdf")},
    13: {("integrasi-sistem", "pdf"), ("integrasi-sistem", "zip")},
    14: {("dashboard-penilaian", "pdf")},
    15: {("laporan-hasil-integrasi", "pdf"), ("laporan-hasil-integrasi", "odt")},
}  # fmt: skip
NAMES = {
    1: "Surat Permohonan",
    4: "Disposisi Integrasi Aplikasi",
    5: "Struktur Database",
    6: "Berita Acara Kesepakatan",
    7: "Dokumen Rumusan Integrasi Data",
    8: "Program Aplikasi API",
    9: "Unit Tes Integrasi Aplikasi",
    10: "Unit Tes Integrasi Aplikasi",
    11: "Validasi Aplikasi",
    12: "Laporan Hasil Validasi",
    13: "Integrasi Sistem Informasi",
    14: "Integrasi Sistem Informasi",
    15: "Laporan Hasil Integrasi Aplikasi",
}


class GuardedPlay(Play):
    """Before each act, everybody else tries it: Charlie's agency, the other lanes, head, auditor and keeper."""

    def __init__(self, sop: Sop, number: str) -> None:
        super().__init__(sop, number)
        self.let_in: list[tuple[int, str, str]] = []
        self.tried: set[tuple[int, str]] = set()

    def complete(
        self, no: int, act: str, answers: Mapping[str, Any] | None = None, party: str = "", person: Person | None = None
    ) -> None:
        if (no, act) not in self.tried:
            self.try_others(no, act, party)
        super().complete(no, act, answers, party, person)

    def try_others(self, no: int, act: str, party: str) -> None:
        self.tried.add((no, act))
        actor, ref = self.find_actor(no, act, party), self.make_ref(no, act, party)
        for name, other in self.sop.persons.items():
            if other == actor:
                continue
            try:
                activities.complete_act(other, self.number, ref, {})
            except (NotYourAct, CaseNotFound):
                continue
            except Exception:
                pass
            self.let_in.append((no, act, name))


@pytest.fixture(scope="module")
def play(sop: Sop, exchange: int) -> GuardedPlay:
    """Give a case that went once through each return, and at last to its end."""
    played = GuardedPlay(sop, sop.open_case().number)
    played.send_letter(contact_phone="", scan_follows=True, signed_scan="")
    played.dispose()
    played.check(missing=("surat", "ponsel"))
    played.reach(6)
    played.formulate()
    played.answer(pemanfaat="Kolom jumlah belum ada.")
    played.define()
    played.formulate(columns="*")
    played.answer()
    played.reach(9)
    played.run_tool(9, "sampaikan", "uji")
    sop.work()
    played.complete(9, "sampaikan")
    sop.work()
    played.reach(13)
    played.show(penyedia="Angkanya perlu diperiksa.")
    assert played.open_steps == {3}
    played.reach(16)
    return played


def test_only_the_one_whose_turn_it_is_acts(play: GuardedPlay) -> None:
    assert play.let_in == []
    assert {no for no, _act in play.tried} == set(range(1, 16))


@pytest.mark.parametrize("no", range(1, 16))
def test_each_row_makes_its_papers_in_their_formats(play: GuardedPlay, no: int) -> None:
    papers = play.case.papers.defer("content").filter(step_no=no)
    assert {(one.kind, one.name.rsplit(".", 1)[1]) for one in papers} >= PAPERS[no]
    assert NAMES.get(no, "") in {one.title for one in papers} | {""}


def test_each_loop_opens_a_new_round_and_keeps_the_old(play: GuardedPlay) -> None:
    rounds = play.case.position["rounds"]
    assert {key: rounds[key] for key in ("a01", "a02", "a03", "a05", "a06", "a14", "a15")} == {
        "a01": 2, "a02": 2, "a03": 3, "a05": 3, "a06": 3, "a14": 2, "a15": 1,
    }  # fmt: skip
    assert play.case.papers.filter(kind="surat-permohonan", round=1).exists()


def test_position_kept_with_the_case_is_what_its_events_say(play: GuardedPlay) -> None:
    assert history.rebuild_state(play.case) == history.load_state(play.case)


def test_bundle_holds_every_paper_so_far_once(play: GuardedPlay) -> None:
    paper = play.case.papers.filter(media_type="application/zip").order_by("-id")[0]
    names = zipfile.ZipFile(io.BytesIO(bytes(paper.content))).namelist()
    earlier = play.case.papers.filter(pk__lt=paper.pk).exclude(media_type="application/zip")
    assert sorted(names) == sorted(set(earlier.values_list("name", flat=True)))
    assert len(names) == earlier.count()


def test_contract_is_valid_by_the_official_schema(play: GuardedPlay) -> None:
    version = play.case.contract_versions.get(state="sepakat", sequence=3)
    assert find_schema_faults(load_odcs(version.odcs)) == []
    paper = play.case.papers.filter(step_no=7, name__endswith=".yaml").order_by("-id")[0]
    assert bytes(paper.content).decode() == version.odcs


def test_versions_tell_what_became_of_each_round(play: GuardedPlay) -> None:
    versions = play.case.contract_versions.order_by("sequence").values_list("version", "state")
    assert list(versions) == [("1.0.0", "ditolak"), ("1.0.1", "diganti"), ("1.0.2", "sepakat")]


def test_integration_tests_passed_against_the_running_exchange(play: GuardedPlay) -> None:
    run = quality.TestRun.objects.filter(case=play.case).order_by("id")[0]
    assert (run.failed, run.problem) == (0, "")
    assert run.passed > 20
    assert not ApiKey.objects.filter(application__name="Uji integrasi Simpul", revoked_at=None).exists()


def test_service_is_live_with_the_rows_and_the_agreed_grants(play: GuardedPlay) -> None:
    live = Publication.objects.get(context=play.context, stage="live")
    assert (live.state, live.datasets.get().row_count) == ("aktif", 3)
    grants = Grant.objects.filter(dataset__publication=live, revoked_at=None)
    assert {(one.organization.code, one.role, tuple(one.operations)) for one in grants} == {
        ("penyedia", "penyedia", ("read", "deliver")), ("pemanfaat", "pemanfaat", ("read",)),
    }  # fmt: skip
    consumer = grants.get(role="pemanfaat")
    assert (consumer.row_filter, consumer.trial_until) == ("kode=like.63.05*", None)


def test_nothing_waits_once_the_case_is_closed(play: GuardedPlay) -> None:
    assert play.case.state == Case.State.CLOSED
    assert not play.case.open_acts.exists()


@pytest.fixture(scope="module")
def waiting(sop: Sop) -> Play:
    """Give a case in row 15."""
    return sop.open_case().reach(15)


def test_last_row_wants_the_signed_minutes_and_no_other_file(waiting: Play) -> None:
    letter = waiting.case.attachments.get(kind="surat-permohonan").pk
    for scan in ("", letter, 999_999):
        with pytest.raises(AnswersInvalid) as refusal:
            waiting.complete(15, "selesaikan", {"minutes_scan": scan, "conclusion": "Selesai."})
        assert [one.where for one in refusal.value.findings] == ["minutes_scan"]


def test_minutes_of_an_earlier_version_are_refused(waiting: Play) -> None:
    scan = waiting.attach(15, "selesaikan", "berita-acara", content=SCAN + b"lama")
    waiting.case.attachments.filter(pk=scan).update(at=waiting.case.created_at)
    with pytest.raises(AnswersInvalid) as refusal:
        waiting.complete(15, "selesaikan", {"minutes_scan": scan, "conclusion": "Selesai."})
    assert "lebih tua" in refusal.value.findings[0].message.id


def test_trial_ends_with_the_agreed_grant(waiting: Play) -> None:
    live = Publication.objects.get(context=waiting.context, stage="live")
    assert not Grant.objects.filter(dataset__publication=live, role="pemanfaat").exists()
    waiting.finish()
    grant = Grant.objects.get(dataset__publication=live, role="pemanfaat", revoked_at=None)
    assert (sorted(grant.columns), grant.trial_until) == (["kode", "nama"], None)
