"""One agency in several parts, and several consumers: each part acts once, and nobody acts for two."""

from sop_world import Play, Sop


def test_agency_that_is_all_three_parties_acts_once_in_each_part(sop: Sop, exchange: int) -> None:
    play = sop.open_case("penyedia")
    play.consumers = ["penyedia"]
    play.reach(6)
    play.formulate()
    assert {act.act for act in play.case.open_acts.all()} == {"penyedia_setuju", "pemanfaat_setuju"}
    play.answer()
    assert play.case.contract_versions.get().agreements.count() == 3
    play.reach(9)
    play.run_tool(9, "sampaikan", "uji")
    sop.work()
    run = play.case.test_runs.get()
    assert [one["name"] for one in run.results if not one["passed"]] == []
    play.reach(16)
    assert play.case.state == "selesai"


def test_every_consumer_must_agree_and_one_objection_returns_the_case(sop: Sop) -> None:
    play = Play(sop, sop.open_case().number)
    play.consumers = ["pemanfaat", "lain"]
    play.reach(6)
    play.formulate()
    play.complete(6, "penyedia_setuju", {"sepakat": "ya"})
    play.complete(6, "pemanfaat_setuju", {"sepakat": "ya"}, "pemanfaat")
    assert play.open_steps == {6}
    play.complete(6, "pemanfaat_setuju", {"sepakat": "tidak", "reason": "Kolom kurang."}, "lain")
    assert play.open_steps == {5}
    assert play.case.contract_versions.get().state == "ditolak"
    assert not play.case.papers.filter(kind="berita-acara").exists()
