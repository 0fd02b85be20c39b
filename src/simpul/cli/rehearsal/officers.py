"""The officers of a rehearsal: each holds a token, acts for its own party, and waits until its act can be done."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words
from simpul.outbound.hub_client import HubClient

WAIT_SECONDS = 90.0


class RehearsalStuck(SimpulError):
    code = "SPL463"
    message = Words("Gladi berhenti pada langkah {no}: {cause}", "The rehearsal stopped at step {no}: {cause}")


@dataclass
class StepDone:
    """One completed act, as the result names it."""

    no: int
    lane: str
    round: int
    papers: list[str] = field(default_factory=list)


class Rehearsal:
    """One case on its way, seen by its officers."""

    def __init__(self, hub: str, tokens: Mapping[str, str], *, is_shared: bool) -> None:
        """Sign in at a hub's address. Args: `is_shared`: the hub has other cases too."""
        self.is_shared = is_shared
        self.clients = {name: HubClient(f"{hub}/manage/v1", token) for name, token in tokens.items()}
        self.codes = {name: client.get("me")["organization"] for name, client in self.clients.items()}
        self.number = ""
        self.steps: list[StepDone] = []
        self._papers: set[int] = set()

    def open(self) -> None:
        """The consumer, who needs the data, opens the case."""
        case = self.clients["pemanfaat"].post("cases", {"sample": True})
        self.number = case["number"]

    def find_act(self, who: str, no: int, act: str) -> dict[str, Any]:
        """Return the open act as its officer sees it, with its form. Raises: RehearsalStuck."""
        for one in self.clients[who].get(f"cases/{self.number}/acts")["acts"]:
            if (one["no"], one["act"]) == (no, act):
                return dict(one)
        raise RehearsalStuck(no=no, cause=f"“{act}” tidak terbuka bagi {who}")

    def attach(self, who: str, act: Mapping[str, Any], kind: str, name: str, content: bytes) -> int:
        """Give a file to an act and return its id."""
        fields = {key: str(act[key]) for key in ("step", "round", "act", "organization")}
        return int(
            self.clients[who].post_file(f"cases/{self.number}/attachments", name, content, {**fields, "kind": kind})[
                "id"
            ]
        )

    def run_tool(
        self, who: str, act: Mapping[str, Any], name: str, values: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run a tool of an act."""
        return dict(
            self.clients[who].post(
                f"cases/{self.number}/tools/{name}", {**_name_act(act), "values": dict(values or {})}
            )
        )

    def complete(self, who: str, no: int, act: str, answers: Mapping[str, Any] | None = None) -> None:
        """Wait until nothing holds the act, then complete it."""
        found = self.wait(who, no, act)
        lane = who if who in ("tim_it", "sub_koordinasi", "bidang") else "opd"
        self.clients[who].post(f"cases/{self.number}/acts", {**_name_act(found), "answers": dict(answers or {})})
        papers = self.clients[who].get(f"cases/{self.number}/papers")["papers"]
        fresh = [paper for paper in papers if paper["id"] not in self._papers]
        self._papers.update(paper["id"] for paper in fresh)
        self.steps.append(StepDone(no, lane, found["round"], [paper["name"] for paper in fresh]))

    def wait(self, who: str, no: int, act: str) -> dict[str, Any]:
        """Return the open act once nothing but its form is missing. Raises: RehearsalStuck, with what holds it."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            found = self.find_act(who, no, act)
            if not found["missing"]:
                return found
            if time.monotonic() > deadline:
                raise RehearsalStuck(no=no, cause="; ".join(one["message"] for one in found["missing"]))
            time.sleep(0.2)

    def read_case(self) -> dict[str, Any]:
        """Return the case as Kominfo sees it."""
        return dict(self.clients["bidang"].get(f"cases/{self.number}"))

    def close(self) -> None:
        """Close all connections."""
        for client in self.clients.values():
            client.close()


def _name_act(act: Mapping[str, Any]) -> dict[str, Any]:
    return {key: act[key] for key in ("step", "round", "act", "organization")}
