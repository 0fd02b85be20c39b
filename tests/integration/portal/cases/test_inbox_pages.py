"""The inbox and the list of cases: what each person finds there, and may open from there."""

from datetime import timedelta

from django.test import Client

from portal_world import read_text, sign_in
from simpul.kernel.clock import now
from simpul.portal.cases.models import Case, OpenAct
from simpul.portal.organizations.models import Organization
from sop_world import Play, Sop


def read(sop: Sop, who: str, address: str) -> str:
    response = sign_in(sop.persons[who]).get(address)
    assert response.status_code == 200, read_text(response)
    return read_text(response)


def list_rows(sop: Sop, who: str, query: str) -> str:
    """Return the list's rows that answer a query."""
    return read(sop, who, f"/permohonan/?{query}").split("<tbody>")[1]


def open_by_page(client: Client, **values: str) -> str:
    """Open a case by its button; return the address of its letter."""
    response = client.post("/permohonan/baru", values)
    assert response.status_code == 302, read_text(response)
    return str(response["Location"])


def test_empty_inbox_says_so(sop: Sop) -> None:
    assert "Tidak ada tugas untuk Anda" in read(sop, "lain", "/")


def test_agency_opens_a_case_with_one_button_and_finds_its_letter_in_the_inbox(sop: Sop) -> None:
    client = sign_in(sop.persons["pemohon"])
    address = open_by_page(client)
    assert address.endswith("/a01/1/kirim/?untuk=pemohon")
    assert client.get(address).status_code == 200
    assert address.replace("&", "&amp;") in read_text(client.get("/"))


def test_who_is_neither_agency_nor_kominfo_opens_no_case(sop: Sop) -> None:
    before = Case.objects.count()
    assert sign_in(sop.persons["auditor"]).post("/permohonan/baru").status_code == 403
    assert sign_in(sop.persons["pemohon"]).post("/permohonan/baru", {"pemohon": "lain"}).status_code == 403
    assert Case.objects.count() == before


def test_inbox_tells_what_to_do_for_whom_and_what_is_missing(sop: Sop) -> None:
    play = sop.open_case().reach(8)
    act = play.find_act(8, "siapkan")
    page = read(sop, "tim_it", "/")
    for part in (play.number, "Siapkan API uji coba", "Permohonan layanan SPLP", *(one[0] for one in act.missing)):
        assert part in page
    assert play.number not in read(sop, "bidang", "/")


def test_late_filter_shows_only_what_is_late(sop: Sop) -> None:
    late, soon = sop.open_case().reach(2), sop.open_case().reach(2)
    OpenAct.objects.filter(case=late.case).update(due_at=now() - timedelta(days=9))
    page = read(sop, "bidang", "/?terlambat=ya")
    assert late.number in page
    assert soon.number not in page
    assert "terlambat" in page


def test_list_finds_by_words_state_and_lateness(sop: Sop) -> None:
    play = sop.open_case()
    play.send_letter(subject="Permohonan data kelahiran")
    assert play.number in list_rows(sop, "auditor", "cari=kelahiran")
    assert play.number in list_rows(sop, "auditor", f"cari={play.number}&keadaan=berjalan")
    assert play.number not in list_rows(sop, "auditor", f"cari={play.number}&keadaan=selesai")
    assert play.number not in list_rows(sop, "auditor", f"cari={play.number}&terlambat=on")


def test_list_of_an_agency_holds_only_cases_of_its_own(sop: Sop) -> None:
    play = sop.open_case().reach(2)
    assert play.number in read(sop, "penyedia", "/permohonan/")
    assert play.number not in read(sop, "lain", "/permohonan/")


def test_own_limit_of_an_agency_is_told_to_that_agency_alone(sop: Sop) -> None:
    play = sop.open_case()
    OpenAct.objects.filter(case=play.case).update(due_at=now() - timedelta(days=3))
    assert "terlambat" in list_rows(sop, "pemohon", f"cari={play.number}")
    assert "terlambat" not in list_rows(sop, "bidang", f"cari={play.number}")


def register_letter(sop: Sop) -> tuple[Client, str]:
    client = sign_in(sop.persons["sub_koordinasi"])
    return client, open_by_page(client, pemohon="pemohon")


def test_kominfo_registers_a_letter_on_paper_for_an_agency(sop: Sop) -> None:
    client, address = register_letter(sop)
    number = address.split("/")[2]
    case = Case.objects.get(number=number)
    assert (case.applicant.code, case.open_acts.get().holder) == ("pemohon", sop.persons["sub_koordinasi"])
    assert number in read_text(client.get("/"))
    play = Play(sop, number)
    scan = play.attach(1, "kirim", "surat-permohonan")
    play.complete(1, "kirim", {**play.write_letter(), "signed_scan": scan}, person=sop.persons["sub_koordinasi"])
    assert play.open_steps == {2}
    done = play.case.events.get(kind="act_done")
    assert (done.organization.code, done.person) == ("pemohon", sop.persons["sub_koordinasi"])


def test_registered_letter_is_no_way_into_an_agencys_other_acts(sop: Sop) -> None:
    client, _address = register_letter(sop)
    number = sop.open_case().number
    assert client.get(f"/permohonan/{number}/a01/1/kirim/?untuk=pemohon").status_code == 403


def test_register_lists_needs_and_comes_as_ods_and_pdf(sop: Sop) -> None:
    play = sop.open_case().reach(6)
    page = read(sop, "bidang", "/permohonan/register/")
    assert play.number in page
    assert "Desa: kode, nama, jumlah" in page
    for extension, magic in (("ods", b"PK"), ("pdf", b"%PDF")):
        file = sign_in(sop.persons["bidang"]).get(f"/permohonan/register/{extension}?tahun={play.case.opened_at.year}")
        assert file.content.startswith(magic)
        assert "attachment" in file["Content-Disposition"]


def test_register_in_a_format_that_is_not_offered_is_refused(sop: Sop) -> None:
    assert sign_in(sop.persons["bidang"]).get("/permohonan/register/docx").status_code in (404, 422)


def test_successor_finds_the_cases_of_its_predecessor(sop: Sop) -> None:
    play = sop.open_case().reach(2)
    heir = sop.add_organization("penerus")
    Organization.objects.filter(code="penyedia").update(successor=heir)
    try:
        assert play.number in read(sop, "penerus", "/permohonan/")
    finally:
        Organization.objects.filter(code="penyedia").update(successor=None)
