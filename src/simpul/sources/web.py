"""Asking a web address of an agency: sign-in, retries with back-off, and what a status means."""

import base64
import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar

from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.outbound.client import AnswerLimits, Fetched, GuardedClient
from simpul.outbound.guard import Guard
from simpul.sources.errors import SourceAway, SourceChanged, SourceDenied, SourceFailed, SourceRubbish, outbound_errors
from simpul.sources.settings import WebPlace

ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
Sleep = Callable[[float], None]
Value = TypeVar("Value")


class WebCaller:
    """One caller of one agency's address, with its sign-in."""

    def __init__(
        self, web: WebPlace, secret: str, guard: Guard, limits: AnswerLimits, sleep: Sleep = time.sleep
    ) -> None:
        """Take the address's settings and the secret. Raises: SourceDenied where its CA certificate can't be read."""
        try:
            self._client = GuardedClient(guard, ca_pem=web.ca_pem, limits=limits)
        except ssl.SSLError as error:
            raise SourceDenied(
                Words("Sertifikat CA tidak dapat dibaca.", "The CA certificate can't be read.")
            ).at_stage("tls") from error
        self._headers = {"accept": "application/json"} | write_headers(web, secret)
        self._sleep = sleep

    def get(self, address: str, params: Sequence[tuple[str, str]], left_seconds: Callable[[], float]) -> Fetched:
        """Return an answer of status 200; ask again where that may help, while there is time.

        Raises: SourceFailed and its kinds.
        """
        return self._try(lambda: self._get_once(address, params), left_seconds)

    def download(self, address: str, path: Path, left_seconds: Callable[[], float]) -> None:
        """Write an answer of status 200 into a file, as `get` does. Raises: SourceFailed and its kinds."""
        self._try(lambda: self._download_once(address, path), left_seconds)

    def _try(self, ask: Callable[[], Value], left_seconds: Callable[[], float]) -> Value:
        for attempt in range(ATTEMPTS):
            try:
                return ask()
            except SourceAway as failure:
                pause = _choose_pause(failure, attempt)
                if attempt == ATTEMPTS - 1 or pause > min(LONGEST_PAUSE_SECONDS, left_seconds()):
                    raise
                self._sleep(pause)
        raise AssertionError("unreachable")

    def _download_once(self, address: str, path: Path) -> None:
        headers = self._headers | {"accept": "*/*"}
        with (
            outbound_errors(),
            self._client.open("GET", address, headers=headers) as answer,
            path.open("wb") as written,
        ):
            if answer.status != 200:
                raise explain_status(answer.status, answer.headers)
            for piece in answer.iter_bytes():
                written.write(piece)

    def _get_once(self, address: str, params: Sequence[tuple[str, str]]) -> Fetched:
        with outbound_errors():
            fetched = self._client.fetch("GET", address, headers=self._headers, params=params)
        if fetched.status != 200:
            raise explain_status(fetched.status, fetched.headers)
        return fetched

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def write_headers(web: WebPlace, secret: str) -> dict[str, str]:
    """Return the request's headers with the sign-in."""
    headers = {name.lower(): value for name, value in web.headers}
    if web.sign_in == "basic":
        headers["authorization"] = "Basic " + base64.b64encode(f"{web.user}:{secret}".encode()).decode("ascii")
    elif web.sign_in == "bearer":
        headers["authorization"] = f"Bearer {secret}"
    elif web.sign_in == "header":
        headers[web.secret_header.lower()] = secret
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise SourceDenied(
            Words("Kunci atau token memuat tanda yang tidak sah.", "The key or token holds odd characters.")
        )
    return headers


def _choose_pause(failure: SourceAway, attempt: int) -> float:
    if failure.retry_after_seconds is not None:
        return failure.retry_after_seconds
    return float(FIRST_PAUSE_SECONDS * 2**attempt) * random.uniform(0.75, 1.25)  # noqa: S311  no secret


def explain_status(status: int, headers: Mapping[str, str]) -> SourceFailed:
    """Return what an answer's status means for the source."""
    if status in _TRY_AGAIN:
        failure = SourceAway(
            Words(f"Sumber menjawab dengan galat {status}.", f"The source answered with error {status}.")
        ).at_stage("content")
        failure.retry_after_seconds = read_retry_after(headers.get("retry-after", ""))
        return failure
    if status == 401:
        return SourceDenied(
            Words("Sumber menolak tanda masuk hub (401).", "The source refuses the hub's sign-in (401).")
        )
    if status == 403:
        return SourceDenied(
            Words(
                "Sumber tidak mengizinkan hub membaca data ini (403).",
                "The source doesn't let the hub read this (403).",
            )
        ).at_stage("rights")
    if status in (404, 410):
        return SourceChanged(
            Words(f"Alamat itu tidak ada di sumber ({status}).", f"The source has no such address ({status}).")
        )
    return SourceRubbish(
        Words(f"Sumber menjawab dengan status {status}.", f"The source answered with status {status}.")
    )


def read_retry_after(text: str) -> float | None:
    """Return how many seconds a `Retry-After` asks for (seconds or a date), None where it says nothing usable.

    >>> read_retry_after("120"), read_retry_after("besok")
    (120.0, None)
    """
    if text.isascii() and text.isdecimal() and len(text) < 9:
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - now()).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
