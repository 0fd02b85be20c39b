"""The identifiers of Indonesian administration: checks of form, never proof that a person or place exists.

Each `find_…_fault` returns what is wrong as Words, or None; each `check_…` raises `IdentifierInvalid`
with the same words. The value itself never stands in a message, because it may be personal data.
"""

import re
import unicodedata
from collections.abc import Container
from datetime import date

import phonenumbers

from simpul.kernel.errors import Invalid
from simpul.kernel.words import Words

AREA_LENGTHS = {2: "province", 5: "regency", 8: "district", 13: "village"}
"""Characters of a dotted area code → its level."""

_AREA = re.compile(r"[1-9][0-9](\.(0[1-9]|[1-6][0-9]|7[1-9]|[89][0-9])(\.(0[1-9]|[1-9][0-9])(\.[123][0-9]{3})?)?)?")
_UNDOTTED_AREA = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
_PHONE_SIGNS = re.compile(r"\+?[0-9][0-9 ().-]*")


class IdentifierInvalid(Invalid):
    """An identifier's form is wrong."""

    code = "SPLI01"
    message = Words("Nomor pengenal belum benar.", "The identifier is not right yet.")
    hint = Words("Periksa kembali angka pada dokumen aslinya.", "Check the digits against the original document.")


def is_digits(text: str) -> bool:
    """Tell whether a text is nothing but the digits 0–9 (no full-width or Arabic ones).

    >>> is_digits("0123"), is_digits("１２"), is_digits("")
    (True, False, False)
    """
    return text.isascii() and text.isdigit()


def find_nik_fault(text: str) -> Words | None:
    """Find what is wrong with a NIK: 16 digits = area 6, DDMMYY (day + 40 for women), serial 4.

    >>> find_nik_fault("6305014107900001") is None
    True
    """
    if not is_digits(text) or len(text) != 16:
        return Words("NIK harus 16 angka tanpa spasi atau titik.", "A NIK has 16 digits without spaces or dots.")
    if text.endswith("0000"):
        return Words(
            "Empat angka terakhir NIK tidak mungkin 0000; biasanya dibulatkan lembar kerja. Ketik ulang sebagai teks.",
            "A NIK can't end with 0000; a spreadsheet usually rounded it. Type it again as text.",
        )
    day = int(text[6:8])
    if not _is_birth_day(day - 40 if day > 40 else day, int(text[8:10]), int(text[10:12])):
        return Words(
            "Tanggal lahir di dalam NIK (angka ke-7 sampai ke-12) tidak ada pada kalender.",
            "The birth date inside the NIK (digits 7 to 12) is not in the calendar.",
        )
    return None


def find_nik_warning(text: str, areas: Container[str]) -> Words | None:
    """Find a reason to look at a well-formed NIK again: its district isn't among `areas` (dotted codes).

    A warning and never a refusal, because areas are split and abolished while a NIK stays.
    """
    area = f"{text[:2]}.{text[2:4]}.{text[4:6]}"
    if area in areas:
        return None
    return Words(
        "Kode wilayah pada NIK tidak dikenal atau sudah dihapus.", "The NIK's area code is unknown or abolished."
    )


def check_nik(text: str) -> None:
    """Check a NIK's form. Raises: IdentifierInvalid."""
    _raise_fault(find_nik_fault(text))


def find_nip_fault(text: str) -> Words | None:
    """Find what is wrong with a NIP: 18 digits = birth YYYYMMDD, appointment YYYYMM, sex 1/2, serial 3.

    The appointment's month may be above 12, as PPPK carry other codes there.

    >>> find_nip_fault("197803052005011003") is None
    True
    """
    if not is_digits(text) or len(text) != 18:
        return Words("NIP harus 18 angka tanpa spasi.", "A NIP has 18 digits without spaces.")
    if text.endswith("000"):
        return Words(
            "Tiga angka terakhir NIP tidak mungkin 000; biasanya dibulatkan lembar kerja. Ketik ulang sebagai teks.",
            "A NIP can't end with 000; a spreadsheet usually rounded it. Type it again as text.",
        )
    if not 1900 <= int(text[:4]) <= 2099 or not _is_date(int(text[:4]), int(text[4:6]), int(text[6:8])):
        return Words(
            "Tanggal lahir di dalam NIP (delapan angka pertama) tidak ada pada kalender.",
            "The birth date inside the NIP (its first eight digits) is not in the calendar.",
        )
    if not int(text[:4]) < int(text[8:12]) <= 2099:
        return Words(
            "Tahun pengangkatan di dalam NIP (angka ke-9 sampai ke-12) belum benar.",
            "The year of appointment inside the NIP (digits 9 to 12) is not right.",
        )
    if text[14] not in "12":
        return Words("Angka ke-15 NIP harus 1 atau 2.", "The 15th digit of a NIP is 1 or 2.")
    return None


def check_nip(text: str) -> None:
    """Check a NIP's form (digits only, as stored). Raises: IdentifierInvalid."""
    _raise_fault(find_nip_fault(text))


def format_nip(text: str) -> str:
    """Show a NIP spaced, as papers print it; anything that isn't 18 digits comes back unchanged.

    >>> format_nip("197803052005011003")
    '19780305 200501 1 003'
    """
    if not is_digits(text) or len(text) != 18:
        return text
    return f"{text[:8]} {text[8:14]} {text[14]} {text[15:]}"


def find_phone_fault(text: str) -> Words | None:
    """Find what is wrong with a phone number written as 08…, 62… or +62… (or another country's +…)."""
    if _parse_phone(text) is not None:
        return None
    return Words(
        "Nomor telepon belum benar. Tulis seperti 0812…, 62812…, atau +62812….",
        "The phone number is not right. Write it as 0812…, 62812… or +62812….",
    )


def normalize_phone(text: str) -> str:
    """Turn a phone number into E.164. Raises: IdentifierInvalid.

    >>> normalize_phone("0812-3456-7890"), normalize_phone("62 812 3456 7890")
    ('+6281234567890', '+6281234567890')
    """
    number = _parse_phone(text)
    if number is None:
        _raise_fault(find_phone_fault(text))
    return str(number)


def find_area_code_fault(text: str) -> Words | None:
    """Find what is wrong with a dotted Kemendagri area code of any level (2, 5, 8 or 13 characters).

    >>> [find_area_code_fault(code) for code in ("63", "63.05", "63.05.01", "63.05.01.2001")]
    [None, None, None, None]
    """
    if _AREA.fullmatch(text):
        return None
    if _UNDOTTED_AREA.fullmatch(text) and len(text) > 2:
        return Words(
            "Kode wilayah ditulis dengan titik, seperti 63.05.01.2001.",
            "An area code is written with dots, as in 63.05.01.2001.",
        )
    return Words(
        "Kode wilayah belum benar. Bentuknya 63, 63.05, 63.05.01, atau 63.05.01.2001; "
        "bila angka di belakang titik hilang, ubah kolomnya menjadi teks lebih dahulu.",
        "The area code is not right. Its forms are 63, 63.05, 63.05.01 or 63.05.01.2001; "
        "where digits behind a dot were lost, make the column text first.",
    )


def check_area_code(text: str) -> None:
    """Check an area code's form. Raises: IdentifierInvalid."""
    _raise_fault(find_area_code_fault(text))


def find_email_fault(text: str) -> Words | None:
    """Find what is wrong with an e-mail address (the form that HTML forms accept, with a dotted host)."""
    if len(text) <= 254 and _EMAIL.fullmatch(text):
        return None
    return Words(
        "Alamat surel belum benar. Bentuknya nama@instansi.go.id.",
        "The e-mail address is not right. Its form is name@agency.go.id.",
    )


def strip_marks(text: str) -> str:
    """Return a text in ASCII letters: accents dropped, other signs left out.

    >>> strip_marks("Café № 1")
    'Cafe No 1'
    """
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def _raise_fault(fault: Words | None) -> None:
    if fault is not None:
        raise IdentifierInvalid(fault)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_birth_day(day: int, month: int, short_year: int) -> bool:
    # The century isn't in the NIK, so a day that exists in either one is good.
    return _is_date(1900 + short_year, month, day) or _is_date(2000 + short_year, month, day)


def _parse_phone(text: str) -> str | None:
    if len(text) > 25 or not text.isascii() or not _PHONE_SIGNS.fullmatch(text):
        return None
    dialled = f"+{text}" if text.startswith("62") else text
    try:
        number = phonenumbers.parse(dialled, "ID")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
