"""Who calls, what they were granted, and what they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from simpul.access.keys import KeyStage

Stage = Literal["sandbox", "live"]
Operation = Literal["read", "deliver"]


@dataclass(frozen=True)
class Pause:
    """Calls stopped at once: by which office and since when. Nothing of the reason, which is the office's own."""

    office: str
    since: datetime


@dataclass(frozen=True)
class Key:
    """One issued key, with the application and organization it speaks for; `pause` is the application's."""

    key_id: str
    digest: bytes
    stage: KeyStage
    expires_at: datetime
    revoked_at: datetime | None
    application_id: int
    application_disabled_at: datetime | None
    organization_id: int
    pause: Pause | None = None


@dataclass(frozen=True)
class Grant:
    """What an organization may do with one dataset; `valid_until` and `trial_until` are inclusive days in WITA.

    `masks` maps columns to hidden, hashed or last4; `addresses` lists the networks calls may come from, empty: any.
    `fingerprint` is a digest of all that shapes this grant's answers beside the rows, the publication among it; `shape` of
    what the grant shows alone (columns, masks, rows), the same for another grant of the organization that shows the same.
    """

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
    masks: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    fingerprint: str = ""
    shape: str = ""


@dataclass(frozen=True)
class Service:
    """A publication as far as access goes: its stage, its state, who provides it, what is paused, what comes after it.

    `successor` is the newer version's address as a path, empty where there is none; `consumer_pauses` is by organization.
    `sunset_on` is the last day in WITA on which a deprecated version answers.
    """

    stage: Stage
    state: str
    provider: str
    pause: Pause | None = None
    consumer_pauses: Mapping[int, Pause] = field(default_factory=dict)
    deprecated_at: datetime | None = None
    sunset_on: date | None = None
    successor: str = ""


@dataclass(frozen=True)
class AccessRequest:
    """One wish: to read or to deliver rows of a dataset, from an address (empty: it isn't known)."""

    dataset: str
    operation: Operation
    address: str = ""


@dataclass(frozen=True)
class Permission:
    """What is allowed, until when: columns in the grant's order, the row filter's text (empty: all rows).

    `masks`, `fingerprint`, `shape` and `role` are the grant's.
    """

    grant_id: int
    columns: tuple[str, ...]
    row_filter: str
    operation: Operation
    purpose: str
    until: date | None
    masks: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    shape: str = ""
    role: str = ""
