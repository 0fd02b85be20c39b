"""The SOP's file says what the SOP says, and a case runs through its 15 activities and three loops."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from simpul.procedure.model import Limit

from .splp import FILE, SPLP, XML, Case

WORDING = [
    "Membuat dan mengirim surat permohonan SPLP",
    "Mendisposisi surat permohonan",
    "Mencek kelengkapan surat permohonan: jika lengkap, maka lanjut tahap selanjutnya; jika tidak lengkap, maka kembali ke aktivitas no 1",
]


def test_sop_has_fifteen_activities_in_order() -> None:
    assert [step.no for step in SPLP.steps] == list(range(1, 16))
    assert [step.name for step in SPLP.steps[:3]] == WORDING


def test_sop_sets_only_the_limits_of_the_signed_copy() -> None:
    assert SPLP.limits == (Limit(1, 1, 2, "jam"), Limit(2, 2, 2, "hari"), Limit(6, 6, 2, "bulan"))


def test_time_that_the_copy_does_not_show_is_never_invented() -> None:
    shown = [step.time_text for step in SPLP.steps]
    unset, unread = "tidak ditetapkan", "tidak terbaca pada salinan"
    assert shown == ["2 Jam", "2 Hari", unset, unset, unset, "2 Bulan", *[unread] * 9]


def test_legal_basis_stands_as_signed_with_corrections_apart() -> None:
    law = SPLP.legal_basis[1]
    assert law.text_as_signed == "Undang-undang Nomor 24 Tahun 2009 tentang Pelayanan Publik"
    assert "25 Tahun 2009" in law.note
    assert len(SPLP.legal_basis) == 7


def test_identity_is_that_of_the_signed_copy() -> None:
    identity = SPLP.identity
    assert (identity.number, identity.made_on) == ("000.8.3.3/011.I/DISKOMINFO/I/2024", "8 Januari 2024")
    assert (identity.revised_on, identity.effective_on, identity.approver_name) == ("", "", "")
    assert len(identity.warnings) == 4


def test_every_mend_ends_in_words_that_the_file_uses() -> None:
    text = XML.decode().casefold()
    assert len(SPLP.mends) > 15
    for mend in SPLP.mends:
        assert text.count(mend.as_mended.casefold()) > 1 or mend.as_mended.casefold() in str(SPLP).casefold(), mend


def test_mends_and_laws_stand_in_the_scan_as_they_are_quoted() -> None:
    scan = FILE.parents[3] / "shared" / "sop" / "sop-splp-as-scanned.txt"
    if not scan.exists():
        pytest.skip("the scan's text isn't beside the project: quotations aren't compared")
    text = " ".join(re.sub(r"</?(li|ol)>", "", scan.read_text()).split())
    quoted = [mend.as_scanned for mend in SPLP.mends] + [law.text_as_signed for law in SPLP.legal_basis]
    assert [quotation for quotation in quoted if quotation not in text] == []


def test_outputs_bear_the_names_of_the_sop() -> None:
    assert SPLP.step_by_no[5].output == ("Dokumen Integrasi Aplikasi", "Struktur Database")
    assert SPLP.step_by_no[15].output == ("Laporan hasil integrasi Aplikasi",)


def test_case_runs_through_all_fifteen_activities_in_order() -> None:
    case, done = Case(), []
    while not case.state.ended:
        done.append(case.do_next().no)
    assert case.state.ended == "ended"
    assert sorted(set(done)) == list(range(1, 16))
    assert done == sorted(done)


def test_every_party_owes_its_own_acts() -> None:
    case = Case()
    case.go_to(11)
    assert case.list_waited() == [
        (11, "penyedia_periksa", "dukcapil"),
        (11, "pemanfaat_periksa", "bappelitbang"),
        (11, "pemanfaat_periksa", "dinkes"),
    ]


def test_incomplete_letter_goes_back_to_activity_1() -> None:
    case = Case()
    case.go_to(3)
    case.act(3, "periksa", answers={"lengkap": "tidak"})
    assert case.list_waited() == [(1, "kirim", "bappelitbang")]
    assert case.state.rounds["a01"] == 2


def test_objection_of_tim_it_skips_the_parties_and_goes_back_to_5() -> None:
    case = Case()
    case.go_to(6)
    case.act(6, "rumus", answers={"sepakat": "tidak"})
    assert case.list_waited() == [(5, "definisi", "dukcapil")]


def test_one_objection_of_a_party_goes_back_to_5_after_all_have_answered() -> None:
    case = Case()
    case.go_to(6)
    case.act(6, "rumus", answers={"sepakat": "ya"})
    case.act(6, "pemanfaat_setuju", "dinkes", {"sepakat": "tidak"})
    assert case.is_open(6)
    case.act(6, "penyedia_setuju", "dukcapil", {"sepakat": "ya"})
    completed = case.act(6, "pemanfaat_setuju", "bappelitbang", {"sepakat": "ya"})[1]
    assert (completed.kind, completed.answers) == ("step_completed", {"sepakat": "tidak"})
    assert case.is_open(5)


def test_dashboard_that_does_not_fit_goes_back_to_3() -> None:
    case = Case()
    case.go_to(14)
    case.act(14, "tampilkan")
    for act, organization in (("penyedia_nilai", "dukcapil"), ("pemanfaat_nilai", "bappelitbang")):
        case.act(14, act, organization, {"sesuai": "ya"})
    case.act(14, "pemanfaat_nilai", "dinkes", {"sesuai": "tidak"})
    assert case.list_waited() == [(3, "periksa", "")]
    case.go_to(15)
    assert case.state.rounds["a14"] == 2


def test_diagram_is_drawn_within_its_pool_without_overlap() -> None:
    shapes = [SPLP.layout.shapes[node.id] for node in SPLP.nodes]
    pool = SPLP.layout.shapes[SPLP.layout.pool_id]
    for number, shape in enumerate(shapes):
        assert pool.x < shape.x
        assert shape.y + shape.height < pool.y + pool.height
        assert all(shape.y + shape.height < other.y for other in shapes[number + 1 :])


def test_bpmn_moddle_reads_the_file_without_warnings(tmp_path: Path) -> None:
    """Reads it as the modeller's own library does, where node and its npm package are there."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node or npm isn't there: the file isn't read by bpmn-moddle")
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    if not (Path(root) / "bpmn-moddle").exists():
        pytest.skip("npm's global package bpmn-moddle isn't there: npm install -g bpmn-moddle")
    (tmp_path / "node_modules").symlink_to(root)
    script = tmp_path / "read.mjs"
    script.write_text(
        'import * as moddle from "bpmn-moddle"; import fs from "node:fs";\n'
        "const Moddle = moddle.BpmnModdle ?? moddle.default;\n"
        'const read = await new Moddle().fromXML(fs.readFileSync(process.argv[2], "utf8"));\n'
        "console.log(read.warnings.length, read.rootElement.rootElements.length);\n"
    )
    seen = subprocess.run(["node", str(script), str(FILE)], capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["0", "2"]
