"""Masks that row 6 agreed: on the page, in contract and papers, in grants of both stages, and in what is handed over."""

import hashlib
import hmac
from io import BytesIO

import pytest
from django.conf import settings
from django.http import QueryDict
from pypdf import PdfReader

from portal_world import read_text, sign_in
from simpul.access.masks import derive_mask_key
from simpul.portal.activities.terms_fields import ColumnsWidget, split_columns
from simpul.portal.contracts.errors import ContractUnready
from simpul.portal.contracts.queries import get_version, load_contract
from simpul.portal.services.models import Grant
from simpul.store.mask_secret import open_mask_secret
from sop_world import TODAY, Play, Sop

COLUMNS = "kode, nama=last4, jumlah=hashed"
MASKS = {"nama": "last4", "jumlah": "hashed"}


@pytest.fixture(scope="module")
def play(sop: Sop) -> Play:
    """Give a case with masks, whose rows were handed over for trial."""
    made = sop.open_case().reach(6)
    made.formulate(columns=COLUMNS)
    made.answer()
    made.reach(11)
    made.run_tool(11, "penyedia_periksa", "buka_percobaan", {"consumer": "pemanfaat", "until": str(TODAY)})
    return made.reach(13)


def hash_number(sop: Sop, text: str) -> str:
    secret = open_mask_secret(settings.HUB.SIMPUL_HOME / "keys")
    return hmac.new(derive_mask_key(secret, sop.organizations["pemanfaat"].pk), text.encode(), "sha256").hexdigest()


def test_contract_and_grants_hold_the_masks(play: Play) -> None:
    [terms] = load_contract(get_version(play.case, "sepakat")).consumers
    assert (terms.columns, dict(terms.masks)) == (("kode", "nama", "jumlah"), MASKS)
    grants = Grant.objects.filter(dataset__publication__context=play.context, role="pemanfaat", revoked_at=None)
    assert {grant.dataset.publication.stage for grant in grants} == {"sandbox", "live"}
    assert [grant.masks for grant in grants] == [MASKS] * len(grants)


def test_file_handed_over_is_masked_and_bears_the_digest_of_the_receipt(sop: Sop, play: Play) -> None:
    response = sign_in(sop.persons["pemanfaat"]).get(f"/layanan/{play.context}/v1/desa.csv")
    content = response.getvalue()
    assert content.decode().splitlines() == [
        "kode,nama,jumlah",
        f"63.05.01,*******tara,{hash_number(sop, '120')}",
        f"63.05.02,******,{hash_number(sop, '80')}",
    ]
    receipt = play.case.papers.get(kind="serah-terima-data")
    text = "".join(PdfReader(BytesIO(bytes(receipt.content))).pages[0].extract_text().split())
    assert hashlib.sha256(content).hexdigest() in text


def test_parties_read_the_masks_before_they_agree(sop: Sop) -> None:
    made = sop.open_case().reach(6)
    page = read_text(sign_in(sop.persons["tim_it"]).get(f"/permohonan/{made.number}/a06/1/rumus/"))
    assert 'name="terms-0-columns-mask-nama"' in page
    made.formulate(columns=COLUMNS)
    page = read_text(
        sign_in(sop.persons["pemanfaat"]).get(f"/permohonan/{made.number}/a06/1/pemanfaat_setuju/?untuk=pemanfaat")
    )
    assert "empat karakter terakhir" in page
    assert "disamarkan (kode tetap)" in page


def test_form_with_ticks_and_masks_is_read_as_the_text_is(sop: Sop) -> None:
    sent = QueryDict("c=kode&c=nama&c-mask-kode=&c-mask-nama=last4&c-mask-jumlah=hidden")
    text = ColumnsWidget().value_from_datadict(sent, {}, "c")
    assert text == "kode, nama=last4"
    assert split_columns(text) == [("kode", ""), ("nama", "last4")]


def test_unknown_mask_is_named(sop: Sop) -> None:
    made = sop.open_case().reach(6)
    with pytest.raises(ContractUnready) as refusal:
        made.formulate(columns="kode, nama=rot13")
    assert [finding.rule for finding in refusal.value.findings] == ["terms-mask-unknown"]
