"""Why a source could not be read, told apart by what to do about it.

SourceFailed           SPL710  any of these; `kind` names it
├── SourceAway         SPL711  it doesn't answer now: try again later
├── SourceDenied       SPL712  it answers and refuses: sign-in, rights, an address that isn't listed
├── SourceRubbish      SPL713  what came isn't what was asked for: HTML, half JSON, a page again
├── SourceChanged      SPL714  its table, columns or records aren't as they were set up
└── SourceTooMuch      SPL715  a limit of time, rows or bytes was met
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Self

from simpul.kernel.errors import Finding, SimpulError
from simpul.kernel.words import Words
from simpul.outbound.errors import (
    AddressForbidden,
    AnswerTooLarge,
    AnswerTooSlow,
    AnswerUnreadable,
    HostOdd,
    HostUnknown,
    ServerAway,
    ServerUntrusted,
)

FailureKind = Literal["away", "refused", "rubbish", "changed", "too-much"]


class SourceFailed(SimpulError):
    """A source wasn't read to its end. `kind` says what to do; only "away" is worth another try soon."""

    code = "SPL710"
    status = 502
    kind: FailureKind = "rubbish"
    stage: str = "content"
    """Which stage of a check it belongs to, one of `shape.STAGES`."""
    retry_after_seconds: float | None = None
    """How long the source asked to be left alone; None where it didn't say."""
    message = Words("Sumber data tidak dapat dibaca.", "The source can't be read.")
    hint = Words("Periksa sambungan sumber pada halamannya.", "Check the source's connection on its page.")

    def at_stage(self, stage: str) -> Self:
        """Return the same failure, named as one of another stage."""
        self.stage = stage
        return self

    @property
    def is_retryable(self) -> bool:
        """Whether the same run may succeed later without anybody's help."""
        return self.kind == "away"


class SourceAway(SourceFailed):
    code = "SPL711"
    status = 503
    kind: FailureKind = "away"
    stage = "network"
    message = Words("Sumber data tidak menjawab.", "The source doesn't answer.")
    hint = Words(
        "Hub mencoba lagi dengan sendirinya; bila berulang, periksa server sumber dan jaringannya.",
        "The hub tries again by itself; if it persists, check the source's server and network.",
    )


class SourceDenied(SourceFailed):
    code = "SPL712"
    kind: FailureKind = "refused"
    stage = "sign-in"
    message = Words("Sumber data menolak hub.", "The source refuses the hub.")
    hint = Words(
        "Periksa nama pengguna, kata sandi atau token, dan hak bacanya.",
        "Check the user name, the password or token, and its right to read.",
    )


class SourceRubbish(SourceFailed):
    code = "SPL713"
    kind: FailureKind = "rubbish"
    message = Words("Jawaban sumber data tidak dapat dibaca.", "What the source answered can't be read.")
    hint = Words(
        "Periksa alamat dan isi jawaban sumber, lalu jalankan lagi.",
        "Check the source's address and answer, then run it again.",
    )


class SourceChanged(SourceFailed):
    code = "SPL714"
    kind: FailureKind = "changed"
    stage = "object"
    message = Words("Susunan sumber data berubah.", "The source's structure changed.")
    hint = Words(
        "Buka halaman sumber, periksa kolomnya, lalu petakan lagi.",
        "Open the source's page, check its columns, then map them again.",
    )


class SourceTooMuch(SourceFailed):
    code = "SPL715"
    kind: FailureKind = "too-much"
    message = Words("Pembacaan sumber melewati batas.", "Reading the source went past a limit.")
    hint = Words(
        "Baca bertahap dengan kolom penanda, atau minta Pengelola Sistem menaikkan batasnya.",
        "Read it step by step by a cursor column, or ask the Pengelola Sistem for a higher limit.",
    )


def describe_failure(failure: SourceFailed) -> Finding:
    """Return a failure as a finding of a check: its stage, its kind, what is wrong and what to do."""
    message, hint = failure.message, failure.hint
    return Finding(failure.stage, failure.kind, Words(f"{message.id} {hint.id}", f"{message.en} {hint.en}"))


def explain_outbound(error: SimpulError) -> SourceFailed:
    """Return what the guard or its client refused, as a source's failure with the stage where it stands."""
    failure: SourceFailed
    if isinstance(error, HostUnknown):
        failure = SourceAway(error.message, hint=error.hint).at_stage("name")
    elif isinstance(error, HostOdd):
        failure = SourceDenied(error.message, hint=error.hint).at_stage("name")
    elif isinstance(error, AddressForbidden):
        failure = SourceDenied(error.message, hint=error.hint).at_stage("network")
    elif isinstance(error, ServerUntrusted):
        failure = SourceDenied(error.message, hint=error.hint).at_stage("tls")
    elif isinstance(error, AnswerTooLarge):
        failure = SourceTooMuch(error.message, hint=error.hint)
    elif isinstance(error, AnswerUnreadable):
        failure = SourceRubbish(error.message, hint=error.hint)
    else:
        failure = SourceAway(error.message, hint=error.hint)
    return failure


@contextmanager
def outbound_errors() -> Iterator[None]:
    """Turn what the way out raises into a source's failure. Raises: SourceFailed."""
    try:
        yield
    except (
        AddressForbidden,
        HostUnknown,
        ServerAway,
        ServerUntrusted,
        AnswerTooLarge,
        AnswerTooSlow,
        AnswerUnreadable,
    ) as error:
        raise explain_outbound(error) from error
