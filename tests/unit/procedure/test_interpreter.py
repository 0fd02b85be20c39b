"""Who may act when: rounds, races, answers, parties, and the three ways outside the SOP."""

import time

import pytest

from simpul.kernel.errors import SimpulError
from simpul.procedure.bpmn import read_procedure
from simpul.procedure.errors import (
    AlreadyDone,
    CannotReturn,
    NotOpen,
    NotYourTurn,
    PartiesMissing,
    StaleRound,
    UnknownAnswer,
)
from simpul.procedure.interpreter import (
    ActDone,
    Parties,
    State,
    begin,
    complete_act,
    list_return_targets,
    send_back,
    set_parties,
    stop,
    withdraw,
)

from .diagrams import Drawing
from .splp import PARTIES, SPLP, Case


def test_case_begins_with_the_applicant() -> None:
    case = Case()
    assert [event.kind for event in case.events] == ["case_started", "parties_set", "step_entered"]
    assert case.list_waited() == [(1, "kirim", "bappelitbang")]


def test_second_of_two_racing_officers_is_told_that_the_act_is_done() -> None:
    case = Case()
    case.go_to(2)
    case.act(2, "disposisi")
    with pytest.raises(AlreadyDone, match="Buat disposisi"):
        case.act(2, "disposisi", round_no=1)


def test_party_answers_once_in_a_round() -> None:
    case = Case()
    case.go_to(11)
    case.act(11, "pemanfaat_periksa", "dinkes")
    with pytest.raises(AlreadyDone):
        case.act(11, "pemanfaat_periksa", "dinkes")


def test_act_of_an_earlier_round_is_stale() -> None:
    case = Case()
    case.go_to(3)
    case.do_next(veto=True)
    with pytest.raises(StaleRound, match="putaran 2, bukan putaran 1"):
        case.act(1, "kirim", "bappelitbang", round_no=1)


def test_step_that_was_not_reached_is_not_open() -> None:
    with pytest.raises(NotOpen):
        Case().act(9, "sampaikan")


@pytest.mark.parametrize("round_no", [-1, 2])
def test_round_that_does_not_exist_is_not_open(round_no: int) -> None:
    with pytest.raises((NotOpen, StaleRound)):
        Case().act(1, "kirim", "bappelitbang", round_no=round_no)


@pytest.mark.parametrize(("step", "act"), [("a99", "kirim"), ("a01", "lain")])
def test_unknown_step_or_act_is_not_open(step: str, act: str) -> None:
    with pytest.raises(NotOpen):
        complete_act(SPLP, Case().state, ActDone(step, 1, act, "bappelitbang"))


@pytest.mark.parametrize("organization", ["dukcapil", "bpbd", "", None])
def test_nobody_acts_for_another_party(organization: str | None) -> None:
    with pytest.raises(NotYourTurn) as refusal:
        complete_act(SPLP, Case().state, ActDone("a01", 1, "kirim", organization))
    assert "Kirim surat permohonan" in refusal.value.hint.id
    assert "Send the letter of request" in refusal.value.hint.en


def test_later_stage_waits_for_the_earlier_one() -> None:
    case = Case()
    case.go_to(7)
    with pytest.raises(NotYourTurn):
        case.act(7, "konfirmasi", "dukcapil")


@pytest.mark.parametrize(
    "answers", [{}, {"lengkap": ""}, {"lengkap": "mungkin"}, {"sepakat": "ya"}, {"lengkap": "ya", "x": "y"}]
)
def test_missing_or_unknown_answer_is_refused(answers: dict[str, str]) -> None:
    case = Case()
    case.go_to(3)
    with pytest.raises(UnknownAnswer):
        case.act(3, "periksa", answers=answers)
    assert case.is_open(3)


def test_answer_to_an_act_that_asks_nothing_is_refused() -> None:
    with pytest.raises(UnknownAnswer):
        Case().act(1, "kirim", "bappelitbang", {"lengkap": "ya"})


def test_answers_are_cleared_when_the_step_is_entered_again() -> None:
    case = Case()
    case.go_to(3)
    case.do_next(veto=True)
    assert case.state.answers == {"a03": {"lengkap": "tidak"}}
    case.go_to(3)
    assert case.state.answers == {}


def test_agency_in_two_roles_answers_for_each() -> None:
    case = Case(Parties("dinkes", "dinkes", ("dinkes",)))
    case.go_to(11)
    assert case.list_waited() == [(11, "penyedia_periksa", "dinkes"), (11, "pemanfaat_periksa", "dinkes")]
    case.act(11, "penyedia_periksa", "dinkes")
    case.act(11, "pemanfaat_periksa", "dinkes")
    assert case.is_open(12)


def test_step_with_a_party_that_is_not_named_cannot_be_entered() -> None:
    case = Case(Parties("bappelitbang", "dukcapil"))
    case.go_to(5)
    with pytest.raises(PartiesMissing, match="pemanfaat"):
        case.act(5, "definisi", "dukcapil")
    case.keep(set_parties(case.state, PARTIES))
    case.act(5, "definisi", "dukcapil")
    assert case.is_open(6)


def test_consumer_that_joins_is_waited_for() -> None:
    case = Case()
    case.go_to(11)
    case.keep(set_parties(case.state, Parties("bappelitbang", "dukcapil", ("dinkes", "bpbd"))))
    assert [organization for _, _, organization in case.list_waited()] == ["dukcapil", "dinkes", "bpbd"]


def test_consumer_that_leaves_as_the_last_one_missing_lets_the_step_end() -> None:
    case = Case()
    case.go_to(11)
    case.act(11, "penyedia_periksa", "dukcapil")
    case.act(11, "pemanfaat_periksa", "bappelitbang")
    case.keep(set_parties(case.state, Parties("bappelitbang", "dukcapil", ("bappelitbang",))))
    assert case.is_open(12)
    assert State.rebuild(SPLP, case.events) == case.state


def test_open_step_does_not_lose_its_last_actor() -> None:
    case = Case()
    case.go_to(11)
    with pytest.raises(PartiesMissing):
        set_parties(case.state, Parties("bappelitbang", "dukcapil"))


def test_act_of_a_merged_agency_counts_for_its_successor() -> None:
    case = Case()
    case.go_to(11)
    case.act(11, "pemanfaat_periksa", "dinkes")
    merged = Parties("bappelitbang", "dukcapil", ("bappelitbang", "dinkes_pppa"))
    case.keep(set_parties(case.state, merged, {"dinkes": "dinkes_pppa"}))
    assert case.list_waited() == [(11, "penyedia_periksa", "dukcapil"), (11, "pemanfaat_periksa", "bappelitbang")]
    assert State.rebuild(SPLP, case.events) == case.state


def test_act_keeps_what_was_sent_with_it() -> None:
    done = ActDone("a01", 1, "kirim", "bappelitbang", data={"nomor": "1/2026"})
    assert complete_act(SPLP, Case().state, done)[0].data == {"nomor": "1/2026"}


@pytest.mark.parametrize(("leave", "ended"), [(withdraw, "withdrawn"), (stop, "stopped")])
def test_case_that_is_left_is_over(leave: object, ended: str) -> None:
    case = Case()
    case.go_to(4)
    assert callable(leave)
    case.keep(leave(case.state, {"reason": "tidak jadi"}))
    assert (case.state.ended, case.list_waited()) == (ended, [])
    for again in (withdraw, stop, lambda state: send_back(state, 1), lambda state: set_parties(state, PARTIES)):
        with pytest.raises(NotOpen, match="sudah berakhir"):
            again(case.state)


def test_case_is_sent_back_to_an_earlier_activity_in_a_new_round() -> None:
    case = Case()
    case.go_to(9)
    case.keep(send_back(case.state, 6, {"reason": "uji gagal"}))
    assert case.list_waited() == [(6, "rumus", "")]
    assert case.state.rounds["a06"] == 2
    with pytest.raises(NotOpen):
        case.act(9, "sampaikan", round_no=1)
    case.go_to(9)
    assert case.state.rounds["a09"] == 2


@pytest.mark.parametrize("no", [9, 10, 0, 99])
def test_case_is_not_sent_back_to_an_activity_that_is_not_earlier(no: int) -> None:
    case = Case()
    case.go_to(9)
    with pytest.raises(CannotReturn, match="aktivitas"):
        send_back(case.state, no)


def test_case_is_not_sent_back_into_a_parallel_block() -> None:
    drawing = Drawing()
    first, split, join = drawing.add_task(), drawing.add_gateway("parallel"), drawing.add_gateway("parallel")
    branches, last = [drawing.add_task(), drawing.add_task()], drawing.add_task()
    for source, target in [(drawing.add_start(), first), (first, split), (join, last), (last, drawing.add_end())]:
        drawing.connect(source, target)
    for branch in branches:
        drawing.connect(split, branch)
        drawing.connect(branch, join)
    procedure = read_procedure(drawing.write())
    state = State.rebuild(procedure, begin(procedure, Parties("opd")))
    for key in (first, *branches):
        for event in complete_act(procedure, state, ActDone(key, 1, "kerja")):
            state = state.apply(event)
    assert [step.key for step in list_return_targets(state)] == [first]


def test_state_rebuilt_from_any_prefix_equals_the_running_one() -> None:
    case = Case()
    for no in (3, 6, 14):
        case.go_to(no)
        case.do_next(veto=no != 14)
    while not case.state.ended:
        assert State.rebuild(SPLP, case.events) == case.state
        case.do_next()
    assert State.rebuild(SPLP, case.events) == case.state


def test_refused_act_changes_nothing() -> None:
    case = Case()
    before = case.state
    with pytest.raises(SimpulError):
        case.act(2, "disposisi")
    assert case.state is before


def test_fiftieth_loop_costs_what_the_first_did() -> None:
    case, seconds = Case(), []
    for _ in range(50):
        started = time.perf_counter()
        case.go_to(3)
        case.do_next(veto=True)
        seconds.append(time.perf_counter() - started)
    assert min(seconds[40:]) < 3 * min(seconds[:10])
    assert len(case.state.rounds) == 3
