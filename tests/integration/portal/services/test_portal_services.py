"""Who may know a service, what its page tells, and where a change or a new consumer begins."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from django.test import Client

from portal_world import Database, read_text, sign_in
from service_world import GRANTED, NIK, Served, make_rows
from simpul.contract.model import Column, Dataset
from simpul.exchange import limits
from simpul.kernel.clock import local, now
from simpul.portal.cases.models import Case
from simpul.portal.people.models import Person
from simpul.portal.services import explaining
from simpul.portal.services.models import Pause, Publication
from sop_world import Sop

PAGE = "/layanan/wilayah/"


@pytest.fixture(scope="module")
def opened(sop: Sop, served: Served) -> Served:
    """Give a second service, whose data are open."""
    made = Served(sop, "terbuka-umum", access_class="terbuka")
    made.send(make_rows(6))
    return made


@pytest.fixture(scope="module")
def excepted(sop: Sop, served: Served) -> Served:
    """Give a third service, whose data are excepted from disclosure."""
    return Served(sop, "rahasia", access_class="dikecualikan")


@pytest.mark.parametrize(
    "path",
    [
        "openapi",
        "schema",
        "kontrak",
        "data/desa/",
    ],
)
def test_stranger_is_told_nothing_of_a_restricted_service(served: Served, portal: Database, path: str) -> None:
    paths = {
        "openapi": "live/v1/openapi.json",
        "schema": "live/v1/desa.schema.json",
        "kontrak": f"kontrak/{served.version.pk}.yaml",
    }
    client = sign_in(served.sop.persons["lain"])
    assert client.get(PAGE + paths.get(path, path)).status_code == 404
    assert client.get("/layanan/tidak-ada/" + paths.get(path, path)).status_code == 404


def test_stranger_knows_a_restricted_service_by_name_alone(served: Served, portal: Database) -> None:
    text = read_text(sign_in(served.sop.persons["lain"]).get(PAGE))
    assert "Layanan wilayah" in text
    for hidden in (*GRANTED, "Desa di kabupaten", served.sop.organizations["pemanfaat"].name, "/api/", NIK):
        assert f">{hidden}<" not in text, hidden


def test_stranger_is_told_nothing_of_an_excepted_service(excepted: Served, portal: Database) -> None:
    client = sign_in(excepted.sop.persons["lain"])
    assert client.get("/layanan/rahasia/").status_code == 404
    assert '"/layanan/rahasia/"' not in read_text(client.get("/layanan/"))


def test_pages_of_services_ask_for_a_sign_in(served: Served, portal: Database) -> None:
    for path in ("/layanan/", PAGE, "/aplikasi/", "/bukti/", "/kiriman/1/"):
        assert Client().get(path).headers["Location"].startswith("/masuk/login/"), path


def test_list_names_each_service_that_is_not_excepted(served: Served, opened: Served, portal: Database) -> None:
    def listed(who: str) -> set[str]:
        text = read_text(sign_in(served.sop.persons[who]).get("/layanan/"))
        return {one for one in ("wilayah", "terbuka-umum") if f'"/layanan/{one}/"' in text}

    for who in ("lain", "penyedia", "pemanfaat_program", "tim_it", "kepala_dinas", "auditor"):
        assert listed(who) == {"wilayah", "terbuka-umum"}, who


def test_list_is_narrowed_by_words(served: Served, opened: Served, portal: Database) -> None:
    text = read_text(sign_in(served.sop.persons["tim_it"]).get("/layanan/", {"cari": "umum"}))
    assert "/layanan/terbuka-umum/" in text
    assert '"/layanan/wilayah/"' not in text


def test_consumer_sees_address_columns_and_own_grant(served: Served, portal: Database) -> None:
    text = read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(PAGE))
    for told in ("/api/wilayah/v1/desa", "/sandbox/wilayah/v1", ", ".join(GRANTED), "kode=like.63.05*", "Perencanaan"):
        assert told in text, told
    assert "Data pribadi umum" in text  # the class of nik_kades


def test_no_page_of_the_service_shows_a_row(served: Served, portal: Database) -> None:
    for who in ("penyedia", "pemanfaat", "tim_it", "auditor"):
        assert NIK not in read_text(sign_in(served.sop.persons[who]).get(PAGE))


def test_samples_carry_the_real_address_and_granted_columns_only(served: Served, portal: Database) -> None:
    text = read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(PAGE + "program/", {"tahap": "live"}))
    for told in ("curl_init", "Illuminate", "import requests", "postgrest", "await fetch", "@supabase/postgrest-js"):
        assert told in text, told
    assert f"/api/wilayah/v1/desa?select={','.join(GRANTED)}&amp;limit=" in text
    assert "nik_kades" not in text
    assert "/batches" not in text


def test_link_to_keys_is_shown_to_those_who_may_make_them_alone(served: Served, portal: Database) -> None:
    link = '<a href="/aplikasi/">'
    assert (
        link in read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(PAGE + "program/")).partition("<ol>")[2]
    )
    assert link not in read_text(sign_in(served.sop.persons["tim_it"]).get(PAGE + "program/")).partition("<ol>")[2]


def test_provider_gets_the_delivering_sample(served: Served, portal: Database) -> None:
    text = read_text(sign_in(served.sop.persons["penyedia"]).get(PAGE + "program/", {"tahap": "live"}))
    assert "/api/wilayah/v1/desa/batches" in text


def test_outsider_of_an_open_service_sees_its_data_but_no_contract(opened: Served, portal: Database) -> None:
    text = read_text(sign_in(opened.sop.persons["lain"]).get("/layanan/terbuka-umum/"))
    assert "Desa di kabupaten" in text
    for hidden in ("/sandbox/", ".yaml", "openapi.json", "Perbup 1", opened.sop.organizations["pemanfaat"].name):
        assert hidden not in text, hidden
    assert sign_in(opened.sop.persons["lain"]).get("/layanan/terbuka-umum/live/v1/openapi.json").status_code == 404


def test_downloads_come_from_the_contract_in_force(served: Served, portal: Database) -> None:
    client = sign_in(served.sop.persons["pemanfaat"])
    contract = yaml.safe_load(client.get(f"{PAGE}kontrak/{served.version.pk}.yaml").content)
    assert contract["version"] == "1.0.0"
    described = json.loads(client.get(f"{PAGE}live/v1/openapi.json").content)
    assert described["servers"][0]["url"].endswith("/api/wilayah/v1")
    schema = json.loads(client.get(f"{PAGE}sandbox/v1/desa.schema.json").content)
    assert set(schema["properties"]) >= set(GRANTED)


def test_document_to_try_names_only_what_the_agency_was_granted(served: Served, portal: Database) -> None:
    def fetch(who: str, query: str = "") -> dict[str, Any]:
        client = sign_in(served.sop.persons[who])
        return json.loads(client.get(f"{PAGE}live/v1/openapi.json{query}").content)

    def list_filters(document: dict[str, Any]) -> set[str]:
        return {one["name"] for one in document["paths"]["/desa"]["get"]["parameters"] if "name" in one}

    assert list_filters(fetch("pemanfaat_program", "?hak")) == set(GRANTED)
    assert "nik_kades" in list_filters(fetch("pemanfaat_program"))
    assert "patch" not in fetch("pemanfaat_program", "?hak")["paths"]["/desa"]
    assert "/desa/batches" not in fetch("pemanfaat_program", "?hak")["paths"]
    assert "/desa/batches" in fetch("penyedia_program", "?hak")["paths"]
    assert "patch" in fetch("penyedia_program", "?hak")["paths"]["/desa"]
    assert "nik_kades" in list_filters(fetch("auditor", "?hak"))


def test_catalogue_lists_open_live_datasets_to_everybody_and_no_rows(
    served: Served, opened: Served, portal: Database
) -> None:
    text = read_text(Client().get("/katalog/"))
    assert "Layanan terbuka-umum" in text
    assert "Layanan wilayah" not in text
    assert "kelas" in text
    assert NIK not in text


def test_catalogue_forgets_a_service_that_is_no_longer_live(opened: Served, portal: Database) -> None:
    Publication.objects.filter(pk=opened.live.pk).update(state="pensiun")
    assert "Layanan terbuka-umum" not in read_text(Client().get("/katalog/"))


def ask(person: Person, kind: str, context: str = "wilayah") -> "tuple[int, str]":
    response = sign_in(person).post(f"/layanan/{context}/ajukan/", {"jenis": kind})
    return response.status_code, response.headers.get("Location", "")


@pytest.mark.parametrize("kind", [Case.Kind.CHANGE, Case.Kind.CONSUMER])
def test_change_and_new_consumer_open_a_linked_prefilled_case(served: Served, portal: Database, kind: str) -> None:
    status, place = ask(served.sop.persons["pemanfaat"], kind)
    case = Case.objects.order_by("-id").first()
    assert case is not None
    assert (status, case.kind, case.changes) == (302, kind, served.version.contract)
    assert place.startswith(f"/permohonan/{case.number}/")
    page = read_text(sign_in(served.sop.persons["pemanfaat"]).get(place))
    assert "layanan Layanan wilayah" in page  # the letter's subject


def test_second_click_gives_the_draft_back(served: Served, portal: Database) -> None:
    first, second = (ask(served.sop.persons["pemanfaat"], Case.Kind.CONSUMER) for _ in range(2))
    assert first == second


def test_outsider_may_become_consumer_of_an_open_service_but_not_change_it(opened: Served, portal: Database) -> None:
    assert ask(opened.sop.persons["lain"], Case.Kind.CONSUMER, "terbuka-umum")[0] == 302
    assert ask(opened.sop.persons["lain"], Case.Kind.CHANGE, "terbuka-umum")[0] == 403
    assert ask(opened.sop.persons["lain"], Case.Kind.CONSUMER, "wilayah")[0] == 302
    assert ask(opened.sop.persons["lain"], Case.Kind.CHANGE, "wilayah")[0] == 403


def test_agency_that_is_no_party_asks_from_the_catalogue_and_finds_its_draft_filled(
    opened: Served, portal: Database
) -> None:
    lain = opened.sop.persons["lain"]
    assert '"/layanan/terbuka-umum/#akses"' in read_text(Client().get("/katalog/"))
    assert "Minta akses" in read_text(sign_in(lain).get("/layanan/terbuka-umum/"))
    place = ask(lain, Case.Kind.CONSUMER, "terbuka-umum")[1]
    case = Case.objects.order_by("-id").first()
    assert case is not None
    assert (case.state, case.applicant, case.changes) == (Case.State.DRAFT, lain.organization, opened.version.contract)
    form = sign_in(lain).get(place).context["form"]
    assert form["subject"].value() == "Penambahan pemanfaat layanan Layanan terbuka-umum"
    assert (form["provider"].value(), form["consumers"].value()) == ("penyedia", ["lain"])
    assert (form["contact_name"].value(), form["contact_email"].value()) == (lain.name, lain.email)
    assert [row["note"] for row in form["elements"].value()][:2] == ["desa.kode", "desa.nama"]


def test_restricted_service_gives_an_outsider_no_columns_in_the_draft(served: Served, portal: Database) -> None:
    lain = served.sop.persons["lain"]
    form = sign_in(lain).get(ask(lain, Case.Kind.CONSUMER)[1]).context["form"]
    assert form["elements"].value() == []


def test_programmer_is_told_who_of_the_own_agency_asks(served: Served, portal: Database) -> None:
    text = read_text(sign_in(served.sop.persons["lain_program"]).get(PAGE))
    assert served.sop.persons["lain"].name in text
    assert "Minta akses</button>" not in text


def test_only_officers_of_agencies_ask(served: Served, portal: Database) -> None:
    for who in ("pemanfaat_program", "tim_it", "auditor"):
        assert ask(served.sop.persons[who], Case.Kind.CHANGE)[0] == 403, who


def test_service_in_verification_takes_no_change_yet(served: Served, portal: Database) -> None:
    Publication.objects.filter(pk=served.live.pk).update(state="verifikasi")
    assert ask(served.sop.persons["penyedia"], Case.Kind.CHANGE)[0] == 409


def test_limits_on_the_page_are_those_of_the_exchange(served: Served, portal: Database) -> None:
    assert explaining.STATEMENT_SECONDS == limits.STATEMENT_SECONDS
    assert explaining.PAGE_ROWS == limits.PAGE_ROWS
    assert explaining.ADDRESS_KILOBYTES * 1024 == limits.MAX_QUERY_BYTES
    text = read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(PAGE))
    assert "permintaan tiap detik" in text


def test_examples_are_mock_and_no_personal_ones_of_the_contract(served: Served, portal: Database) -> None:
    own = "6305012345678901"
    column = Column("nik", pdp_class="umum", example=own, code_list=(own,), required=True)
    made = explaining.make_examples(Dataset("orang", columns=(column, Column("nama", required=True, key=True))))
    assert set(made) == {"nama"}
    assert made["nama"].startswith('"Contoh')
    text = read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(PAGE))
    assert "Contoh tiruan" in text


def test_freshness_tells_age_and_when_the_next_delivery_is_due(served: Served, portal: Database) -> None:
    row = served.dataset
    row.delivered_at = now() - timedelta(days=9)
    weekly = explaining.find_freshness(row, Dataset("desa", frequency="mingguan"))
    assert (weekly.age_days, weekly.max_age_days, weekly.is_old) == (9, 7, True)
    assert weekly.due_on == local(now()).date() - timedelta(days=2)
    assert not explaining.find_freshness(row, Dataset("desa")).is_old
    row.delivered_at = None
    assert explaining.find_freshness(row, Dataset("desa", frequency="harian")) == (None, 1, None)


def test_page_tells_a_pause_and_the_end_of_a_version(served: Served, portal: Database) -> None:
    Publication.objects.filter(pk=served.live.pk).update(
        state="usang", sunset_on=date(2027, 1, 31), successor=served.sandbox
    )
    Pause.objects.create(
        publication=served.live, office="Tim IT", reason="Pemindahan server.", paused_at=now(),
        paused_by=served.sop.persons["tim_it"],
    )  # fmt: skip
    text = read_text(sign_in(served.sop.persons["pemanfaat_program"]).get(PAGE, {"tahap": "live"}))
    for told in ("Melayani sampai 31 Januari 2027.", "Penggantinya versi 1.0.0.", "Dijeda", "Pemindahan server."):
        assert told in text, told
