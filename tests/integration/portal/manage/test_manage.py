"""The management API: its document and its addresses agree, and every refusal is JSON that says what to do."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern

from simpul.portal.cases.models import Attachment, Case
from simpul.portal.manage import openapi, urls
from simpul.portal.people.actions import make_personal_token
from simpul.portal.people.models import Person
from sop_world import SCAN, Play, Sop

METHODS = {"get", "post", "put", "delete", "patch"}


class Program:
    """A program that acts for a person."""

    def __init__(self, person: Person) -> None:
        token = make_personal_token(person, f"uji {Program.__name__} {id(self)}", 1)
        self.client = Client(
            enforce_csrf_checks=True, raise_request_exception=False, headers={"authorization": f"Bearer {token}"}
        )

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        answer = self.client.generic(
            method.upper(),
            f"/manage/v1/{path}",
            b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode(),
            content_type="application/json",
        )
        assert answer["Content-Type"].startswith("application/json"), answer.content[:200]
        return answer.status_code, json.loads(answer.content)

    def upload(self, path: str, name: str, content: bytes, **fields: Any) -> tuple[int, dict[str, Any]]:
        answer = self.client.post(f"/manage/v1/{path}", {"file": SimpleUploadedFile(name, content), **fields})
        return answer.status_code, json.loads(answer.content)


@pytest.fixture(scope="module")
def programs(sop: Sop) -> dict[str, Program]:
    return {name: Program(person) for name, person in sop.persons.items()}


@pytest.fixture(scope="module")
def play(sop: Sop) -> Play:
    """Give a case in row 2."""
    return sop.open_case().reach(2)


def list_addresses() -> dict[str, str]:
    """Return each address as the document writes it, with the view's name."""
    found = {}
    for one in urls.V1:
        assert isinstance(one, URLPattern)
        route = str(one.pattern)
        for kind in ("str", "int", "slug"):
            route = route.replace(f"<{kind}:", "{")
        found["/" + route.replace(">", "}")] = one.callback.__name__
    return found


def test_document_and_addresses_name_the_same_paths() -> None:
    addresses = set(list_addresses()) - {"/openapi.json"}
    assert addresses == set(openapi.PATHS)


def test_document_is_open_to_read_and_whole(sop: Sop) -> None:
    answer = Client().get("/manage/v1/openapi.json")
    document = answer.json()
    assert (answer.status_code, document["openapi"]) == (200, "3.1.0")
    assert {tuple(sorted(METHODS & set(one))) for one in document["paths"].values()} >= {("get",), ("get", "post")}


@pytest.mark.parametrize("path", sorted(openapi.PATHS))
def test_every_address_wants_a_token_and_takes_its_own_methods_alone(
    sop: Sop, path: str, programs: dict[str, Program]
) -> None:
    address = path[1:]
    for name in ("number", "name", "key_id"):
        address = address.replace(f"{{{name}}}", "TIDAK-ADA")
    for name in ("attachment_id", "paper_id", "application_id"):
        address = address.replace(f"{{{name}}}", "1")
    answer = Client().get(f"/manage/v1/{address}")
    assert (answer.status_code, answer.json()["code"][:3]) == (401, "SPL")
    for method in METHODS - set(openapi.PATHS[path]):
        refused = programs["lain"].client.generic(method.upper(), f"/manage/v1/{address}")
        assert (refused.status_code, refused.json()["code"]) == (405, "SPL522"), (method, address)
        assert method.upper() not in refused["Allow"]


def test_case_is_opened_and_its_letter_sent_by_program(sop: Sop, programs: dict[str, Program]) -> None:
    agency = programs["pemohon"]
    status, case = agency.send("POST", "cases", {})
    assert (status, case["state"], case["parties"]["pemohon"]) == (201, "draf", "pemohon")
    path = f"cases/{case['number']}"
    _, told = agency.send("GET", f"{path}/acts")
    [act] = told["acts"]
    assert (act["no"], act["act"], act["organization"]) == (1, "kirim", "pemohon")
    assert act["fields"]["subject"] == {"type": "text", "label": "Hal", "required": True}
    ref = {name: act[name] for name in ("step", "round", "act", "organization")}
    status, kept = agency.upload(f"{path}/attachments", "surat.pdf", SCAN, kind="surat-permohonan", **ref)
    assert status == 201
    letter = Play(sop, case["number"]).write_letter() | {"signed_scan": kept["id"]}
    status, sent = agency.send("POST", f"{path}/acts", {**ref, "answers": letter})
    assert (status, sent["state"], [one["no"] for one in sent["open_acts"]]) == (200, "berjalan", [2])
    _, papers = agency.send("GET", f"{path}/papers")
    first = papers["papers"][0]
    fetched = agency.client.get(f"/manage/v1/{path}/papers/{first['id']}")
    assert (fetched.status_code, fetched.content[:5], fetched["Content-Disposition"][:10]) == (
        200,
        b"%PDF-",
        "attachment",
    )
    status, again = agency.send("POST", f"{path}/acts", {**ref, "answers": letter})
    assert (status, again["code"]) == (409, "SPL413")
    assert "Petugas pemohon" in again["message"]


def test_wrong_answers_are_named_one_by_one(play: Play, programs: dict[str, Program]) -> None:
    ref = {"step": "a02", "round": 1, "act": "disposisi"}
    answers = {"recipients": ["siapa"], "instructions": [], "due_on": "besok"}
    status, refusal = programs["bidang"].send("POST", f"cases/{play.number}/acts", {**ref, "answers": answers})
    assert (status, refusal["code"]) == (422, "SPL420")
    assert {one["where"] for one in refusal["findings"]} == {"recipients", "instructions", "due_on"}
    due_on = next(one for one in refusal["findings"] if one["where"] == "due_on")
    assert (due_on["message"], due_on["message_en"]) == ("Masukkan tanggal yang valid.", "Enter a valid date.")
    assert all(refusal[name] for name in ("message", "message_en", "hint", "hint_en"))


@pytest.mark.parametrize("body", [b"{", b"[]", b"1", b"\xff", b"[" * 100_000])
def test_body_that_is_no_object_is_refused(play: Play, programs: dict[str, Program], body: bytes) -> None:
    status, refusal = programs["bidang"].send("POST", f"cases/{play.number}/acts", body)
    assert (status, refusal["code"]) == (400, "SPL470")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"step": 1},
        {"step": "a02", "round": "1", "act": "x"},
        {"step": "a02", "round": 1, "act": "disposisi", "answers": []},
    ],
)
def test_field_of_another_kind_is_named(play: Play, programs: dict[str, Program], body: dict[str, Any]) -> None:
    status, refusal = programs["bidang"].send("POST", f"cases/{play.number}/acts", body)
    assert (status, refusal["code"]) == (400, "SPL471")


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"])
def test_text_that_cannot_be_stored_is_refused(play: Play, programs: dict[str, Program], text: str) -> None:
    act = {"step": "a02", "round": 1, "act": "disposisi"}
    asked = [
        ("POST", f"cases/{play.number}/comments", {"text": text}),
        ("POST", f"cases/{play.number}/hand", {**act, "to": text}),
        ("PUT", f"cases/{play.number}/draft", {**act, "answers": {"note": text}}),
    ]
    for method, path, body in asked:
        status, refusal = programs["bidang"].send(method, path, body)
        assert (status, refusal["code"]) == (400, "SPL523"), path
    assert programs["bidang"].send("GET", "cases/%00")[0] == 400
    assert programs["bidang"].send("GET", f"cases/{play.number}")[0] == 200


def test_upload_that_is_no_multipart_is_refused(play: Play, programs: dict[str, Program]) -> None:
    answer = programs["bidang"].client.generic(
        "POST", f"/manage/v1/cases/{play.number}/attachments", b"x", content_type="multipart/form-data; boundary="
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "SPL521")


def test_case_of_others_is_not_found_and_another_lane_refused(play: Play, programs: dict[str, Program]) -> None:
    act = {"step": "a02", "round": 1, "act": "disposisi", "answers": {}}
    for path, body in (("", None), ("/acts", act), ("/papers", None), ("/take", act), ("/stop", {"reason": "x"})):
        method = "GET" if body is None else "POST"
        assert programs["lain"].send(method, f"cases/{play.number}{path}", body)[0] == 404
    assert programs["tim_it"].send("POST", f"cases/{play.number}/acts", act)[0] == 403
    assert programs["auditor"].send("POST", f"cases/{play.number}/comments", {"text": "Halo"})[0] == 403
    assert programs["auditor"].send("GET", f"cases/{play.number}")[0] == 200


def test_ways_outside_the_sop_want_a_reason(sop: Sop, programs: dict[str, Program]) -> None:
    number = sop.open_case().reach(3).number
    bidang = programs["bidang"]
    assert bidang.send("POST", f"cases/{number}/stop", {"reason": ""})[0] == 422
    assert bidang.send("POST", f"cases/{number}/return", {"reason": "Ulang", "no": 9})[0] == 422
    status, case = bidang.send("POST", f"cases/{number}/return", {"reason": "Ulang", "no": 2})
    assert (status, [one["no"] for one in case["open_acts"]]) == (200, [2])
    status, case = programs["pemohon"].send("POST", f"cases/{number}/withdraw", {"reason": "Tidak jadi."})
    assert (status, case["state"]) == (200, "ditarik")


def make_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (64 * 1024 * 1024))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("surat.exe", b"MZ"),
        ("surat", SCAN),
        ("surat.pdf", b"PK\x03\x04"),
        ("surat.pdf", b""),
        ("gambar.png", SCAN),
        ("data.csv", b"a,b\n\x00\x00"),
        ("data.xlsx", b"PK\x03\x04rusak"),
        ("data.xlsx", make_bomb()),
        ("besar.pdf", b"%PDF-" + b"0" * (25 * 1024 * 1024)),
    ],
)
def test_hostile_or_oversized_file_is_refused(
    sop: Sop, programs: dict[str, Program], name: str, content: bytes
) -> None:
    case = Case.objects.filter(state="draf").first() or sop.open_case().case
    before = Attachment.objects.count()
    ref = {"step": "a01", "round": 1, "act": "kirim", "organization": "pemohon", "kind": "lampiran"}
    status, refusal = programs["pemohon"].upload(f"cases/{case.number}/attachments", name, content, **ref)
    assert (status, refusal["code"]) == (422, "SPL416")
    assert Attachment.objects.count() == before


def test_same_file_twice_is_kept_once_and_names_lose_their_folders(sop: Sop, programs: dict[str, Program]) -> None:
    number = sop.open_case().number
    ref = {"step": "a01", "round": 1, "act": "kirim", "organization": "pemohon", "kind": "surat-permohonan"}
    agency = programs["pemohon"]
    first = agency.upload(f"cases/{number}/attachments", "..\\..\\surat.pdf", SCAN, **ref)
    second = agency.upload(f"cases/{number}/attachments", "lagi.pdf", SCAN, **ref)
    assert first == second
    assert first[1]["name"] == "surat.pdf"
    fetched = agency.client.get(f"/manage/v1/cases/{number}/attachments/{first[1]['id']}")
    assert fetched.content == SCAN
    stranger = programs["lain"].client.get(f"/manage/v1/cases/{number}/attachments/{first[1]['id']}")
    assert stranger.status_code == 404


def test_upload_to_an_act_of_others_is_refused(play: Play, programs: dict[str, Program]) -> None:
    ref = {"step": "a02", "round": 1, "act": "disposisi", "kind": "lampiran"}
    assert programs["pemohon"].upload(f"cases/{play.number}/attachments", "a.pdf", SCAN, **ref)[0] == 403


def test_answers_of_the_slower_one_are_kept_as_a_draft(sop: Sop, programs: dict[str, Program]) -> None:
    play = sop.open_case().reach(2)
    ref = {"step": "a02", "round": 1, "act": "disposisi"}
    play.dispose()
    slow = {**ref, "answers": {"note": "Sudah diketik"}}
    assert programs["bidang"].send("POST", f"cases/{play.number}/acts", slow)[0] == 409
    assert play.case.drafts.get().answers == {"note": "Sudah diketik"}


def test_linked_case_obeys_the_rules_of_the_pages(programs: dict[str, Program]) -> None:
    for body in ({"kind": "perubahan", "changes": "tidak_ada"}, {"kind": "perubahan"}, {"kind": "lain-lain"}):
        assert programs["pemohon"].send("POST", "cases", body)[0] in (400, 404, 422)


def test_unknown_key_or_application_is_told_as_such(play: Play, programs: dict[str, Program]) -> None:
    program = next(iter(programs.values()))
    for method, path, body in (("DELETE", "keys/tidak-ada", None), ("POST", "applications/0/keys", {"stage": "test"})):
        status, refusal = program.send(method, path, body)
        assert (status, refusal["code"]) == (404, "SPL447"), path
