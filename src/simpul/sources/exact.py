"""Values that can't be taken exactly, and JSON's numbers, which can."""

from decimal import Decimal, InvalidOperation

from simpul.kernel.words import Words


class Inexact(Exception):
    """A value that can't be taken as it is; `shown` is the text that stands for it in the refused row."""

    def __init__(self, rule: str, message: Words, shown: str = "") -> None:
        super().__init__(rule)
        self.rule, self.message, self.shown = rule, message, shown


def refuse_text() -> Inexact:
    """Return the refusal of bytes that are no UTF-8 text; the bytes themselves aren't shown."""
    message = Words(
        "Isi kolom ini bukan teks yang benar (UTF-8). Perbaiki di sumber, atau ubah dengan kueri, misalnya HEX(kolom).",
        "This column's value isn't proper text (UTF-8). Mend it at the source, or change it by a query, HEX(column) say.",
    )
    return Inexact("not-text", message)


def read_exact_number(text: str) -> float | Decimal:
    """Return a JSON number with a fraction or exponent: a float where it is the very number, else a Decimal.

    >>> read_exact_number("1.10"), read_exact_number("0.1234567890123456789")
    (1.1, Decimal('0.1234567890123456789'))
    """
    number = float(text)
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return number
    return number if Decimal(repr(number)) == exact else exact
