"""A frozen version is what the parties agree to: nobody changes it, and nobody agrees to another than was read."""

import hashlib

import pytest

from simpul.portal.activities.errors import AnswersInvalid
from simpul.portal.contracts.errors import ContractUnready
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from sop_world import Play, Sop

NIK = {"title": "NIK", "pdp_class": "umum", "length": 16}


@pytest.fixture(scope="module")
def frozen(sop: Sop) -> Play:
    """Give a case whose version lies before the parties."""
    play = sop.open_case().reach(6)
    play.formulate()
    return play


@pytest.mark.parametrize(
    "change",
    [
        "odcs = odcs || ' '",
        "digest = repeat('0', 64)",
        "definition = '{}'",
        "version = '9.0.0'",
        "frozen_at = now()",
        "sequence = 99",
    ],
)
def test_not_even_the_owner_changes_a_frozen_version(sop: Sop, frozen: Play, change: str) -> None:
    with pytest.raises(Exception, match="is frozen"):
        sop.execute(f"UPDATE contract_version SET {change} WHERE odcs <> ''")
    with pytest.raises(Exception, match="is frozen"):
        sop.execute("DELETE FROM contract_version WHERE odcs <> ''")


def test_digest_is_of_the_file_that_the_papers_hold(frozen: Play) -> None:
    version = frozen.case.contract_versions.get()
    assert version.digest == hashlib.sha256(version.odcs.encode()).hexdigest()
    assert version.state == ContractVersion.State.FROZEN


def test_answer_to_another_version_is_refused(frozen: Play) -> None:
    with pytest.raises(AnswersInvalid) as refusal:
        frozen.complete(6, "penyedia_setuju", {"sepakat": "ya", "version_digest": "0" * 64})
    assert "berganti versi" in refusal.value.findings[0].message.id
    assert frozen.open_steps == {6}


def test_objection_wants_its_reason(frozen: Play) -> None:
    with pytest.raises(AnswersInvalid) as refusal:
        frozen.complete(6, "penyedia_setuju", {"sepakat": "tidak"})
    assert [one.where for one in refusal.value.findings] == ["reason"]


def test_personal_column_without_ground_and_purpose_cannot_be_frozen(sop: Sop) -> None:
    play = sop.open_case().reach(5)
    play.define(nik=NIK)
    with pytest.raises(ContractUnready) as refusal:
        play.formulate()
    assert [one.where for one in refusal.value.findings if "nik" in one.where]
    assert play.case.contract_versions.get().state == ContractVersion.State.DRAFT
    play.complete(6, "rumus", {"sepakat": "tidak", "reason": "Dasar hukum NIK belum ada."})
    play.define(nik={**NIK, "pdp_legal_basis": "UU 24/2013", "pdp_purpose": "Pelayanan"})
    play.formulate()
    assert play.case.contract_versions.order_by("-sequence")[0].state == ContractVersion.State.FROZEN


@pytest.mark.parametrize(
    "wrong",
    [
        {"columns": "kode, rahasia"},
        {"row_filter": "jumlah=drop.1"},
        {"columns": ""},
        {"terms": []},
    ],
)
def test_terms_that_cannot_hold_are_not_frozen(sop: Sop, wrong: dict[str, object]) -> None:
    play = sop.open_case().reach(6)
    with pytest.raises(ContractUnready):
        play.formulate(**wrong)  # type: ignore[arg-type]
    assert play.case.contract_versions.get().state == ContractVersion.State.DRAFT


def test_star_becomes_the_columns_as_they_were_agreed(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    play.formulate(columns="*")
    [terms] = load_contract(play.case.contract_versions.get()).consumers
    assert terms.columns == ("kode", "nama", "jumlah")


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("Kode!", {"title": "Kode"}),
        ("kode", {"title": "", "key": True}),
        ("kode", {"title": "Kode", "logical_type": "gambar"}),
        ("kode", {"title": "Kode", "length": -1}),
    ],
)
def test_wrong_element_is_named_with_its_row(sop: Sop, column: str, wrong: dict[str, object]) -> None:
    play = sop.open_case().reach(5)
    with pytest.raises(AnswersInvalid) as refusal:
        play.define(**{column: wrong})
    assert {one.where for one in refusal.value.findings} == {"datasets"}
    assert any("Baris" in one.message.id for one in refusal.value.findings)
