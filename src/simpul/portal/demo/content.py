"""Reads what the sample data are: `library/demo/`, where people can change it without touching code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).resolve().parents[4] / "library" / "demo"


@dataclass(frozen=True)
class Rest:
    """Where a request waits for the officer who tries the demo; `act` empty: any act of that row."""

    no: int
    act: str = ""
    round: int = 1

    def holds(self, no: int, act: str, round_no: int) -> bool:
        """Return whether an open act is where the request rests, or beyond."""
        if no != self.no:
            return no > self.no and self.round == 1
        return round_no >= self.round and self.act in ("", act)


@dataclass(frozen=True)
class Plan:
    """One sample request. `days_ago[i]`: how many days ago row i + 1 was done; rows behind it are done today.

    `definition`: the provider's answers in row 5, as its form takes them; `file`: the rows that it delivers.
    """

    key: str
    applicant: str
    provider: str
    consumers: tuple[str, ...]
    subject: str
    application: str
    purpose: str
    business_process: str
    elements: tuple[str, ...]
    days_ago: tuple[int, ...]
    rests_at: Rest | None = None
    is_returned: bool = False
    definition: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Self:
        """Read a table of `cases.toml`."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in table.items()
        }
        values["rests_at"] = Rest(**table["rests_at"]) if "rests_at" in table else None
        return cls(**values)


def list_plans() -> list[Plan]:
    """Return the sample requests in their order."""
    return [Plan.read(table) for table in _read("cases.toml")["case"]]


def get_plan(key: str) -> Plan:
    """Return a sample request by its key. Raises: KeyError for one that isn't there."""
    return {plan.key: plan for plan in list_plans()}[key]


def read_regency() -> dict[str, Any]:
    """Return `since`, `letterhead`, `organization` and `person` of the invented regency."""
    return _read("regency.toml")


def read_rows(name: str) -> bytes:
    """Return a file of rows."""
    return (FOLDER / name).read_bytes()


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
