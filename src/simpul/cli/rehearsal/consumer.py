"""The consumer's program of a rehearsal: it holds a live key and reads from the exchange, as an agency's own would."""

import time
from collections.abc import Mapping
from typing import Any

from simpul.cli.rehearsal.officers import Rehearsal
from simpul.outbound.hub_client import HubClient, HubRefused

HEARING_SECONDS = 5.0


class Consumer:
    """One program with one key, which its agency's programmer makes at the first call."""

    def __init__(self, rehearsal: Rehearsal, exchange: str) -> None:
        """Args: `exchange` is the address of the running exchange."""
        self._rehearsal, self._exchange = rehearsal, exchange
        self._key = ""

    @property
    def key(self) -> str:
        """The key's text. Raises: HubRefused while the agency may read nothing."""
        if not self._key:
            client = self._rehearsal.clients["pemanfaat"]
            application = client.post("applications", {"name": f"Aplikasi {self._rehearsal.number}"})
            self._key = str(client.post(f"applications/{application['id']}/keys", {"stage": "live"})["key"])
        return self._key

    def count_rows(self, service: Mapping[str, Any]) -> int:
        """Return how many rows of a service's first dataset the key reads, by the exchange's own exact count.

        The exchange hears of a new key and of an opened service at their commit, and needs a moment for it.
        """
        dataset = service["datasets"][0]["name"]
        client = HubClient(f"{self._exchange}/api/{service['context']}/v{service['major']}", self.key)
        end = time.monotonic() + HEARING_SECONDS
        try:
            while True:
                try:
                    _, headers = client.get_with_headers(f"/{dataset}", {"limit": "1"}, {"Prefer": "count=exact"})
                    return int(headers["content-range"].rpartition("/")[2])
                except HubRefused as refusal:
                    if refusal.status not in (401, 403) or time.monotonic() > end:
                        raise
                time.sleep(0.05)
        finally:
            client.close()


def find_live_service(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return the live service that the case works on."""
    return dict(next(one for one in rehearsal.read_case()["services"] if one["stage"] == "live"))
