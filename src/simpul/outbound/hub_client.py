"""Calling a hub's own management API and exchange with a token or key, as a program of an agency would."""

from collections.abc import Mapping
from typing import Any

import httpx

from simpul.kernel.errors import Finding, SimpulError, Unavailable
from simpul.kernel.words import Words

TIMEOUT_SECONDS = 120.0


class HubAway(Unavailable):
    code = "SPL461"
    message = Words("Hub tidak menjawab.", "The hub doesn't answer.")


class HubRefused(SimpulError):
    """The hub answered with an error of its own; `status` is the answer's."""

    code = "SPL462"


class HubClient:
    """One caller of one address, with one token or key."""

    def __init__(self, address: str, secret: str) -> None:
        """Take a base address (`…/manage/v1`, `…/api/context/v1`) and what goes into `Authorization: Bearer`."""
        self._client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {secret}"}, timeout=TIMEOUT_SECONDS, trust_env=False
        )

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON answer. Raises: HubAway, HubRefused."""
        return self._send("GET", path, params=query).json()

    def get_with_headers(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[Any, Mapping[str, str]]:
        """Return the JSON answer and its headers by lower-case name. Raises: HubAway, HubRefused."""
        answer = self._send("GET", path, params=dict(query), headers=dict(headers))
        return answer.json(), {name.lower(): value for name, value in answer.headers.items()}

    def fetch(self, path: str) -> bytes:
        """Return the answer's bytes. Raises: HubAway, HubRefused."""
        return self._send("GET", path).content

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON and return the JSON answer. Raises: HubAway, HubRefused."""
        return self._send("POST", path, json=body).json()

    def post_file(self, path: str, name: str, content: bytes, fields: Mapping[str, str]) -> Any:
        """Send a file with its fields and return the JSON answer. Raises: HubAway, HubRefused."""
        return self._send("POST", path, data=dict(fields), files={"file": (name, content)}).json()

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise HubAway from error
        if answer.is_error:
            raise _read_refusal(answer)
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _read_refusal(answer: httpx.Response) -> HubRefused:
    try:
        told = answer.json()
        findings = [
            Finding(one["where"], one["rule"], Words(one["message"], one["message_en"]))
            for one in told.get("findings", [])
        ]
        error = HubRefused(
            Words(f"{told['code']}: {told['message']}", str(told.get("message_en", ""))),
            hint=Words(str(told.get("hint") or ""), str(told.get("hint_en") or "")),
            findings=findings,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        error = HubRefused(Words(f"Jawaban {answer.status_code}.", f"Answer {answer.status_code}."))
    error.status = answer.status_code
    return error
