"""The whole SOP through the pages: every officer, every row, real files, and what comes out at the end."""

import pytest
from browser_tour import tour
from browser_walk import Walk, read_rows, spoil
from browser_world import World

pytestmark = pytest.mark.timeout(1200)
"""A busy machine with two cores is slow to draw some eighty pages; a page that never comes ends at its own limit."""


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
    made.agree(objects_first=long)
    _serve(made, spoil(read_rows()))
    if long:
        made.show(fits=False)
        made.check()
        made.coordinate()
        made.agree()
        _serve(made, read_rows())
    made.show()
    made.finish()
    return made


def _serve(made: Walk, rows: list[dict[str, str]]) -> None:
    """Rows 7 to 12: the document, the service for trying, the rows and their report."""
    made.make_document()
    made.prepare_api()
    made.hand_over()
    if made.is_first("key for trying"):
        made.tried = made.call("sandbox", made.get_key("test", "14-kunci-uji-coba"))
    made.deliver(rows)
    made.verify()
    made.report()


@pytest.fixture(scope="module")
def toured(walk: Walk) -> Walk:
    """Examine every other kind of page as well."""
    tour(walk)
    return walk


def test_every_row_of_the_sop_is_done_by_its_own_officers(walk: Walk, long: bool) -> None:
    officers = {no: {key for row, key in walk.steps if row == no} for no, _ in walk.steps}
    assert officers == {
        1: {"pemohon"},
        2: {"bidang"},
        3: {"tim_it"},
        4: {"sub_koordinasi"},
        5: {"penyedia"},
        6: {"tim_it", "penyedia", "pemohon"},
        7: {"tim_it", "penyedia"},
        8: {"tim_it"},
        9: {"sub_koordinasi"},
        10: {"penyedia", "tim_it"},
        11: {"penyedia", "pemohon"},
        12: {"tim_it", "penyedia"},
        13: {"sub_koordinasi"},
        14: {"bidang", "penyedia", "pemohon"},
        15: {"sub_koordinasi"},
    }
    assert [no for no, _ in walk.steps].count(3) == (3 if long else 1)


def test_the_sandbox_answers_a_program_with_mock_rows(walk: Walk) -> None:
    assert set(walk.tried[0]) == {"kode", "nama", "tingkat", "kecamatan"}
    assert not {row["kode"] for row in walk.tried} >= {row["kode"] for row in read_rows()}


def test_each_spoiled_row_of_the_spreadsheet_is_named_with_its_column(walk: Walk) -> None:
    assert walk.refused == [("5", "kode"), ("9", "nama")]


def test_every_party_finds_all_papers_of_the_finished_case(walk: Walk) -> None:
    names = {key: walk.list_papers(key) for key in ("pemohon", "penyedia", "kepala_dinas", "auditor")}
    assert len({tuple(one) for one in names.values()}) == 1
    assert {name.split("-")[3] for name in names["auditor"]} >= {f"{no:02d}" for no in range(1, 16)}


def test_the_consumer_s_program_reads_the_live_rows_with_its_own_key(walk: Walk) -> None:
    rows = walk.call("api", walk.get_key("live"))
    assert {row["kode"] for row in rows} == {row["kode"] for row in read_rows()}


def test_no_page_has_a_serious_or_critical_barrier(toured: Walk) -> None:
    assert toured.world.looker.barriers == []


def test_no_page_scrolls_sideways_on_a_phone(toured: Walk) -> None:
    assert toured.world.looker.wide == []


def test_no_page_breaks_the_security_policy_or_makes_the_browser_complain(toured: Walk) -> None:
    assert toured.world.looker.console == []


def test_no_page_fails_or_lacks_a_file(toured: Walk) -> None:
    assert toured.world.looker.failures == []
    assert len(toured.world.looker.seen) > 50
