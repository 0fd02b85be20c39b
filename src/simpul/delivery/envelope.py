"""What comes with the rows of a delivery: who sends them, under which key, and what else commits with them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simpul.contract.constraints import References
from simpul.delivery.quarantine import Quarantine
from simpul.delivery.report import BatchReport
from simpul.store.sql import Connection

EvidenceHook = Callable[[Connection[Any], BatchReport], None]
"""Called inside the delivery's transaction, with the finished report."""


@dataclass(frozen=True)
class Envelope:
    """One delivery. Either `application_id` or `person_id` is given, and names the scope of the key.

    Args:
        digest: SHA-256 of the raw body or file, 32 bytes.
        references: the codes of each list that the contract's columns name.
        record_evidence: writes the evidence row within the same transaction.
        dry_run: do everything, answer, and keep nothing.
    """

    digest: bytes
    quarantine: Quarantine
    application_id: int | None = None
    person_id: int | None = None
    idempotency_key: str | None = None
    file_name: str = ""
    references: References = field(default_factory=dict)
    record_evidence: EvidenceHook | None = None
    dry_run: bool = False

    @property
    def scope(self) -> str:
        """Whose key it is: "application:7" or "person:3"."""
        return f"application:{self.application_id}" if self.application_id is not None else f"person:{self.person_id}"


@dataclass(frozen=True)
class Mending:
    """Which refused rows of which batch a delivery mends, and the version that batch left the dataset at."""

    batch_id: int
    positions: tuple[int, ...]
    base_version: int
