"""All 15 activities, with every loop, each with its papers and its effect."""

from sop_world import Sop


def test_case_goes_through_all_activities(sop: Sop, exchange: int) -> None:
    play = sop.open_case()
    play.reach(16)
    print(play.case.state, play.case.papers.count())
    for p in play.case.papers.defer("content").order_by("id"):
        print(p.step_no, p.round, p.kind, p.name)
