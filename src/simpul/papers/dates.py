"""Dates and numbers as an officer writes them: "24 November 2026", in words, in Roman figures, official numbers."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from simpul.kernel.clock import ZONE, local

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
ZONE_NAMES = {7: "WIB", 8: "WITA", 9: "WIT"}

_DIGITS = (
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas",
)  # fmt: skip
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_SCALES = (
    (10**12, "triliun", None), (10**9, "miliar", None), (10**6, "juta", None),
    (1000, "ribu", "seribu"), (100, "ratus", "seratus"), (10, "puluh", None),
)  # fmt: skip


def read_date(text: str | date) -> date:
    """Read an ISO date or instant; an instant gives the date on the officers' wall clock.

    Raises: ValueError, for anything else.

    >>> read_date("2026-11-24T23:30:00+00:00")
    datetime.date(2026, 11, 25)
    """
    if isinstance(text, datetime):
        return local(text).date() if text.tzinfo else text.date()
    if isinstance(text, date):
        return text
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else read_instant(text).date()


def read_instant(text: str | date) -> datetime:
    """Read an ISO instant in the officers' zone; without an offset it is already in that zone.

    Raises: ValueError, for anything else.
    """
    instant = text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    return instant.astimezone(ZONE) if instant.tzinfo else instant.replace(tzinfo=ZONE)


def write_date(day: date) -> str:
    """Return the date as letters bear it.

    >>> write_date(date(2026, 11, 24))
    '24 November 2026'
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def write_day_and_date(day: date) -> str:
    """Return the weekday and date.

    >>> write_day_and_date(date(2026, 11, 24))
    'Selasa, 24 November 2026'
    """
    return f"{DAYS[day.weekday()]}, {write_date(day)}"


def write_instant(instant: datetime) -> str:
    """Return date and time with the zone's Indonesian name.

    >>> write_instant(datetime(2026, 11, 24, 9, 5, tzinfo=ZONE))
    '24 November 2026 pukul 09.05 WITA'
    """
    offset = instant.utcoffset()
    hours = int(offset.total_seconds() // 3600) if offset is not None else 0
    zone = ZONE_NAMES.get(hours, f"UTC{hours:+d}")
    return f"{write_date(instant.date())} pukul {instant:%H.%M} {zone}"


def write_date_in_words(day: date) -> str:
    """Return the date in words, as a berita acara opens.

    >>> write_date_in_words(date(2026, 11, 23))
    'Senin tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam'
    """
    weekday, month = DAYS[day.weekday()], MONTHS[day.month - 1]
    return f"{weekday} tanggal {write_in_words(day.day)} bulan {month} tahun {write_in_words(day.year)}"


def write_in_words(number: int) -> str:
    """Return a whole number below 10^15 in Indonesian words.

    Raises: ValueError, out of that range.

    >>> write_in_words(2186)
    'dua ribu seratus delapan puluh enam'
    """
    if abs(number) >= 10**15:
        raise ValueError("below 10^15")
    return f"minus {_write_positive(-number)}" if number < 0 else _write_positive(number)


def _write_positive(number: int) -> str:
    if number < 12:
        return _DIGITS[number]
    if number < 20:
        return f"{_DIGITS[number - 10]} belas"
    size, name, single = next(scale for scale in _SCALES if scale[0] <= number)
    count, rest = divmod(number, size)
    head = single if single and count == 1 else f"{_write_positive(count)} {name}"
    return f"{head} {_write_positive(rest)}" if rest else head


def write_roman(number: int) -> str:
    """Return 1 to 3999 in Roman figures, as official numbers write the month.

    Raises: ValueError, out of that range.

    >>> write_roman(11)
    'XI'
    """
    if not 1 <= number <= 3999:
        raise ValueError("1–3999")
    figures = ""
    for size, sign in _ROMAN:
        count, number = divmod(number, size)
        figures += sign * count
    return figures


def propose_number(form: str, day: date, values: Mapping[str, str | int] | None = None) -> str:
    """Propose an official number; the officer enters or corrects it, the hub never decides it.

    Args: form: a text with the places {kode}, {urut}, {unit}, {bulan}, {tahun}; what `values` doesn't fill
    stays a row of dots for the officer's hand.

    >>> propose_number("{kode}/{urut}/{unit}/{bulan}/{tahun}", date(2024, 1, 8), {"kode": "000.8.3.3", "unit": "DISKOMINFO"})
    '000.8.3.3/...../DISKOMINFO/I/2024'
    """
    known = {"bulan": write_roman(day.month), "tahun": str(day.year)} | {k: str(v) for k, v in (values or {}).items()}
    return re.sub(r"\{(\w+)\}", lambda place: known.get(place[1], "") or ".....", form)
