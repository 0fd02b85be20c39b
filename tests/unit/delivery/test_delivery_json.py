"""JSON arrays, single objects and NDJSON."""

from decimal import Decimal

import pytest
from delivery_sheets import read_or_refuse
from hypothesis import given
from hypothesis import strategies as st

from simpul.delivery.errors import FileEmpty, FileRefused, HeaderRefused
from simpul.delivery.formats import Damaged, open_rows


def read(text: str, name: str = "application/json"):
    sheet = open_rows(text.encode(), name)
    return sheet, list(sheet.rows)


def test_an_array_gives_rows_with_all_keys_as_header():
    sheet, rows = read('[{"a": 1, "b": "x"}, {"b": null, "c": true}]')
    assert sheet.header == ["a", "b", "c"]
    assert not sheet.text_only
    assert rows == [(1, [1, "x", None]), (2, [None, None, True])]


def test_fractions_are_exact():
    _, rows = read('[{"a": 0.1234567890123456789}]')
    assert rows[0][1] == [Decimal("0.1234567890123456789")]


def test_one_object_is_one_row():
    assert read('{"a": {"b": [1]}}')[1] == [(1, [{"b": [1]}])]


def test_a_repeated_key_is_told_of_its_row_even_where_no_other_is_there():
    _, [(position, cells)] = read('[{"a": 1, "a": 2}]')
    assert (position, cells.finding.rule) == (1, "repeated-key")


def test_a_broken_ndjson_line_is_a_damaged_row():
    _, rows = read('{"a":1}\n\n{"a":\n[1]\n{"a":1,"a":2}\n{"a":2}\n', "x.ndjson")
    assert [(p, c.finding.rule if isinstance(c, Damaged) else c) for p, c in rows] == [
        (1, [1]),
        (3, "not-json"),
        (4, "not-an-object"),
        (5, "repeated-key"),
        (6, [2]),
    ]


@pytest.mark.parametrize(
    "text",
    ['[{"a":1}', '[{"a":1},]', '[{"a":1} {"a":2}]', '[{"a":NaN}]', '[{"a":1}] x', '{"a":1}\n{"a":2}', "[" * 100_000, '[{"a":' + "[" * 40 + "]" * 40 + "}]", '[{"a":' + "9" * 5000 + "}]"],
)  # fmt: skip
def test_broken_or_too_deep_json_is_refused(text):
    with pytest.raises(FileRefused) as caught:
        read(text)
    assert caught.value.findings[0].rule == "not-json"


def test_a_broken_array_says_which_element():
    with pytest.raises(FileRefused) as caught:
        read('[{"a":1},\n{"a":oops}]')
    assert "2" in caught.value.findings[0].where


def test_no_rows_and_no_keys_are_refused():
    with pytest.raises(FileEmpty):
        read("[]")
    with pytest.raises(HeaderRefused):
        read("[1, 2]")
    with pytest.raises(HeaderRefused):
        read("[{}]")


@pytest.mark.parametrize(
    ("text", "is_uneven"),
    [('[{"a":1,"b":2},{"b":1,"a":2}]', False), ('[{"a":1},{"a":1,"b":2}]', True), ('[{},{"a":1}]', True)],
)
def test_objects_of_different_keys_are_noticed(text, is_uneven):
    assert read(text)[0].is_uneven is is_uneven


def test_keys_that_differ_only_in_case_are_refused():
    with pytest.raises(HeaderRefused) as caught:
        read('[{"kode":1,"Kode":2}]')
    assert "kode" in caught.value.message.en.lower()


def test_json_that_is_not_utf8_is_refused():
    with pytest.raises(FileRefused) as caught:
        open_rows('[{"a":"é"}]'.encode("latin-1"), "a.json")
    assert caught.value.findings[0].rule == "encoding"


def test_text_under_a_json_name_is_refused():
    with pytest.raises(FileRefused) as caught:
        read("kode,nama\n1,2\n", "a.json")
    assert caught.value.findings[0].rule == "not-json"


@given(st.text(max_size=200), st.sampled_from(["a.json", "a.ndjson"]))
def test_any_text_gives_rows_or_a_clear_refusal(text, name):
    width, rows = read_or_refuse(text.encode("utf-8", "surrogatepass"), name)
    assert all(isinstance(cells, Damaged) or len(cells) == width for _, cells in rows)
