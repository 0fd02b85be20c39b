"""Whoever changes, removes, adds or reorders evidence is found, and a party can prove its call by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from simpul.evidence.errors import SigningKeyInvalid
from simpul.evidence.receipt import is_proven, make_receipt
from simpul.evidence.record import CallRecord, digest_record, write_record
from simpul.evidence.seal import Seal, SigningKey, close_seal, load_signing_key, make_signing_secret
from simpul.evidence.verify import EvidenceRow, Report, SealedRow, verify

KEY = load_signing_key(make_signing_secret())
AT = datetime(2026, 11, 24, tzinfo=UTC)
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


def look(chain: Chain, anchor: bytes | None = None) -> Report:
    return verify(chain, [make_row(99)], {KEY.key_id: KEY.public}, anchor)


def test_untouched_evidence_is_whole() -> None:
    chain = make_chain()
    report = look(chain, chain[1][0].digest)
    assert report.is_whole
    assert (report.seals, report.rows_sealed, report.rows_waiting) == (3, 12, 1)
    assert report.head == chain[-1][0].digest


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


def test_cut_off_end_is_found_by_an_anchor_from_elsewhere() -> None:
    chain = make_chain()
    head = chain.pop()[0].digest
    assert look(chain).is_whole
    assert [finding.rule for finding in look(chain, head).findings] == ["anchor-missing"]


def test_row_not_sealed_yet_is_checked_by_itself() -> None:
    report = verify([], [replace(make_row(1), digest=bytes(32))], {})
    assert [finding.rule for finding in report.findings] == ["row-changed"]


def test_receipt_proves_a_call_without_the_hub() -> None:
    seal, rows = make_chain()[1]
    receipt = make_receipt(rows[3].row.record, [item.row.digest for item in rows], 3, seal)
    assert is_proven(receipt, KEY.public)
    assert not is_proven(replace(receipt, record=rows[2].row.record), KEY.public)
    assert not is_proven(receipt, load_signing_key(make_signing_secret()).public)


def test_nothing_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="nothing"):
        close_seal([], None, KEY, AT)


def test_signing_key_of_a_wrong_length_is_refused() -> None:
    with pytest.raises(SigningKeyInvalid):
        load_signing_key(b"short")
