"""Whoever changes, removes, adds or reorders evidence is found, and a party can prove its call by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from simpul.evidence.errors import SigningKeyInvalid
from simpul.evidence.keys import KeyLink, KeyRing, begin_chain, pass_on
from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.evidence.seal import Seal, SigningKey, close_seal, load_signing_key, make_signing_secret
from simpul.evidence.verify import Archived, EvidenceRow, Expected, Report, SealedRow, verify

KEY = load_signing_key(make_signing_secret())
AT = datetime(2026, 11, 24, tzinfo=UTC)
LINK = begin_chain(KEY, AT)
Chain = list[tuple[Seal, list[SealedRow]]]


def make_row(number: int, status: int = 200) -> EvidenceRow:
    text = write_record(CallRecord(UUID(int=number), AT, "GET", "read", status, organization_id=2))
    return EvidenceRow(number, text, digest_record(text), {"organization_id": 2, "status": status})


def make_chain(seals: int = 3, rows: int = 4, key: SigningKey = KEY) -> Chain:
    chain: Chain = []
    for number in range(seals):
        stored = [make_row(number * 10 + place) for place in range(rows)]
        before = chain[-1][0] if chain else None
        seal = close_seal([row.digest for row in stored], before, key, AT + timedelta(seconds=number))
        chain.append((seal, [SealedRow(place, row) for place, row in enumerate(stored)]))
    return chain


def look(chain: Chain, *expected: Expected) -> Report:
    return verify(chain, [make_row(99)], KeyRing([LINK], [KEY.public]), expected)


def test_untouched_evidence_is_whole() -> None:
    chain = make_chain()
    root = chain[1][0].root.hex()
    report = look(chain, Expected(root), Expected(root[:16], 2))
    assert report.is_whole
    assert (report.seals, report.rows_sealed, report.rows_waiting) == (3, 12, 1)
    assert report.head == chain[-1][0]


def change_record(chain: Chain) -> None:
    rows = chain[1][1]
    rows[2] = SealedRow(2, replace(rows[2].row, record=rows[2].row.record.replace("200", "403")))


def change_fact_beside(chain: Chain) -> None:
    rows = chain[1][1]
    rows[2] = SealedRow(2, replace(rows[2].row, mirrored={"organization_id": 3}))


def replace_with_digest(chain: Chain) -> None:
    rows = chain[1][1]
    rows[2] = SealedRow(2, make_row(rows[2].row.row_id, status=403))


def remove_row(chain: Chain) -> None:
    del chain[1][1][2]


def add_row(chain: Chain) -> None:
    chain[1][1].append(SealedRow(4, make_row(18)))


def swap_rows(chain: Chain) -> None:
    rows = chain[1][1]
    rows[1], rows[2] = SealedRow(1, rows[2].row), SealedRow(2, rows[1].row)


def remove_seal(chain: Chain) -> None:
    del chain[1]


def shrink_seal(chain: Chain) -> None:
    seal, rows = chain[1]
    chain[1] = (replace(seal, count=3), rows[:3])


def sign_anew_by_another(chain: Chain) -> None:
    chain[:] = make_chain(key=load_signing_key(make_signing_secret()))


def forge_signature(chain: Chain) -> None:
    seal, rows = chain[1]
    chain[1] = (replace(seal, signature=bytes(64)), rows)


@pytest.mark.parametrize(
    ("tamper", "rule"),
    [
        (change_record, "row-changed"),
        (change_fact_beside, "row-changed"),
        (replace_with_digest, "rows-replaced"),
        (remove_row, "row-removed"),
        (add_row, "row-added"),
        (swap_rows, "row-reordered"),
        (remove_seal, "seal-missing"),
        (remove_seal, "seal-chain"),
        (shrink_seal, "seal-changed"),
        (shrink_seal, "seal-signature"),
        (sign_anew_by_another, "key-unknown"),
        (forge_signature, "seal-signature"),
    ],
)
def test_tampering_is_found_by_name(tamper: Callable[[Chain], None], rule: str) -> None:
    chain = make_chain()
    tamper(chain)
    assert rule in {finding.rule for finding in look(chain).findings}


def remove_all_rows(chain: Chain) -> None:
    chain[1][1].clear()


def test_removed_rows_are_missed_where_no_archive_holds_them() -> None:
    chain = make_chain()
    remove_all_rows(chain)
    assert [finding.rule for finding in look(chain).findings] == ["row-removed"]


def test_archived_rows_are_told_apart_from_removed_ones() -> None:
    chain = make_chain()
    seal = chain[1][0]
    remove_all_rows(chain)
    ring = KeyRing([LINK], [KEY.public])
    away = verify(chain, [], ring, archived=Archived({2}))
    assert (away.is_whole, away.rows_away, away.rows_archived) == (True, 4, 0)
    given = verify(chain, [], ring, archived=Archived({2}, {2: seal.digest}))
    assert (given.is_whole, given.rows_away, given.rows_archived) == (True, 0, 4)
    other = verify(chain, [], ring, archived=Archived({2}, {2: bytes(32)}))
    assert [finding.rule for finding in other.findings] == ["archive-missing"]


def test_cut_off_end_is_found_by_a_root_from_elsewhere() -> None:
    chain = make_chain()
    root = chain.pop()[0].root.hex()
    assert look(chain).is_whole
    for expected in (Expected(root), Expected(root[:16]), Expected(root, 3)):
        assert [finding.rule for finding in look(chain, expected).findings] == ["root-missing"]


def test_row_not_sealed_yet_is_checked_by_itself() -> None:
    report = verify([], [replace(make_row(1), digest=bytes(32))], KeyRing([]))
    assert [finding.rule for finding in report.findings] == ["row-changed"]


def make_rotated() -> tuple[Chain, list[KeyLink], SigningKey]:
    """Make two seals by the first key and one by the second."""
    second = load_signing_key(make_signing_secret())
    links = [LINK, pass_on(KEY, second, LINK, 2, AT)]
    chain = make_chain(2)
    rows = [make_row(90 + place) for place in range(4)]
    seal = close_seal([row.digest for row in rows], chain[-1][0], second, AT)
    chain.append((seal, [SealedRow(place, row) for place, row in enumerate(rows)]))
    return chain, links, second


def list_rules(chain: Chain, links: list[KeyLink], *pinned: bytes) -> list[str]:
    return [finding.rule for finding in verify(chain, [], KeyRing(links, pinned)).findings]


def test_a_key_signed_by_the_one_before_is_followed_from_either() -> None:
    chain, links, second = make_rotated()
    for pinned in ((), (KEY.public,), (second.public,), (KEY.public, second.public)):
        assert list_rules(chain, links, *pinned) == []


def test_replaced_key_is_found() -> None:
    chain, links, _ = make_rotated()
    stranger = load_signing_key(make_signing_secret())
    forged = replace(links[1], public=stranger.public, key_id=stranger.key_id)
    assert {"key-signature", "key-unknown", "key-untrusted"} <= set(list_rules(chain, [LINK, forged], KEY.public))


def test_removed_key_is_found() -> None:
    chain, links, _ = make_rotated()
    assert "key-unknown" in list_rules(chain, links[:1])
    assert "key-missing" in list_rules(chain, links[1:])
    assert "key-unknown" in list_rules(chain, [])


def test_whole_history_made_anew_is_found_by_the_known_key() -> None:
    stranger = load_signing_key(make_signing_secret())
    chain, links = make_chain(key=stranger), [begin_chain(stranger, AT)]
    assert list_rules(chain, links) == []
    assert list_rules(chain, links, KEY.public) == ["key-unpinned", "key-untrusted"]


def test_history_made_anew_under_a_stolen_new_link_is_found() -> None:
    stranger = load_signing_key(make_signing_secret())
    chain, first = make_chain(key=stranger), begin_chain(stranger, AT)
    vouched = pass_on(stranger, replace(KEY, secret=bytes(32)), first, 3, AT)
    assert list_rules(chain, [first, vouched], KEY.public) == ["key-untrusted"]


def test_old_key_seals_no_more() -> None:
    chain, links, _ = make_rotated()
    early = [LINK, replace(links[1], after_seal=1)]
    assert "key-out-of-turn" in list_rules(chain, early)


def test_key_begun_anew_is_told_unless_it_is_known() -> None:
    chain, _, second = make_rotated()
    links = [LINK, begin_chain(second, AT, number=2, after_seal=2)]
    assert list_rules(chain, links) == ["key-anew", "key-untrusted"]
    assert list_rules(chain, links, second.public) == []


def test_only_the_last_key_hands_over() -> None:
    stranger = load_signing_key(make_signing_secret())
    with pytest.raises(ValueError, match="last key"):
        pass_on(stranger, KEY, LINK, 0, AT)


def test_nothing_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="nothing"):
        close_seal([], None, KEY, AT)


def test_signing_key_of_a_wrong_length_is_refused() -> None:
    with pytest.raises(SigningKeyInvalid):
        load_signing_key(b"short")
