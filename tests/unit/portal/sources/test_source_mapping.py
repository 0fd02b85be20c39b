"""Which column of a source fills which of the contract, what no longer fits, and that values keep their exact value."""

from decimal import Decimal

import pytest

from simpul.contract.model import Column, Dataset
from simpul.portal.sources.mapping import (
    Filling,
    check_mapping,
    find_drift,
    list_unmatched,
    make_converter,
    propose,
    read_mapping,
)
from simpul.sources.shape import SourceColumn

DATASET = Dataset(
    "desa",
    columns=(
        Column("kode_desa", "Kode desa", key=True, required=True),
        Column("nama", "Nama Lengkap", required=True),
        Column("jumlah_penduduk", logical_type="integer"),
        Column("luas", logical_type="number"),
        Column("diubah_pada", logical_type="timestamp"),
    ),
)
SOURCE = (
    SourceColumn("KODE", "string", "varchar(13)"),
    SourceColumn("Nama_Lengkap", "string", "varchar(60)"),
    SourceColumn("jumlahPenduduk", "integer", "int"),
    SourceColumn("luas", "boolean", "tinyint(1)"),
    SourceColumn("id", "integer", "int"),
)
WHOLE = {"kode_desa": Filling("KODE"), "nama": Filling("Nama_Lengkap"), "jumlah_penduduk": Filling("jumlahPenduduk")}


def test_proposal_goes_by_name_title_and_type() -> None:
    assert propose(SOURCE, DATASET) == WHOLE


def test_proposal_uses_no_column_twice_for_a_near_name() -> None:
    both = Dataset("d", columns=(Column("kode_desa"), Column("kode_kecamatan")))
    assert propose([SourceColumn("kode", "string", "text")], both) == {"kode_desa": Filling("kode")}


def test_proposal_leaves_a_name_open_that_two_columns_are_near_to() -> None:
    columns = [SourceColumn("kode_a", "string", "text"), SourceColumn("kode_b", "string", "text")]
    assert propose(columns, Dataset("d", columns=(Column("kode"),))) == {}


def test_columns_that_fill_nothing_are_named_in_order() -> None:
    assert list_unmatched(WHOLE, SOURCE) == ["luas", "id"]


@pytest.mark.parametrize(
    ("change", "rule", "where"),
    [
        ({"kode_desa": None}, "missing-column", "kode_desa"),
        ({"nama": Filling("tidak_ada")}, "column-gone", "nama"),
        ({"luas": Filling("luas")}, "type-differs", "luas"),
        ({"lama": Filling("id")}, "unknown-column", "lama"),
    ],
)
def test_mapping_that_does_not_fit_is_told_by_column(change: dict[str, Filling | None], rule: str, where: str) -> None:
    mapping = {name: one for name, one in {**WHOLE, **change}.items() if one is not None}
    assert [(one.where, one.rule) for one in check_mapping(mapping, SOURCE, DATASET)] == [(where, rule)]


def test_constant_fills_a_required_column() -> None:
    assert check_mapping({**WHOLE, "nama": Filling(constant="Tapin")}, SOURCE, DATASET) == []


def test_drift_stops_for_mapped_columns_and_notes_the_others() -> None:
    now = [
        SOURCE[0]._replace(logical_type="integer", raw_type="int"),
        *SOURCE[2:4],
        SourceColumn("baru", "string", "text"),
    ]
    drift = find_drift(WHOLE, SOURCE, now)
    assert [(one.where, one.rule) for one in drift.stops] == [("KODE", "type-changed"), ("Nama_Lengkap", "column-gone")]
    assert [words.id for words in drift.notes] == [
        "Kolom id hilang dari sumber.",
        "Kolom baru di sumber: baru. Belum dipetakan.",
    ]


def test_wider_column_of_the_same_type_is_no_drift() -> None:
    now = [SOURCE[0]._replace(raw_type="varchar(20)"), *SOURCE[1:]]
    assert find_drift(WHOLE, SOURCE, now) == ([], [])


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (("integer", "integer"), ("number", "number")),
        (("string", "string"), ("date", "string")),
        (("string", "null"), ("integer", "integer")),
        (("number", "number"), ("string", "null")),
    ],
)
def test_other_looking_rows_of_json_are_no_drift(before: tuple[str, str], now: tuple[str, str]) -> None:
    columns = [[SourceColumn("KODE", *types)] for types in (before, now)]
    assert find_drift({"kode_desa": Filling("KODE")}, *columns).stops == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (("integer", "integer"), ("string", "string")),
        (("integer", "int(11)"), ("number", "decimal(10,2)")),
        (("integer", "integer"), ("string", "integer | string")),
    ],
)
def test_type_that_really_changed_is_drift(before: tuple[str, str], now: tuple[str, str]) -> None:
    columns = [[SourceColumn("KODE", *types)] for types in (before, now)]
    assert len(find_drift({"kode_desa": Filling("KODE")}, *columns).stops) == 1


@pytest.mark.parametrize(
    ("logical_type", "value", "made"),
    [
        ("string", 6305010101700001, "6305010101700001"),
        ("string", Decimal("1.50"), "1.50"),
        ("string", True, True),
        ("string", 1.5, 1.5),
        ("integer", " 12 ", 12),
        ("integer", "1e3", "1e3"),
        ("integer", "٣", "٣"),
        ("integer", Decimal("7"), Decimal("7")),
        ("number", "10.10", Decimal("10.10")),
        ("number", "10,10", "10,10"),
        ("number", "", None),
        ("string", "", ""),
        ("boolean", 1, True),
        ("boolean", "0", False),
        ("boolean", 2, 2),
        ("date", "2026-01-31T00:00:00", "2026-01-31"),
        ("date", "2026-01-31 08:00:00", "2026-01-31 08:00:00"),
        ("timestamp", "2026-01-31 08:00:00", "2026-01-31 08:00:00"),
    ],
)
def test_value_is_converted_exactly_or_left_alone(logical_type: str, value: object, made: object) -> None:
    got = make_converter(Column("a", logical_type=logical_type))(value)
    assert (type(got), got) == (type(made), made)


def test_stored_mapping_is_read_back() -> None:
    stored = {"a": {"source": "x"}, "b": {"constant": "1"}}
    assert {name: one.to_dict() for name, one in read_mapping(stored).items()} == stored
