"""Spreadsheet damage is recognised by name."""

from datetime import date

import pytest

from simpul.kernel.spreadsheets import find_number_damage, find_text_damage, is_date_serial, read_date_serial


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("6.3E+15", "scientific-notation"),
        ("6,30501E+15", "scientific-notation"),
        ("63\u00a0", "invisible-character"),
        ("\ufeffkode", "invisible-character"),
        ("６３", "full-width-digit"),
        ("٦٣", "full-width-digit"),
        (" 63", "stray-space"),
        ("63\t", "stray-space"),
        ("#REF!", "error-cell"),
    ],
)
def test_damage_is_named(text: str, rule: str) -> None:
    damage = find_text_damage(text)
    assert damage is not None
    assert damage[0] == rule


@pytest.mark.parametrize("text", ["63.05", "12E5", "Café", "Rantau Kiwa", "0", "", "-"])
def test_sound_text_has_no_damage(text: str) -> None:
    assert find_text_damage(text) is None


def test_number_cell_of_a_long_code_is_rounded() -> None:
    assert find_number_damage(6305010101900000) is not None
    assert find_number_damage(1.99001012023211e17) is not None
    assert find_number_damage(6305010101900001) is None
    assert find_number_damage(81234567890) is None


def test_date_serial_is_told_from_a_year() -> None:
    assert is_date_serial("45992")
    assert not is_date_serial("2026")
    assert read_date_serial(45992) == date(2025, 12, 1)
