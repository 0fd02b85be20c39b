"""The newest root goes to each party every day, once, as a notice and as a signed file."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.cli.evidence_verify import read_expected
from simpul.evidence.keys import KeyRing, begin_chain, read_link
from simpul.evidence.seal import Seal as SealFacts
from simpul.evidence.seal import SigningKey, close_seal, is_signed, load_signing_key, make_signing_secret, read_seal
from simpul.kernel import clock
from simpul.portal.proofs.models import DailyRoot, Seal, SealKey
from simpul.portal.proofs.roots import describe_newest, tell_daily_root
from simpul.portal.services.models import Notice
from simpul.store.pools import connect
from simpul.store.privileges import PRIVILEGES

KEY: SigningKey = load_signing_key(make_signing_secret())


def add_seal(days_ago: int) -> Seal:
    """Add a seal of some days ago, by the hub's key."""
    at = clock.now() - timedelta(days=days_ago)
    last = Seal.objects.order_by("-number").first()
    before = SealFacts(**{name: getattr(last, name) for name in SealFacts.__dataclass_fields__}) if last else None
    if before is None:
        SealKey.objects.create(**vars(begin_chain(KEY, at)))
    return Seal.objects.create(**vars(close_seal([bytes([days_ago]) * 32], before, KEY, at)))


@pytest.fixture(scope="module", autouse=True)
def as_worker(portal_database: Database) -> None:
    """Let Django do here what the worker's role does: seal, and keep a day's root."""
    with connect(portal_database.owner_dsn, autocommit=True) as connection:
        connection.execute("GRANT INSERT ON seal, seal_key, daily_root TO simpul_portal")


def test_worker_may_tell_roots_and_the_portal_may_not_make_them(portal_database: Database) -> None:
    needs = [
        ("seal", "SELECT"),
        ("daily_root", "SELECT"),
        ("daily_root", "INSERT"),
        ("service_notice", "INSERT"),
        ("data_grant", "SELECT"),
        ("organization", "SELECT"),
    ]
    with connect(portal_database.owner_dsn) as connection:
        for table, right in needs:
            row = connection.execute("SELECT has_table_privilege('simpul_worker', %s, %s)", [table, right]).fetchone()
            assert row == (True,), (table, right)
    assert not {"INSERT", "UPDATE", "DELETE"} & set(PRIVILEGES["daily_root"]["portal"].split(", "))


@pytest.fixture
def sealed(served: Served, portal: Database) -> Served:
    """Give a live service, and seals of two days ago and of yesterday."""
    add_seal(2)
    add_seal(1)
    return served


def list_notices() -> set[tuple[str, str]]:
    return {(one.organization.code, one.key) for one in Notice.objects.filter(key__startswith="root-")}


def test_newest_root_of_yesterday_goes_to_both_parties_once(sealed: Served) -> None:
    root = tell_daily_root()
    assert root is not None
    assert root.seal.number == 2
    parties = {sealed.sop.organizations[name].code for name in ("penyedia", "pemanfaat")}
    assert list_notices() == {(code, f"root-{root.day.isoformat()}") for code in parties}
    [text] = {one.text_id for one in Notice.objects.filter(key__startswith="root-")}
    assert bytes(root.seal.root).hex()[:8] in text
    assert tell_daily_root() is None
    assert (DailyRoot.objects.count(), len(list_notices())) == (1, 2)


def test_next_day_has_a_root_only_where_something_was_sealed(sealed: Served) -> None:
    tell_daily_root()
    tomorrow = clock.now() + timedelta(days=1)
    with clock.at(tomorrow):
        assert tell_daily_root() is None
        add_seal(1)
        found = tell_daily_root()
    assert found is not None
    assert found.seal.number == 3


def test_file_of_a_root_is_signed_and_can_be_expected(sealed: Served, tmp_path: Path) -> None:
    root = tell_daily_root()
    assert root is not None
    answer = sign_in(sealed.sop.persons["pemanfaat_program"]).get(f"/bukti/akar/{root.day.isoformat()}.json")
    told = json.loads(answer.content)
    seal = read_seal(told["seal"])
    ring = KeyRing([read_link(one) for one in told["keys"]], [KEY.public])
    link = ring.find(seal.number)
    assert link is not None
    assert not ring.findings
    assert is_signed(seal, link.public)
    file = tmp_path / "akar.json"
    file.write_bytes(answer.content)
    assert read_expected(str(file)).is_met(seal)
    assert read_expected(" ".join(describe_newest().split()[3:7]).rstrip(",")).is_met(seal)


@pytest.mark.parametrize("who", ["auditor", "kepala_dinas", "pengelola_sistem", "pemanfaat", "pemanfaat_program"])
def test_roots_and_keys_are_read_by_parties_and_watchers(sealed: Served, who: str) -> None:
    root = tell_daily_root()
    assert root is not None
    client = sign_in(sealed.sop.persons[who])
    text = read_text(client.get("/bukti/akar/"))
    assert bytes(root.seal.root).hex() in text
    assert KEY.key_id in text
    assert client.get(f"/bukti/kunci/{KEY.key_id}.pub").content.decode().strip() == KEY.public.hex()
    assert client.get("/bukti/kunci/abc.pub").status_code == 404
    assert client.get("/bukti/akar/2020-01-01.json").status_code == 404
    assert client.get("/bukti/akar/2020-13-01.json").status_code == 404


def test_without_any_seal_nothing_is_told(served: Served, portal: Database) -> None:
    assert tell_daily_root() is None
    assert describe_newest() == "-"
