"""Programs and keys: shown once, kept as a digest, only where a grant is held, two at most."""

import hashlib
import re

import pytest
from django.db import connection

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.access.keys import is_key
from simpul.kernel.clock import now
from simpul.portal.audit.models import AuditEntry
from simpul.portal.people.models import Person
from simpul.portal.services import actions
from simpul.portal.services.errors import ApplicationNameMissing, NoGrant, NotYourApplication, TooManyKeys
from simpul.portal.services.models import TESTING_APPLICATION, ApiKey, Application, Grant
from sop_world import Sop

KEY = re.compile(r"spl_(?:test|live)_[0-9A-Za-z_-]{20,}")


@pytest.fixture
def programmer(served: Served, portal: Database) -> Person:
    return served.sop.persons["pemanfaat_program"]


@pytest.fixture
def application(programmer: Person) -> Application:
    return actions.get_application(programmer, programmer.organization, "SIMPEG")


def post_key(person: Person, application: Application, stage: str = "test", once: str = "satu") -> str:
    form = {"application": application.pk, "stage": stage, "once": once}
    return read_text(sign_in(person).post("/aplikasi/kunci/", form, follow=True))


def test_key_is_shown_once_and_only_its_digest_is_kept(programmer: Person, application: Application) -> None:
    found = KEY.search(post_key(programmer, application, "live"))
    assert found is not None
    kept = ApiKey.objects.get(application=application)
    assert is_key(found[0], bytes(kept.digest))
    assert not KEY.search(read_text(sign_in(programmer).get("/aplikasi/")))
    secret = found[0].rsplit("_", 1)[-1]
    with connection.cursor() as cursor:
        for table in ("api_key", "audit_entry", "django_session", "django_cache"):
            cursor.execute(f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{secret}%"])
            assert cursor.fetchone() == (0,), table
    assert hashlib.sha256(found[0].encode()).digest() == bytes(kept.digest)


def test_form_sent_twice_makes_one_key(programmer: Person, application: Application) -> None:
    assert KEY.search(post_key(programmer, application))
    assert not KEY.search(post_key(programmer, application))
    assert application.keys.count() == 1


def test_third_key_of_a_stage_waits_for_a_revocation(programmer: Person, application: Application) -> None:
    for once in ("a", "b"):
        post_key(programmer, application, once=once)
    assert "sudah mempunyai dua kunci" in post_key(programmer, application, once="c")
    with pytest.raises(TooManyKeys):
        actions.issue_key(programmer, application, "test")
    assert actions.issue_key(programmer, application, "live").text
    kept = application.keys.filter(stage="test").first()
    assert kept is not None
    sign_in(programmer).post(f"/aplikasi/kunci/{kept.key_id}/cabut")
    assert actions.issue_key(programmer, application, "test").text


def test_key_needs_a_grant_in_its_stage(served: Served, programmer: Person, application: Application) -> None:
    Grant.objects.filter(dataset__publication=served.live, role="pemanfaat").update(valid_until="2020-01-01")
    with pytest.raises(NoGrant):
        actions.issue_key(programmer, application, "live")
    assert actions.issue_key(programmer, application, "test").text


def test_organization_without_any_grant_gets_no_key(served: Served, portal: Database) -> None:
    charlie = served.sop.persons["lain_program"]
    own = actions.get_application(charlie, charlie.organization, "SIMPEG")
    assert "belum mempunyai hak akses" in post_key(charlie, own)
    assert not own.keys.exists()


def test_another_organizations_program_is_refused(served: Served, application: Application, programmer: Person) -> None:
    key = actions.issue_key(programmer, application, "test")
    charlie = sign_in(served.sop.persons["lain_program"])
    form = {"application": application.pk, "stage": "test", "once": "x"}
    assert charlie.post("/aplikasi/kunci/", form).status_code == 403
    assert charlie.post(f"/aplikasi/kunci/{key.key_id}/cabut").status_code == 403
    assert ApiKey.objects.get(key_id=key.key_id).revoked_at is None


def test_only_programmers_and_the_keeper_open_the_page(served: Served, portal: Database) -> None:
    assert sign_in(served.sop.persons["pengelola_sistem"]).get("/aplikasi/").status_code == 200
    for who in ("pemanfaat", "tim_it", "auditor"):
        assert sign_in(served.sop.persons[who]).get("/aplikasi/").status_code == 403, who


def test_keeper_revokes_but_makes_no_key(served: Served, programmer: Person, application: Application) -> None:
    key = actions.issue_key(programmer, application, "test")
    keeper = sign_in(served.sop.persons["pengelola_sistem"])
    assert key.key_id in read_text(keeper.get("/aplikasi/"))
    form = {"application": application.pk, "stage": "test", "once": "x"}
    assert keeper.post("/aplikasi/kunci/", form).status_code == 403
    keeper.post(f"/aplikasi/kunci/{key.key_id}/cabut")
    assert ApiKey.objects.get(key_id=key.key_id).revoked_at is not None
    assert AuditEntry.objects.filter(kind="key.revoke", detail__key=key.key_id).exists()


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "baris\x00baru", TESTING_APPLICATION])
def test_program_needs_a_usable_name(programmer: Person, name: str) -> None:
    with pytest.raises(ApplicationNameMissing):
        actions.get_application(programmer, programmer.organization, name)


def test_testing_program_is_nobodys(programmer: Person) -> None:
    own = Application.objects.create(organization=programmer.organization, name=TESTING_APPLICATION)
    with pytest.raises(NotYourApplication):
        actions.issue_key(programmer, own, "test")
    assert TESTING_APPLICATION not in read_text(sign_in(programmer).get("/aplikasi/"))


@pytest.fixture(scope="module")
def second(sop: Sop, served: Served) -> Served:
    """Give a service of the same parties that isn't live yet."""
    return Served(sop, "sementara", live=False)


def test_stopped_case_leaves_keys_that_another_service_needs(
    second: Served, programmer: Person, application: Application
) -> None:
    key = actions.issue_key(programmer, application, "test")
    actions.close_case_services(second.version.case, "Dihentikan")
    assert ApiKey.objects.get(key_id=key.key_id).revoked_at is None


def test_stopped_case_revokes_keys_that_have_nothing_left_to_call(
    served: Served, second: Served, programmer: Person, application: Application
) -> None:
    test, live = (actions.issue_key(programmer, application, stage) for stage in ("test", "live"))
    Grant.objects.filter(dataset__publication=served.sandbox).update(revoked_at=now())
    actions.close_case_services(second.version.case, "Dihentikan")
    kept = dict(application.keys.values_list("key_id", "revoked_at"))
    assert kept[test.key_id] is not None
    assert kept[live.key_id] is None
