"""A reading cut into parts: where a part may end, which cursor goes with it, and what becomes of damage."""

from collections.abc import Iterator

from simpul.contract.model import Column, Dataset
from simpul.delivery.sheet import Damaged
from simpul.kernel.words import Words
from simpul.portal.sources.mapping import Filling
from simpul.portal.sources.reading import Reading, RowMaker
from simpul.sources.shape import Chunk, DamagedRow

DATASET = Dataset("d", columns=(Column("kode", key=True), Column("tahun", logical_type="integer")))
MAKER = RowMaker({"kode": Filling("k"), "tahun": Filling(constant="2026")}, DATASET, "json")


def make_chunks(*cursors: str | None) -> Iterator[Chunk]:
    for number, cursor in enumerate(cursors):
        yield Chunk([{"k": f"{number}a"}, {"k": f"{number}b"}], cursor, 2 * number + 1)


def read_parts(reading: Reading) -> list[tuple[list[object], str | None]]:
    parts = []
    while reading.has_part():
        keys = [cells[0] for _, cells in reading.open_part().rows]
        parts.append((keys, reading.cursor))
    return parts


def test_part_ends_only_where_its_cursor_can_be_kept() -> None:
    reading = Reading(make_chunks(None, None, "5", "6"), MAKER, "json", part_rows=2)
    assert read_parts(reading) == [(["0a", "0b", "1a", "1b", "2a", "2b"], "5"), (["3a", "3b"], "6")]


def test_full_comparison_is_one_part() -> None:
    reading = Reading(make_chunks("1", "2", "3"), MAKER, "json", part_rows=None)
    assert [len(keys) for keys, _ in read_parts(reading)] == [6]


def test_chunk_without_rows_moves_the_cursor_alone() -> None:
    reading = Reading(iter([Chunk([], "7")]), MAKER, "json")
    assert not reading.has_part()
    assert reading.cursor == "7"


def test_rows_keep_their_place_and_constants_their_type() -> None:
    reading = Reading(make_chunks("1"), MAKER, "json")
    assert reading.has_part()
    assert list(reading.open_part().rows) == [(1, ["0a", 2026]), (2, ["0b", 2026])]


def test_damage_is_told_by_the_contracts_column() -> None:
    damaged = DamagedRow({"k": None}, "k", "not-exact", Words("Rusak.", "Damaged."))
    made = MAKER.make(damaged)
    assert isinstance(made, Damaged)
    assert made.finding.where == "kode"


def test_digest_is_that_of_the_rows_of_the_part() -> None:
    digests = []
    for _ in range(2):
        reading = Reading(make_chunks("1"), MAKER, "json")
        reading.has_part()
        list(reading.open_part().rows)
        digests.append(reading.digest)
    assert digests[0] == digests[1]
    assert len(digests[0]) == 32
