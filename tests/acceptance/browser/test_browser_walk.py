"""The whole SOP through the pages: every officer, every row, real files, and what comes out at the end."""

import pytest
from browser_walk import Walk, read_rows, spoil
from browser_world import World


@pytest.fixture(scope="module")
def walk(world: World, long: bool) -> Walk:
    """Take one request through all 15 rows; with `--long` also once round each loop."""
    made = Walk(world)
    page = world.open_page()
    page.goto("/masuk/login/")
    world.looker.look(page, "sign-in", "01-masuk")
    for complete in (False, True) if long else (True,):
        made.write_letter(complete=complete)
        made.dispose()
        made.check(complete=complete)
    made.coordinate()
    for agreed in (False, True) if long else (True,):
        made.define()
        made.formulate(agreed=agreed)
        made.round = 1 if agreed else 2
    made.make_document()
    made.prepare_api()
    made.hand_over()
    assert len(made.call("sandbox", made.get_key("test", "14-kunci-uji-coba"))) > 0
    made.deliver(spoil(read_rows()))
    made.verify()
    made.report()
    if long:
        made.show(fits=False)
        made.round = 2
        _go_round_again(made)
    made.show()
    made.finish()
    return made


def _go_round_again(made: Walk) -> None:
    made.check()
    made.coordinate()
    made.define()
    made.formulate()
    made.make_document()
    made.prepare_api()
    made.hand_over()
    made.deliver(read_rows())
    made.verify()
    made.report()


def test_every_row_of_the_sop_is_done_by_its_own_officers(walk: Walk) -> None:
    assert {no for no, _ in walk.steps} == set(range(1, 16))


def test_the_consumer_s_program_reads_the_live_rows_with_its_own_key(walk: Walk) -> None:
    rows = walk.call("api", walk.get_key("live"))
    assert {row["kode"] for row in rows} == {row["kode"] for row in read_rows()}
