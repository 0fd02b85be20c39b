"""What `./simpul demo` has loaded when its first page appears, and that it loads it once."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.hashers import check_password
from pypdf import PdfReader

from portal_world import point_django
from simpul.kernel.clock import now
from simpul.kernel.identifiers import find_nip_fault
from simpul.portal.audit.models import AuditEntry
from simpul.portal.cases.checking import list_differences
from simpul.portal.cases.models import Case, CaseEvent, OpenAct
from simpul.portal.cases.queries import list_inbox
from simpul.portal.demo.content import list_plans
from simpul.portal.organizations.models import Letterhead, Organization
from simpul.portal.papers.models import Paper
from simpul.portal.people.models import Person, Role, RoleAssignment
from simpul.portal.services.models import Publication
from simpul.store.launcher import Database

pytestmark = pytest.mark.usefixtures("loaded")

RESTS = {
    "draf": [(1, "kirim", 1)],
    "terlambat-disposisi": [(2, "disposisi", 1)],
    "periksa": [(3, "periksa", 1)],
    "koordinasi": [(4, "koordinasi", 1)],
    "dikembalikan": [(1, "kirim", 2)],
    "terlambat-perumusan": [(6, "rumus", 1)],
    "menunggu-kesepakatan": [(6, "pemanfaat_setuju", 1)],
    # These two go on once worker and exchange are there.
    "menunggu-data": [(8, "siapkan", 1)],
    "wilayah": [(8, "siapkan", 1)],
}


def get_case(key: str) -> Case:
    entry = AuditEntry.objects.get(kind="demo.begun", detail__key=key)
    return Case.objects.get(number=entry.object_id)


@pytest.mark.parametrize("key", [plan.key for plan in list_plans()])
def test_each_sample_request_waits_where_its_plan_says(key: str) -> None:
    acts = get_case(key).open_acts.order_by("id").values_list("step_no", "act", "round")
    assert list(acts) == RESTS[key]


def test_every_sample_request_is_marked_as_a_sample() -> None:
    assert Case.objects.count() == len(RESTS)
    assert not Case.objects.filter(is_sample=False).exists()


def test_exactly_two_requests_are_late_to_kominfo() -> None:
    late = OpenAct.objects.filter(organization=None, due_at__lt=now()).values_list("case__number", flat=True)
    assert sorted(late) == sorted(get_case(key).number for key in ("terlambat-disposisi", "terlambat-perumusan"))


def test_returned_request_has_its_letter_of_return_with_the_missing_items() -> None:
    [paper] = Paper.objects.filter(
        case=get_case("dikembalikan"), kind="surat-pengembalian", media_type="application/pdf"
    )
    text = PdfReader(io.BytesIO(bytes(paper.content))).pages[0].extract_text()
    assert "ponsel" in text


def test_draft_keeps_the_letter_that_is_not_sent_yet() -> None:
    draft = get_case("draf").drafts.get()
    assert draft.answers["provider"] == "contoh-dinsos"


def test_every_page_of_every_paper_says_that_it_is_no_official_paper() -> None:
    papers = Paper.objects.filter(media_type="application/pdf")
    assert papers.count() > 25
    bare = [
        f"{paper.name} page {number}"
        for paper in papers
        for number, page in enumerate(PdfReader(io.BytesIO(bytes(paper.content))).pages, 1)
        if "BUKAN NASKAH DINAS" not in page.extract_text()
    ]
    assert bare == []


def test_no_letterhead_bears_a_coat_of_arms() -> None:
    assert not Letterhead.objects.exclude(coat_of_arms=None).exists()


def test_history_runs_forward_and_not_into_the_future() -> None:
    for case in Case.objects.all():
        times = list(CaseEvent.objects.filter(case=case).order_by("sequence").values_list("at", flat=True))
        assert times == sorted(times)
        assert times[-1] <= now()
        assert case.created_at <= times[0]


def test_papers_of_the_past_bear_the_day_of_their_act() -> None:
    case = get_case("terlambat-perumusan")
    days = set(CaseEvent.objects.filter(case=case).values_list("at__date", flat=True))
    assert set(case.papers.values_list("made_at__date", flat=True)) <= days


def test_history_of_the_samples_leads_to_where_they_stand() -> None:
    assert list_differences() == []


def test_every_organization_says_in_its_name_that_it_is_a_sample() -> None:
    assert not Organization.objects.exclude(name__endswith="(contoh)").exists()
    assert Organization.objects.filter(kind=Organization.Kind.OPD).count() >= 6


def test_every_role_has_a_person_and_every_person_an_invented_name_and_a_nip_of_right_form() -> None:
    assert set(RoleAssignment.objects.values_list("role", flat=True)) == set(Role.values)
    assert all(person.name.startswith("Contoh ") for person in Person.objects.all())
    assert all(find_nip_fault(person.nip or "") is None for person in Person.objects.all())


def test_official_named_in_the_sop_has_no_account() -> None:
    assert not Person.objects.filter(nip="197101301999031005").exists()


def test_passwords_of_the_sign_in_page_are_those_that_the_accounts_take(loaded: Path) -> None:
    accounts = json.loads((loaded / "demo-accounts.json").read_text("utf-8"))
    assert len(accounts) == Person.objects.count()
    stored = dict(Person.objects.values_list("nip", "password"))
    first, last = accounts[0], accounts[-1]
    assert check_password(first["password"], stored[first["nip"]])
    assert not check_password(last["password"], stored[first["nip"]])


def test_each_lane_of_kominfo_and_most_agencies_have_something_to_do() -> None:
    idle = [
        person.name
        for person in Person.objects.filter(assignments__role__in=[Role.BIDANG, Role.TIM_IT, Role.SUB_KOORDINASI])
        if not list_inbox(person)
    ]
    assert idle == []


def test_service_is_left_to_the_worker_in_two_jobs(database: Database) -> None:
    assert set(Publication.objects.values_list("context", "stage", "state")) == {
        ("kelahiran", "sandbox", "disiapkan"),
        ("wilayah_tapin", "sandbox", "disiapkan"),
    }


def count_all() -> dict[str, int]:
    models = (Case, CaseEvent, OpenAct, Paper, Person, Organization, AuditEntry)
    return {model.__name__: model.objects.count() for model in models}


def test_loading_again_changes_nothing(loaded: Path, load: Callable[[], Path], database: Database) -> None:
    before, accounts = count_all(), (loaded / "demo-accounts.json").read_bytes()
    load()
    point_django(database.dsn("portal"))
    assert count_all() == before
    assert (loaded / "demo-accounts.json").read_bytes() == accounts


def test_lost_file_of_passwords_is_made_anew_with_new_ones(
    loaded: Path, load: Callable[[], Path], database: Database
) -> None:
    file = loaded / "demo-accounts.json"
    before = json.loads(file.read_text("utf-8"))
    file.unlink()
    load()
    point_django(database.dsn("portal"))
    after = json.loads(file.read_text("utf-8"))
    assert [one["nip"] for one in after] == [one["nip"] for one in before]
    assert after[0]["password"] != before[0]["password"]
    assert check_password(after[0]["password"], Person.objects.get(nip=after[0]["nip"]).password)
