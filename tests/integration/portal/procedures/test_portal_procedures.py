"""Versions of the SOP: deployed once, never changed, made on a page with a reason."""

from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from portal_world import ROOT, World, read_text, sign_in
from simpul.portal.audit.models import AuditEntry
from simpul.portal.people.permissions import RoleMissing
from simpul.portal.procedures import actions, queries
from simpul.portal.procedures.errors import ChangeReasonMissing, VersionTaken
from simpul.portal.procedures.models import ProcedureVersion
from simpul.procedure.errors import ProcedureInvalid
from simpul.procedure.model import Limit

SPLP = (ROOT / "library/procedures/splp.v1.bpmn").read_bytes()


def change(world: World, after: int = 1, **changes: Any) -> ProcedureVersion:
    procedure = queries.load(queries.get_current())
    wanted = {"actors": {}, "limits": procedure.limits, "return_targets": {}, "reason": "Uji", **changes}
    return actions.change_procedure("splp", after, person=world.bidang, **wanted)


def make_form(world: World) -> dict[str, Any]:
    """Return what the page would send unchanged."""
    page = sign_in(world.bidang).get("/sop/ubah").context
    form = {name: field.initial for name, field in page["form"].fields.items() if field.initial is not None}
    limits = {
        f"limits-{n}-{name}": value for n, row in enumerate(page["limits"].initial) for name, value in row.items()
    }
    count = {"limits-TOTAL_FORMS": len(page["limits"].initial), "limits-INITIAL_FORMS": len(page["limits"].initial)}
    return {**form, **limits, **count, "reason": "Rapat evaluasi"}


def test_migrate_puts_the_signed_sop_in_force(world: World) -> None:
    version = queries.get_current("splp")
    assert (version.number, version.created_by, version.bpmn.encode()) == (1, None, SPLP)
    assert [step.no for step in queries.load(version).steps] == list(range(1, 16))


def test_version_can_be_neither_changed_nor_removed(world: World) -> None:
    versions = ProcedureVersion.objects.filter(number=1)
    for act in (lambda: versions.update(bpmn="x"), versions.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_same_file_gives_the_same_version_again(world: World) -> None:
    assert actions.deploy(SPLP, "Lagi", None) == queries.get_current()
    assert ProcedureVersion.objects.count() == 1


def test_file_that_breaks_a_rule_is_refused_with_findings(world: World) -> None:
    with pytest.raises(ProcedureInvalid) as refusal:
        actions.deploy(SPLP.replace(b'actor="bidang"', b'actor="raja"'), "Uji", None)
    assert "act-actor" in {finding.rule for finding in refusal.value.findings}


def test_changed_file_with_the_same_number_is_refused(world: World) -> None:
    with pytest.raises(VersionTaken):
        actions.deploy(SPLP.replace(b'amount="2" unit="jam"', b'amount="3" unit="jam"'), "Uji", None)


def test_parsed_version_is_read_once_in_a_process(world: World) -> None:
    assert queries.load(queries.get_current()) is queries.load(queries.get_current())


def test_change_makes_a_version_and_leaves_the_old_as_it_was(world: World) -> None:
    version = change(
        world, return_targets={14: 6}, actors={(9, "sampaikan"): "tim_it"}, limits=(Limit(1, 2, 3, "hari"),)
    )
    new, old = queries.load(version), queries.load(queries.get_version("splp", 1))
    assert (version.number, new.find_limit(2), old.find_limit(6)) == (
        2,
        Limit(1, 2, 3, "hari"),
        Limit(6, 6, 2, "bulan"),
    )
    assert new.step_by_no[9].acts[0].actor == "tim_it"
    assert AuditEntry.objects.get(kind="procedure.deployed", person=world.bidang).detail == {"reason": "Uji"}


def test_second_of_two_editors_is_told(world: World) -> None:
    change(world)
    with pytest.raises(VersionTaken):
        change(world, after=1)


def test_change_needs_a_reason_and_a_right(world: World) -> None:
    with pytest.raises(ChangeReasonMissing):
        change(world, reason="  ")
    with pytest.raises(RoleMissing):
        actions.change_procedure("splp", 1, actors={}, limits=(), return_targets={}, reason="Uji", person=world.bob)


def test_page_saves_a_version_with_its_reason(world: World) -> None:
    form = make_form(world) | {"act-13-sampaikan": "bidang", "target-14": "6", "limits-2-amount": "3"}
    assert sign_in(world.bidang).post("/sop/ubah", form)["Location"] == "/sop/"
    version = queries.get_current()
    procedure = queries.load(version)
    assert (version.number, version.reason, version.created_by) == (2, "Rapat evaluasi", world.bidang)
    assert (procedure.step_by_no[13].acts[0].actor, procedure.find_limit(6)) == ("bidang", Limit(6, 6, 3, "bulan"))
    page = read_text(sign_in(world.bob).get("/sop/"))
    assert "Rapat evaluasi" in page
    assert "Bila tidak: kembali ke aktivitas 6." in page


def test_page_without_a_reason_keeps_what_was_chosen(world: World) -> None:
    form = make_form(world) | {"act-13-sampaikan": "bidang", "reason": ""}
    page = read_text(sign_in(world.bidang).post("/sop/ubah", form))
    assert "Alasan wajib diisi." in page
    assert page.partition('name="act-13-sampaikan"')[2].partition("</select>")[0].count('value="bidang" selected') == 1
    assert ProcedureVersion.objects.count() == 1


def test_page_tells_of_limits_that_overlap_or_run_backwards(world: World) -> None:
    client = sign_in(world.bidang)
    backwards = make_form(world) | {"limits-0-first_no": "4", "limits-0-last_no": "3"}
    assert "Mendahului aktivitas awal." in read_text(client.post("/sop/ubah", backwards))
    overlapping = make_form(world) | {"limits-0-first_no": "1", "limits-0-last_no": "6"}
    assert client.post("/sop/ubah", overlapping).status_code == 200
    assert ProcedureVersion.objects.count() == 1


def test_page_shows_the_note_on_the_target_of_row_14(world: World) -> None:
    assert "proses 3 adalah perumusan skenario" in read_text(sign_in(world.alice).get("/sop/ubah"))


@pytest.mark.parametrize("path", ["/sop/ubah", "/sop/kalender/jam", "/sop/kalender/2026"])
def test_changing_is_refused_to_whoever_is_neither_keeper_nor_bidang(world: World, path: str) -> None:
    assert sign_in(world.bob).get(path).status_code == 403
    assert sign_in(world.bob).post(path, {"reason": "x"}).status_code == 403


def test_everyone_signed_in_reads_the_sop_with_its_law_as_signed(world: World) -> None:
    page = read_text(sign_in(world.charlie).get("/sop/"))
    assert "000.8.3.3/011.I/DISKOMINFO/I/2024" in page
    assert "Undang-undang Nomor 24 Tahun 2009" in page
    assert "bernomor 25 Tahun 2009" in page
    assert page.count("tidak terbaca pada salinan") >= 9
    assert "<svg" in page
    assert "Ubah SOP" not in page


def test_paper_of_the_sop_has_its_rows_and_history(world: World) -> None:
    change(world, reason="Rapat evaluasi")
    response = sign_in(world.bob).get("/sop/versi/2/sop.pdf")
    assert response["Content-Type"] == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert "Melakukan proses selesai" in text
    assert "Tidak lengkap" in " ".join(text.split())
    assert "Rapat evaluasi" in text


def test_version_that_is_not_there_is_not_found(world: World) -> None:
    assert sign_in(world.bob).get("/sop/versi/99/").status_code == 404
