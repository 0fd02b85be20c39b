"""How long a decision holds: until then asking again gives the same answer, whoever asks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.access.decide import decide, find_change, identify
from simpul.access.keys import make_key
from simpul.access.model import AccessRequest, Grant, Key, Permission, Service
from simpul.kernel.clock import ZONE
from simpul.kernel.errors import SimpulError

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MADE = make_key("live")
BOB = Key(MADE.key_id, MADE.digest, "live", START + timedelta(days=9), None, 20, None, 2)
READ = AccessRequest("desa", "read")
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=3)).map(START.__add__)
DAYS = INSTANTS.map(datetime.date)
GRANTS = st.lists(
    st.builds(
        Grant,
        grant_id=st.integers(1, 9),
        organization_id=st.just(2),
        role=st.just("pemanfaat"),
        columns=st.just(("kode",)),
        row_filter=st.just(""),
        operations=st.just(("read",)),
        purpose=st.just("Perencanaan"),
        valid_from=DAYS,
        valid_until=st.none() | DAYS,
        trial_until=st.none() | DAYS,
        revoked_at=st.none() | INSTANTS,
    ),
    min_size=1,
    max_size=3,
)


def ask(key: Key, service: Service, grants: list[Grant], now: datetime) -> Permission | type[SimpulError]:
    try:
        found = identify(MADE.text, lambda _: key, now)
        return decide(READ, found, service, grants, now)
    except SimpulError as error:
        return type(error)


@given(
    GRANTS,
    st.sampled_from(["aktif", "verifikasi"]),
    INSTANTS,
    st.none() | INSTANTS,
    INSTANTS,
    st.floats(0, 1, exclude_max=True),
)
def test_decision_holds_until_its_change(
    grants: list[Grant], state: str, ends_at: datetime, revoked_at: datetime | None, now: datetime, part: float
) -> None:
    key, service = replace(BOB, expires_at=ends_at, revoked_at=revoked_at), Service("live", state, "Dinas Contoh")
    until = find_change(key, grants, now)
    assert now < until
    later = now + min((until - now) * part, until - now - timedelta(microseconds=1))
    assert ask(key, service, grants, later) == ask(key, service, grants, now)


GRANT = Grant(1, 2, "pemanfaat", ("kode",), "", ("read",), "Perencanaan", date(2026, 1, 1))
MIDNIGHT = datetime(2026, 11, 25, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("key", "grant", "until"),
    [
        (BOB, GRANT, MIDNIGHT),
        (replace(BOB, expires_at=START + timedelta(seconds=1)), GRANT, START + timedelta(seconds=1)),
        (replace(BOB, revoked_at=START + timedelta(seconds=2)), GRANT, START + timedelta(seconds=2)),
        (BOB, replace(GRANT, revoked_at=START + timedelta(hours=1)), START + timedelta(hours=1)),
        (BOB, replace(GRANT, revoked_at=START - timedelta(hours=1)), MIDNIGHT),
    ],
)
def test_change_is_the_first_instant_that_may_say_otherwise(key: Key, grant: Grant, until: datetime) -> None:
    assert find_change(key, [grant], START) == until
