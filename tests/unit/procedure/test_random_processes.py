"""Random valid processes, with nested parallel blocks and loops, move as an independent token game says."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simpul.procedure.bpmn import read_procedure
from simpul.procedure.errors import ProcedureInvalid
from simpul.procedure.interpreter import ActDone, Parties, State, begin, complete_act

from .diagrams import Drawing
from .token_game import TokenGame

ANSWERS = ("satu", "dua", "tiga")


def draw_process(random: Random) -> Drawing:
    """Draw a random process of sequences, choices, loops and parallel blocks, within one another."""
    drawing = Drawing()
    budget = random.randint(1, 12)
    last = draw_part(drawing, random, drawing.add_start(), depth=3, budget=budget)
    drawing.connect(last, drawing.add_end())
    return drawing


def draw_part(drawing: Drawing, random: Random, before: str, depth: int, budget: int) -> str:
    """Draw some parts in a row after `before` and return the last node."""
    before = draw_task(drawing, before)
    for _ in range(random.randint(0, max(1, budget // 3))):
        parts = [draw_choice, draw_loop, draw_block] if depth else []
        draw = random.choice([*parts, *parts, None])
        before = draw(drawing, random, before, depth - 1, budget // 2) if draw else draw_task(drawing, before)
    return before


def draw_task(drawing: Drawing, before: str, answers: tuple[str, ...] = ()) -> str:
    task = drawing.add_task(answers)
    drawing.connect(before, task)
    return task


def draw_choice(drawing: Drawing, random: Random, before: str, depth: int, budget: int) -> str:
    """A question with two or three ways, that meet again at an exclusive join or, one of them, at an end."""
    answers = ANSWERS[: random.randint(2, 3)]
    split, join = drawing.add_gateway("exclusive"), drawing.add_gateway("exclusive")
    drawing.connect(draw_task(drawing, before, answers), split)
    for answer in answers:
        is_default = answer == answers[0]
        first = drawing.add_task()
        drawing.connect(split, first, None if is_default else answer, is_default)
        drawing.connect(draw_part(drawing, random, first, depth, budget // 2), join)
    return join


def draw_loop(drawing: Drawing, random: Random, before: str, depth: int, budget: int) -> str:
    """A part that is done again while the answer is no."""
    first = draw_task(drawing, before)
    last = draw_part(drawing, random, first, depth, budget)
    split = drawing.add_gateway("exclusive")
    drawing.connect(draw_task(drawing, last, ("ya", "tidak")), split)
    drawing.connect(split, first, "tidak")
    onward = drawing.add_task()
    drawing.connect(split, onward, is_default=True)
    return onward


def draw_block(drawing: Drawing, random: Random, before: str, depth: int, budget: int) -> str:
    split, join = drawing.add_gateway("parallel"), drawing.add_gateway("parallel")
    drawing.connect(before, split)
    for _ in range(random.randint(2, 3)):
        drawing.connect(draw_part(drawing, random, split, depth, budget // 2), join)
    return join


def play(drawing: Drawing, random: Random) -> int:
    """Play a process to its end by both readings and return the number of moves. Raises: ProcedureInvalid."""
    xml = drawing.write()
    procedure, game = read_procedure(xml), TokenGame(xml)
    events = list(begin(procedure, Parties("opd")))
    state = State.rebuild(procedure, events)
    for move in range(2000):
        assert {key: opened.round for key, opened in state.open.items()} == game.list_open()
        assert game.ended == bool(state.ended)
        if state.ended:
            assert State.rebuild(procedure, events) == state
            return move
        act = random.choice(state.list_open_acts())
        answers = drawing.questions[act.step]
        answer = random.choice(answers) if answers else None
        done = ActDone(act.step, act.round, act.act, None, {f"q_{act.step}": answer} if answer else {})
        following = complete_act(procedure, state, done)
        for event in following:
            state = state.apply(event)
        events.extend(following)
        game.complete(act.step, answer)
    raise AssertionError("the process does not end")


def break_drawing(drawing: Drawing, random: Random) -> None:
    """Turn one or two arrows elsewhere."""
    for _ in range(random.randint(1, 2)):
        number = random.randrange(len(drawing.arrows))
        source, _, answer = drawing.arrows[number]
        drawing.arrows[number] = (source, random.choice(list(drawing.nodes)), answer)


@settings(deadline=None, database=None, derandomize=True, max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_random_process_moves_as_the_token_game_says(random: Random) -> None:
    play(draw_process(random), Random(1))


def test_thousands_of_random_processes_move_as_the_token_game_says(request: pytest.FixtureRequest) -> None:
    is_long = request.config.getoption("--long", default=False)
    moves = [play(draw_process(random), random) for random in map(Random, range(20_000 if is_long else 2_000))]
    assert sum(moves) > 8 * len(moves)


def test_process_with_a_turned_arrow_is_refused_or_still_sound(request: pytest.FixtureRequest) -> None:
    """Whatever the rules let through must move as the token game says and end properly."""
    refused = accepted = 0
    for seed in range(20_000 if request.config.getoption("--long", default=False) else 1_000):
        random = Random(seed)
        drawing = draw_process(random)
        break_drawing(drawing, random)
        try:
            play(drawing, random)
            accepted += 1
        except ProcedureInvalid:
            refused += 1
    assert refused > 3 * accepted > 0
