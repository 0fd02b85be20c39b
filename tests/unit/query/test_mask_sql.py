"""A masked column is its mask everywhere outside the inner subquery; only the grant's own filter meets the value."""

import re

import pytest

from simpul.query.errors import ParseFailed
from simpul.query.filters import parse_row_filter
from simpul.query.masks import write_mask
from simpul.query.parse import parse
from simpul.query.plan import Plan, Table, plan

TABLE = Table("wilayah_v1_live", "desa", {"kode": "text", "nik": "text", "isi": "jsonb", "diubah": "timestamptz"})
MASKS = {"nik": write_mask("last4", "nik", "text", b""), "isi": write_mask("hidden", "isi", "jsonb", b"")}
SOURCE = re.compile(r"FROM \(SELECT (?P<shown>.*) FROM \"wilayah_v1_live\"\.\"desa\"(?P<inside>.*?)\) AS _source")


def make_plan(*parameters: tuple[str, str], row_filter: str = "", **headers: str) -> Plan:
    return plan(parse(parameters, headers), TABLE, ("kode", "nik", "isi"), parse_row_filter(row_filter), MASKS)


def split(made: Plan) -> tuple[str, str, str]:
    """Return what the subquery shows, what stands inside it, and all the rest of the statement."""
    found = SOURCE.search(made.sql)
    assert found is not None
    return found["shown"], found["inside"], made.sql[: found.start()] + made.sql[found.end() :]


@pytest.mark.parametrize("row_filter", ["", "kode=like.63*"])
@pytest.mark.parametrize(
    "parameters",
    [
        [("nik", "eq.6305")],
        [("nik", "like.6305*"), ("kode", "eq.1")],
        [("or", "(kode.eq.1,nik.gt.6305)")],
        [("not.and", "(kode.eq.1,nik.is.null)")],
        [("order", "nik.desc")],
        [("order", "kode,nik"), ("select", "kode")],
        [("select", "kode,nik.max()")],
        [("select", "nik,count()")],
    ],
)
def test_value_stands_in_its_mask_alone(row_filter: str, parameters: list[tuple[str, str]]) -> None:
    made = make_plan(*parameters, row_filter=row_filter, prefer="count=exact")
    shown, inside, _ = split(made)
    assert MASKS["nik"].text in shown
    assert ', "nik",' not in shown
    assert '"nik"' not in inside


def test_condition_on_a_plain_column_still_goes_inside_the_fence() -> None:
    _, inside, outside = split(make_plan(("kode", "eq.1"), ("nik", "eq.2"), row_filter="kode=like.63*"))
    assert inside.count('"kode"') == 2
    assert '"nik" =' in outside


def test_grants_own_filter_meets_the_value() -> None:
    _, inside, _ = split(make_plan(row_filter="nik=like.6305*"))
    assert '"nik" LIKE' in inside


def test_masked_json_column_has_no_paths() -> None:
    for parameters in ([("select", "isi->a")], [("isi->>a", "eq.1")], [("order", "isi->a")]):
        with pytest.raises(ParseFailed):
            make_plan(*parameters)


def test_key_and_mask_are_taken_from_closed_lists() -> None:
    for mask, key in (("rot13", b"k"), ("hashed", b""), ("hashed", bytes(65))):
        with pytest.raises(ValueError):
            write_mask(mask, "nik", "text", key)
