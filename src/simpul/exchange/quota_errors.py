"""Calls beyond a plan (429): which limit, until when, and whom to ask.

QuotaExceeded       SPLX30
├── TooFast         SPLX31  calls per second, with the burst
├── DayUsedUp       SPLX32  calls of the day
├── RowsUsedUp      SPLX33  rows of the day
└── TooManyAtOnce   SPLX34  calls at the same time
"""

from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words

_ASK = Words(
    "Coba lagi setelah {seconds} detik (header Retry-After). Paket Anda '{plan}'; untuk batas yang lebih besar hubungi Tim IT"
    " Kominfo.",
    "Try again after {seconds} seconds (header Retry-After). Your plan is '{plan}'; ask Kominfo's Tim IT for a larger one.",
)


class QuotaExceeded(SimpulError):
    code = "SPLX30"
    status = 429
    message = Words("Batas pemakaian paket terlampaui.", "A limit of the plan is exceeded.")
    hint = _ASK

    def __init__(self, *, plan: str, limit: int, seconds: int, until: str = "") -> None:
        super().__init__(plan=plan, limit=limit, seconds=seconds, until=until)
        self.retry_after_seconds = seconds
        self.headers: dict[str, str] = {}


class TooFast(QuotaExceeded):
    code = "SPLX31"
    message = Words(
        "Batas {limit} permintaan tiap detik terlampaui.", "The limit of {limit} calls a second is exceeded."
    )


class DayUsedUp(QuotaExceeded):
    code = "SPLX32"
    message = Words(
        "Batas {limit} permintaan sehari habis sampai {until}.",
        "The limit of {limit} calls a day is used up until {until}.",
    )


class RowsUsedUp(QuotaExceeded):
    code = "SPLX33"
    message = Words(
        "Batas {limit} baris sehari habis sampai {until}.", "The limit of {limit} rows a day is used up until {until}."
    )


class TooManyAtOnce(QuotaExceeded):
    code = "SPLX34"
    message = Words(
        "Sudah {limit} permintaan berjalan bersamaan, sebanyak yang diizinkan.",
        "{limit} calls are at work at the same time already, as many as are allowed.",
    )
