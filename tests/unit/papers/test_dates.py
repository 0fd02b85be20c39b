"""Dates and numbers in words, Roman figures, proposed numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.papers.dates import (
    propose_number,
    read_date,
    write_date_in_words,
    write_day_and_date,
    write_in_words,
    write_roman,
)

UNITS = {
    word: value
    for value, word in enumerate(
        ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
    )
}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}
ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def read_words(words: str) -> int:
    """Read a number in words back by adding up from the left: an independent way to the same number."""
    total, group, last = 0, 0, 0
    for word in words.split():
        if word in UNITS:
            last = UNITS[word]
            group += last
        elif word in ("sepuluh", "sebelas", "seratus"):
            group += {"sepuluh": 10, "sebelas": 11, "seratus": 100}[word]
        elif word in ("belas", "puluh", "ratus"):
            group += {"belas": 10, "puluh": 9 * last, "ratus": 99 * last}[word]
        elif word == "seribu":
            total += 1000
        else:
            total, group = total + group * SCALES[word], 0
    return total + group


@given(st.integers(0, 10**15 - 1))
def test_words_read_back_give_the_same_number(number: int) -> None:
    assert read_words(write_in_words(number)) == number


@given(st.integers(0, 99_999))
def test_small_numbers_read_back_as_well(number: int) -> None:
    assert read_words(write_in_words(number)) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (100, "seratus"),
        (1000, "seribu"),
        (1111, "seribu seratus sebelas"),
        (2000, "dua ribu"),
        (1_001_000, "satu juta seribu"),
        (-7, "minus tujuh"),
    ],
)
def test_known_numbers_have_their_words(number: int, words: str) -> None:
    assert write_in_words(number) == words


def test_a_number_beyond_triliun_is_refused() -> None:
    with pytest.raises(ValueError, match="10"):
        write_in_words(10**15)


def test_a_berita_acara_opens_with_the_date_in_words() -> None:
    day = date(2026, 11, 23)
    assert write_date_in_words(day) == "Senin tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam"


def test_friday_is_jumat() -> None:
    assert write_day_and_date(date(2026, 11, 27)) == "Jumat, 27 November 2026"


@given(st.integers(1, 3999))
def test_roman_figures_read_back_give_the_same_number(number: int) -> None:
    values = [ROMAN[sign] for sign in write_roman(number)]
    signed = [-v if any(w > v for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values)]
    assert sum(signed) == number


def test_a_proposed_number_has_the_roman_month_and_leaves_the_running_number_blank() -> None:
    form = "{kode}/{urut}/{unit}/{bulan}/{tahun}"
    proposed = propose_number(form, date(2026, 11, 24), {"kode": "000.8.3.3", "unit": "DISKOMINFO"})
    assert proposed == "000.8.3.3/...../DISKOMINFO/XI/2026"


def test_the_number_of_the_sop_itself_can_be_proposed() -> None:
    values = {"kode": "000.8.3.3", "urut": "011.I", "unit": "DISKOMINFO"}
    proposed = propose_number("{kode}/{urut}/{unit}/{bulan}/{tahun}", date(2024, 1, 8), values)
    assert proposed == "000.8.3.3/011.I/DISKOMINFO/I/2024"


def test_an_instant_just_after_midnight_in_tapin_is_the_next_day() -> None:
    assert read_date("2026-11-24T16:30:00+00:00") == date(2026, 11, 25)


@pytest.mark.parametrize("text", ["24-11-2026", "2026-13-01", "besok", ""])
def test_a_text_that_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_date(text)
