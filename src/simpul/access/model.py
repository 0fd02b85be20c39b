"""Who calls, what they were granted, and what they ask for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from simpul.access.keys import KeyStage

Stage = Literal["sandbox", "live"]
Operation = Literal["read", "deliver"]


@dataclass(frozen=True)
class Key:
    """One issued key, with the application and organization it speaks for."""

    key_id: str
    digest: bytes
    stage: KeyStage
    expires_at: datetime
    revoked_at: datetime | None
    application_id: int
    application_disabled_at: datetime | None
    organization_id: int


@dataclass(frozen=True)
class Grant:
    """What an organization may do with one dataset; `valid_until` and `trial_until` are inclusive days in WITA."""

    grant_id: int
    organization_id: int
    role: str
    columns: tuple[str, ...]
    row_filter: str
    operations: tuple[str, ...]
    purpose: str
    valid_from: date
    valid_until: date | None = None
    trial_until: date | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Service:
    """A publication as far as access goes: its stage, its state, who provides it."""

    stage: Stage
    state: str
    provider: str


@dataclass(frozen=True)
class AccessRequest:
    """One wish: to read or to deliver rows of a dataset."""

    dataset: str
    operation: Operation


@dataclass(frozen=True)
class Permission:
    """What is allowed, until when: columns in the grant's order, the row filter's text (empty: all rows)."""

    grant_id: int
    columns: tuple[str, ...]
    row_filter: str
    operation: Operation
    purpose: str
    until: date | None
