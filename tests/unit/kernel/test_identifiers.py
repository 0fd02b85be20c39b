"""Identifiers: forms of Indonesian administration, and what is refused with a reason."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.kernel.identifiers import (
    IdentifierInvalid,
    check_area_code,
    check_nik,
    check_nip,
    find_area_code_fault,
    find_email_fault,
    find_nik_fault,
    find_nik_warning,
    find_nip_fault,
    find_phone_fault,
    format_nip,
    normalize_phone,
)

AREAS = Path(__file__).parents[4] / "shared" / "data" / "wilayah_63.csv"


@pytest.mark.parametrize("nik", ["6305010101900001", "6305014101900001", "6305012902000123", "9999993112997777"])
def test_nik_of_men_and_women_is_taken(nik: str) -> None:
    check_nik(nik)


@pytest.mark.parametrize(
    "nik",
    [
        "630501010190000",
        "63050101019000011",
        "6305010101900000",
        "6305013102900001",
        "6305017202900001",
        "6305010113900001",
        "6305012902010001",
        "６305010101900001",
        "6.30501E+15",
        "6305.0101.0190.0001",
        "",
    ],
)
def test_nik_of_wrong_form_is_refused(nik: str) -> None:
    with pytest.raises(IdentifierInvalid):
        check_nik(nik)


def test_unknown_area_of_a_nik_is_a_warning_only() -> None:
    assert find_nik_fault("9999990101900001") is None
    assert find_nik_warning("9999990101900001", {"63.05.01"}) is not None
    assert find_nik_warning("6305010101900001", {"63.05.01"}) is None


def test_nip_of_pppk_with_a_month_above_twelve_is_taken() -> None:
    check_nip("199001012023211003")


@pytest.mark.parametrize(
    "nip",
    ["19900101202321100", "199013012023211003", "199001012023213003", "199001012023211000", "199001011980211003", "x"],
)
def test_nip_of_wrong_form_is_refused(nip: str) -> None:
    assert find_nip_fault(nip) is not None


def test_nip_is_shown_spaced_and_other_text_as_it_is() -> None:
    assert format_nip("197803052005011003") == "19780305 200501 1 003"
    assert format_nip("-") == "-"


@pytest.mark.parametrize(
    "phone", ["081234567890", "6281234567890", "+6281234567890", "0812 3456 7890", "+62 (812) 3456-7890"]
)
def test_phone_in_every_writing_becomes_e164(phone: str) -> None:
    assert normalize_phone(phone) == "+6281234567890"


@pytest.mark.parametrize("phone", ["0812", "8,12346E+11", "telepon", "", "+62812345678901234567", "08１234567890"])
def test_phone_that_cannot_be_dialled_is_refused(phone: str) -> None:
    assert find_phone_fault(phone) is not None
    with pytest.raises(IdentifierInvalid):
        normalize_phone(phone)


@pytest.mark.parametrize(
    "code", ["6305", "63.5", "63.05.1", "63.05.01.201", "63.05.01.4001", "63.70", "63.00", "6.30", ""]
)
def test_area_code_of_wrong_form_is_refused(code: str) -> None:
    with pytest.raises(IdentifierInvalid):
        check_area_code(code)


def test_every_official_code_of_the_province_is_taken() -> None:
    if not AREAS.exists():
        pytest.skip("the official list of area codes isn't here")
    with AREAS.open(encoding="utf-8") as file:
        assert [row["kode"] for row in csv.DictReader(file) if find_area_code_fault(row["kode"])] == []


def test_email_needs_a_dotted_host() -> None:
    assert find_email_fault("dinas@tapinkab.go.id") is None
    assert find_email_fault("dinas@localhost") is not None
    assert find_email_fault("a b@tapinkab.go.id") is not None


@given(st.text(max_size=30))
def test_no_text_makes_an_identifier_check_fail_otherwise(text: str) -> None:
    for find_fault in (find_nik_fault, find_nip_fault, find_phone_fault, find_area_code_fault, find_email_fault):
        fault = find_fault(text)
        assert fault is None or (fault.id and fault.en)
