"""A consumer takes what it is granted as a file, and finds the digest of its receipt; nobody else takes anything."""

import hashlib
from io import BytesIO

import pytest
from pypdf import PdfReader

from portal_world import sign_in
from simpul.portal.audit.models import AuditEntry
from sop_world import TODAY, Play, Sop


@pytest.fixture(scope="module")
def play(sop: Sop) -> Play:
    """Give a case whose provider opened its rows to the consumer for trial, handed over in row 12."""
    made = sop.open_case().reach(11)
    made.run_tool(11, "penyedia_periksa", "buka_percobaan", {"consumer": "pemanfaat", "until": str(TODAY)})
    return made.reach(13)


def fetch(play: Play, who: str, dataset: str = "desa") -> tuple[int, bytes]:
    response = sign_in(play.sop.persons[who]).get(f"/layanan/{play.context}/v1/{dataset}.csv")
    return response.status_code, response.getvalue()


def test_file_holds_the_granted_columns_and_rows_and_bears_the_digest_of_the_receipt(play: Play) -> None:
    status, content = fetch(play, "pemanfaat")
    assert status == 200
    assert content == b"kode,nama\n63.05.01,Tapin Utara\n63.05.02,Bungur\n"
    receipt = play.case.papers.get(kind="serah-terima-data")
    text = "".join(PdfReader(BytesIO(bytes(receipt.content))).pages[0].extract_text().split())
    assert hashlib.sha256(content).hexdigest() in text
    assert AuditEntry.objects.filter(kind="rows.handed", person=play.sop.persons["pemanfaat"]).exists()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+HYPERLINK(1)", "'-2+HYPERLINK(1)"),
        ("+62 812 3456", "+62 812 3456"),
        ("- rusak (berat)", "- rusak (berat)"),
    ],
)
def test_file_holds_no_text_that_a_spreadsheet_would_run(play: Play, text: str, written: str) -> None:
    table = f'"{play.context}_v1_live"."desa"'
    play.sop.execute(f"UPDATE {table} SET nama = %s WHERE kode = '63.05.02'", [text])
    try:
        assert fetch(play, "pemanfaat")[1].decode().splitlines()[2] == f"63.05.02,{written}"
    finally:
        play.sop.execute(f"UPDATE {table} SET nama = 'Bungur' WHERE kode = '63.05.02'")


def test_programmer_of_the_consumer_takes_the_file_too(play: Play) -> None:
    assert fetch(play, "pemanfaat_program")[0] == 200


@pytest.mark.parametrize(
    ("who", "status"), [("penyedia", 403), ("pemohon", 403), ("tim_it", 403), ("auditor", 403), ("lain", 404)]
)
def test_nobody_else_takes_the_file(play: Play, who: str, status: int) -> None:
    assert fetch(play, who)[0] == status


def test_dataset_that_is_not_there_is_not_found(play: Play) -> None:
    assert fetch(play, "pemanfaat", "lain")[0] == 404


def test_consumer_without_a_trial_takes_nothing_before_the_service_is_live(sop: Sop) -> None:
    play = sop.open_case().reach(13)
    assert fetch(play, "pemanfaat")[0] == 403
