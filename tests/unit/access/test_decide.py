"""Who may do what: Alice's organization provides (1), Bob's was granted (2), Charlie's must be refused (3)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from simpul.access.decide import decide, identify
from simpul.access.errors import (
    AddressNotListed,
    ApplicationDisabled,
    ApplicationPaused,
    ConsumerPaused,
    GrantEnded,
    GrantNotYet,
    GrantRevoked,
    InVerification,
    KeyExpired,
    KeyMissing,
    KeyRevoked,
    KeyUnknown,
    NotGranted,
    OperationNotGranted,
    ServiceClosed,
    ServicePaused,
    ServicePreparing,
    ServiceRetired,
    StageWrong,
)
from simpul.access.keys import make_key
from simpul.access.model import AccessRequest, Grant, Key, Pause, Service
from simpul.kernel.errors import SimpulError

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
MADE = make_key("live")
BOB = Key(MADE.key_id, MADE.digest, "live", NOW + timedelta(days=9), None, 20, None, 2)
ALICE = replace(BOB, organization_id=1)
CHARLIE = replace(BOB, organization_id=3)
LIVE = Service("live", "aktif", "Dinas Contoh")
READ = AccessRequest("desa", "read")
DELIVER = AccessRequest("desa", "deliver")
PROVIDED = Grant(1, 1, "penyedia", ("kode", "nama", "nik"), "", ("read", "deliver"), "Pengelolaan", date(2026, 1, 1))
GRANTED = Grant(2, 2, "pemanfaat", ("kode",), "kode=like.63*", ("read",), "Perencanaan", date(2026, 1, 1))
GRANTS = (PROVIDED, GRANTED)


def find(key: Key | None) -> Key:
    return identify(MADE.text, lambda key_id: key if key_id == MADE.key_id else None, NOW)


def test_valid_key_is_identified() -> None:
    assert find(BOB) is BOB


@pytest.mark.parametrize(
    ("key", "error"),
    [
        (None, KeyUnknown),
        (replace(BOB, digest=bytes(32)), KeyUnknown),
        (replace(BOB, expires_at=NOW), KeyExpired),
        (replace(BOB, revoked_at=NOW - timedelta(days=1)), KeyRevoked),
        (replace(BOB, application_disabled_at=NOW), ApplicationDisabled),
    ],
)
def test_key_that_is_not_valid_is_refused_with_its_cause(key: Key | None, error: type[SimpulError]) -> None:
    with pytest.raises(error) as caught:
        find(key)
    assert caught.value.status == 401
    assert caught.value.hint.id


@pytest.mark.parametrize(("text", "error"), [(None, KeyMissing), ("", KeyMissing), ("x", KeyUnknown)])
def test_text_that_is_no_key_is_refused(text: str | None, error: type[SimpulError]) -> None:
    with pytest.raises(error):
        identify(text, lambda key_id: BOB, NOW)


def test_revoked_key_that_is_not_whole_is_only_unknown() -> None:
    with pytest.raises(KeyUnknown):
        identify(MADE.text[:-1] + "-", lambda key_id: replace(BOB, revoked_at=NOW), NOW)


def test_grant_gives_its_columns_and_rows() -> None:
    permission = decide(READ, BOB, LIVE, GRANTS, NOW)
    assert (permission.columns, permission.row_filter) == (("kode",), "kode=like.63*")


def test_provider_reads_and_delivers() -> None:
    assert decide(DELIVER, ALICE, LIVE, GRANTS, NOW).grant_id == 1


def test_provider_that_is_also_a_consumer_acts_as_provider() -> None:
    both = replace(GRANTED, grant_id=0, organization_id=1)
    assert decide(READ, ALICE, LIVE, (both, *GRANTS), NOW).grant_id == 1


def test_usable_grant_wins_over_an_ended_one() -> None:
    ended = replace(GRANTED, grant_id=3, columns=("kode", "nama"), valid_until=date(2026, 2, 1))
    assert decide(READ, BOB, LIVE, (ended, GRANTED), NOW).grant_id == 2


def test_refusal_of_a_grant_in_force_is_told_before_that_of_an_older_revoked_one() -> None:
    revoked = replace(GRANTED, grant_id=0, columns=("kode", "nama"), revoked_at=NOW)
    with pytest.raises(OperationNotGranted):
        decide(DELIVER, BOB, LIVE, (revoked, GRANTED), NOW)


@pytest.mark.parametrize("service", [LIVE, replace(LIVE, state="usang")])
def test_live_and_deprecated_services_are_read(service: Service) -> None:
    assert decide(READ, BOB, service, GRANTS, NOW).grant_id == 2


@pytest.mark.parametrize(
    ("key", "service", "grants", "request_", "error"),
    [
        (CHARLIE, LIVE, GRANTS, READ, NotGranted),
        (BOB, LIVE, (), READ, NotGranted),
        (BOB, LIVE, GRANTS, DELIVER, OperationNotGranted),
        (replace(BOB, stage="test"), LIVE, GRANTS, READ, StageWrong),
        (BOB, Service("sandbox", "terbuka", "x"), GRANTS, READ, StageWrong),
        (BOB, replace(LIVE, state="pensiun"), GRANTS, READ, ServiceClosed),
        (BOB, replace(LIVE, state="ditutup"), GRANTS, READ, ServiceClosed),
        (BOB, replace(LIVE, state="disiapkan"), GRANTS, READ, ServicePreparing),
        (BOB, replace(LIVE, state="keadaan baru"), GRANTS, READ, ServicePreparing),
        (BOB, LIVE, (replace(GRANTED, revoked_at=NOW),), READ, GrantRevoked),
        (BOB, LIVE, (replace(GRANTED, valid_from=date(2026, 11, 25)),), READ, GrantNotYet),
        (BOB, LIVE, (replace(GRANTED, valid_until=date(2026, 11, 23)),), READ, GrantEnded),
        (BOB, replace(LIVE, state="verifikasi"), GRANTS, READ, InVerification),
        (CHARLIE, replace(LIVE, state="verifikasi"), GRANTS, READ, InVerification),
        (
            BOB,
            replace(LIVE, state="verifikasi"),
            (replace(GRANTED, trial_until=date(2026, 11, 23)),),
            READ,
            InVerification,
        ),
    ],
)
def test_refusal_says_its_cause_and_the_next_step(
    key: Key, service: Service, grants: tuple[Grant, ...], request_: AccessRequest, error: type[SimpulError]
) -> None:
    with pytest.raises(error) as caught:
        decide(request_, key, service, grants, NOW)
    for words in (caught.value.message, caught.value.hint):
        assert words.id
        assert words.en
        assert "{" not in words.id + words.en


def test_verification_is_open_to_the_provider_and_to_who_is_on_trial() -> None:
    verifying = replace(LIVE, state="verifikasi")
    trial = replace(GRANTED, trial_until=date(2026, 11, 24), valid_until=date(2027, 1, 1))
    assert decide(DELIVER, ALICE, verifying, GRANTS, NOW).until is None
    assert decide(READ, BOB, verifying, (trial,), NOW).until == date(2026, 11, 24)


def test_days_are_counted_where_the_office_is() -> None:
    ends_today = replace(GRANTED, valid_until=date(2026, 11, 24))
    late_evening = datetime(2026, 11, 24, 15, 59, tzinfo=UTC)
    assert decide(READ, BOB, LIVE, (ends_today,), late_evening).until == date(2026, 11, 24)
    with pytest.raises(GrantEnded):
        decide(READ, BOB, LIVE, (ends_today,), late_evening + timedelta(minutes=1))


PAUSE = Pause("Dinas Kominfo (contoh)", NOW - timedelta(hours=2))


@pytest.mark.parametrize(
    ("key", "service", "error"),
    [
        (BOB, replace(LIVE, pause=PAUSE), ServicePaused),
        (ALICE, replace(LIVE, pause=PAUSE), ServicePaused),
        (BOB, replace(LIVE, consumer_pauses={2: PAUSE}), ConsumerPaused),
        (replace(BOB, pause=PAUSE), LIVE, ApplicationPaused),
        (BOB, replace(LIVE, state="pensiun", successor="/api/wilayah/v2", pause=PAUSE), ServiceRetired),
        (BOB, replace(LIVE, state="pensiun"), ServiceClosed),
    ],
)
def test_pause_and_retirement_say_who_and_what_comes_next(key: Key, service: Service, error: type[SimpulError]) -> None:
    with pytest.raises(error) as caught:
        decide(READ, key, service, GRANTS, NOW)
    told = f"{caught.value.message} {caught.value.hint}"
    assert "/api/wilayah/v2" in told or "Kominfo" in told or "Dinas Contoh" in told


def test_pause_of_one_stops_nobody_else() -> None:
    service = replace(LIVE, consumer_pauses={2: PAUSE})
    assert decide(READ, ALICE, service, GRANTS, NOW).grant_id == 1


@pytest.mark.parametrize(
    ("addresses", "address", "is_let_in"),
    [
        ((), "", True),
        (("10.1.2.3",), "10.1.2.3", True),
        (("10.1.2.3",), "::ffff:10.1.2.3", True),
        (("10.1.2.0/24", "2001:db8::/32"), "2001:db8::7", True),
        (("10.1.2.0/24",), "10.1.3.1", False),
        (("10.1.2.0/24",), "", False),
        (("10.1.2.0/24",), "kantor", False),
        (("bukan",), "10.1.2.3", False),
    ],
)
def test_grant_may_be_bound_to_networks(addresses: tuple[str, ...], address: str, is_let_in: bool) -> None:
    grants = (replace(GRANTED, addresses=addresses),)
    request = AccessRequest("desa", "read", address)
    if is_let_in:
        assert decide(request, BOB, LIVE, grants, NOW).grant_id == 2
        return
    with pytest.raises(AddressNotListed) as caught:
        decide(request, BOB, LIVE, grants, NOW)
    assert "kantor" not in str(caught.value.message)


def test_permission_carries_masks_and_fingerprint() -> None:
    grant = replace(GRANTED, masks={"kode": "last4"}, fingerprint="f", shape="s")
    permission = decide(READ, BOB, LIVE, (grant,), NOW)
    assert (permission.masks, permission.fingerprint, permission.shape, permission.role) == (
        {"kode": "last4"},
        "f",
        "s",
        "pemanfaat",
    )
