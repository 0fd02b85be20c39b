"""What comes with the rows of a delivery: who sends them, under which key, and what else commits with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simpul.contract.constraints import References
from simpul.delivery.modes import Mode
from simpul.delivery.quarantine import Quarantine
from simpul.delivery.report import BatchReport
from simpul.store.sql import Connection

ROW = "_row"
"""The hub's own number of a row: it never changes and is never given again."""
MATCH_ROW = (ROW,)

EvidenceHook = Callable[[Connection[Any], BatchReport], None]
"""Called inside the delivery's transaction, with the finished report."""

MergeHook = Callable[[Connection[Any], int, int], None]
"""Called with (connection, batch id, the dataset's version with this batch's changes) under the dataset's lock.

The rows to be merged lie in `pg_temp.staged_rows`: `_position`, and the sent columns with the types of the dataset's.
Refused rows and repeats aren't among them. What it raises rolls the delivery back.
"""


@dataclass(frozen=True)
class Envelope:
    """One delivery. Either `application_id` or `person_id` is given, and names the scope of the key.

    Args:
        digest: SHA-256 of the raw body or file, 32 bytes.
        references: the codes of each list that the contract's columns name; None: the hub's lists, as of today.
        record_evidence: writes the evidence row within the same transaction.
        dry_run: do everything, answer, and keep nothing.
        mode: what is done with known, new and absent rows; see `modes`.
        all_or_nothing: one refused row refuses the whole delivery (RowsRefused) instead of going into the quarantine.
        max_affected: more rows inserted, updated and deleted than this change nothing (AffectedTooMany).
        max_deleted_percent: a `replace` that would delete a larger part of the rows changes nothing
            (DeletionUnconfirmed).
        match_by: the columns that a known row is found by, instead of the key: one of the unique groups, or `_row`
            (MATCH_ROW), the hub's own row number, for rows that a filter chose; then the sheet has a column `_row`.
        before_merge: called when every check is done and nothing is changed yet: known rows still are what they were.
        after_merge: called when the rows are merged.
    """

    digest: bytes
    quarantine: Quarantine
    application_id: int | None = None
    person_id: int | None = None
    idempotency_key: str | None = None
    file_name: str = ""
    references: References | None = None
    record_evidence: EvidenceHook | None = None
    dry_run: bool = False
    mode: Mode = "merge"
    all_or_nothing: bool = False
    max_affected: int | None = None
    max_deleted_percent: int | None = None
    match_by: tuple[str, ...] = ()
    before_merge: MergeHook | None = None
    after_merge: MergeHook | None = None

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
