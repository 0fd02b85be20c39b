"""What happens to a case, as facts: the parties, what an actor sends, and the events kept for ever."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal[
    "case_started",
    "parties_set",
    "step_entered",
    "act_done",
    "step_completed",
    "case_ended",
    "case_withdrawn",
    "case_stopped",
    "case_sent_back",
]

ENDINGS: Mapping[str, str] = {"case_ended": "ended", "case_withdrawn": "withdrawn", "case_stopped": "stopped"}


@dataclass(frozen=True)
class Parties:
    """The parties of a case, by organization code; a code may stand in several roles.

    While the letter is a draft, `penyedia` may be empty and `pemanfaat` may be none.
    """

    pemohon: str
    penyedia: str = ""
    pemanfaat: tuple[str, ...] = ()

    def list_organizations(self, actor: str) -> tuple[str, ...]:
        """Return the organizations that act as `actor`, in order; none while not named.

        >>> Parties("dinkes", "dukcapil", ("dinkes", "bappelitbang")).list_organizations("pemanfaat")
        ('dinkes', 'bappelitbang')
        """
        named = {"pemohon": (self.pemohon,), "penyedia": (self.penyedia,), "pemanfaat": self.pemanfaat}[actor]
        return tuple(dict.fromkeys(organization for organization in named if organization))

    def as_data(self) -> dict[str, Any]:
        """Return the parties as JSON values."""
        return {"pemohon": self.pemohon, "penyedia": self.penyedia, "pemanfaat": list(self.pemanfaat)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Parties":
        """Read what `as_data` made."""
        return cls(data["pemohon"], data["penyedia"], tuple(data["pemanfaat"]))


@dataclass(frozen=True)
class ActDone:
    """What an actor sends: which act of which step and round, for which organization, with its answers.

    `organization` counts only for acts of a party. `data` (JSON values: a reason, a note) is kept with the event.
    """

    step: str
    round: int
    act: str
    organization: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """One fact of a case. What doesn't apply to its kind is empty (`""`, 0, {})."""

    kind: EventKind
    step: str = ""
    round: int = 0
    act: str = ""
    organization: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
