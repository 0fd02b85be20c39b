"""The root of the error tree: a code, an HTTP status, what is wrong, and the next step.

    SimpulError
    ├── NotFound            404  what was asked for doesn't exist, or may not be seen
    ├── Refused             403  this person or program may not do this
    ├── Conflict            409  somebody else was first
    ├── Invalid             422  the input is wrong; `findings` say where
    ├── Unavailable         503  try again later
    └── Misconfigured       500  the hub's own settings or keys are wrong

Each room derives its own errors from these. Personal data never stands in a message.
"""

from collections.abc import Sequence
from typing import NamedTuple

from simpul.kernel.words import NOTHING, Words


class Finding(NamedTuple):
    """One thing wrong in an input: where it is (row, column, field, element) and what is wrong."""

    where: str
    rule: str
    message: Words


class SimpulError(Exception):
    """Something that can be told to a person: what is wrong and what to do next."""

    code: str = "SPL000"
    status: int = 500
    message: Words = Words("Terjadi kesalahan.", "Something went wrong.")
    hint: Words = NOTHING

    def __init__(
        self,
        message: Words | None = None,
        *,
        hint: Words | None = None,
        findings: Sequence[Finding] = (),
        **values: object,
    ) -> None:
        """Take a message of its own, or fill the class's message and hint with `values`."""
        self.message = message if message is not None else type(self).message
        self.hint = hint if hint is not None else type(self).hint
        if values:
            self.message, self.hint = self.message.format(**values), self.hint.format(**values)
        self.findings = tuple(findings)
        super().__init__(str(self.message))


class NotFound(SimpulError):
    code = "SPL404"
    status = 404
    message = Words("Tidak ditemukan.", "Not found.")


class Refused(SimpulError):
    code = "SPL403"
    status = 403
    message = Words("Anda tidak berwenang melakukan ini.", "You are not allowed to do this.")


class Conflict(SimpulError):
    code = "SPL409"
    status = 409
    message = Words("Sudah dikerjakan pihak lain.", "Somebody else was first.")


class Invalid(SimpulError):
    code = "SPL422"
    status = 422
    message = Words("Isian belum benar.", "The input is not right yet.")


class Unavailable(SimpulError):
    code = "SPL503"
    status = 503
    message = Words("Layanan sedang tidak tersedia.", "The service is not available now.")
    hint = Words("Silakan coba lagi sebentar lagi.", "Please try again in a moment.")


class Misconfigured(SimpulError):
    code = "SPL500"
    status = 500
    message = Words("Pengaturan hub belum benar.", "The hub's configuration is wrong.")
