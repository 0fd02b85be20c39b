"""What can go wrong, in two languages. No message holds a value of a row, or the key.

Each kind ends the program with a number of its own, so that cron, systemd and monitoring can tell them apart.
"""

from typing import NamedTuple

DELIVERED, ROWS_REFUSED = 0, 1


class Words(NamedTuple):
    """The same sentence in Indonesian and English."""

    id: str
    en: str

    def __str__(self) -> str:
        return f"{self.id}\n  {self.en}"


class AgentError(Exception):
    """`exit_code` ends the program; `words` say what is wrong and what to do; `where` names the check that failed."""

    exit_code = 2
    where = "config"

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(indonesian)
        self.words = Words(indonesian, english)


class ConfigWrong(AgentError):
    """The settings file, or the rights on the key's file."""


class SourceFailed(AgentError):
    exit_code = 3
    where = "source"


class HubRefused(AgentError):
    """The hub said no, and would again. `is_part_useless`: nothing was stored, and the rows must be read anew."""

    exit_code = 4
    where = "hub"

    def __init__(self, indonesian: str, english: str, where: str = "hub", is_part_useless: bool = False) -> None:
        super().__init__(indonesian, english)
        self.where, self.is_part_useless = where, is_part_useless


class HubAway(AgentError):
    """The hub can't be reached now. What was read lies in the spool and is sent by the next run."""

    exit_code = 5
    where = "name"

    def __init__(self, indonesian: str, english: str, where: str = "name", wait_seconds: float = 0.0) -> None:
        super().__init__(indonesian, english)
        self.where, self.wait_seconds = where, wait_seconds


class StateDamaged(AgentError):
    exit_code = 6
    where = "state"


class AlreadyRunning(AgentError):
    exit_code = 7
    where = "lock"
