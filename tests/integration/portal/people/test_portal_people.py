"""What the Pengelola Sistem does about people, and who is refused."""

from datetime import date, timedelta

import pytest

from portal_world import World, make_person, read_text, sign_in
from simpul.kernel import clock
from simpul.portal.audit.models import AuditEntry
from simpul.portal.people import actions, queries
from simpul.portal.people.errors import LastKeeper, PersonRefused
from simpul.portal.people.models import Person, Role, RoleAssignment
from simpul.portal.people.permissions import has_role, roles_of

TODAY = clock.local(clock.now()).date()


def make_facts(world: World, **changes: str) -> actions.PersonFacts:
    return actions.PersonFacts(
        **{"name": "Hana Contoh", "organization": world.health, "nip": "199001012015012001", **changes}
    )


def test_role_holds_from_its_first_to_its_last_day(world: World) -> None:
    periods = {
        "tim_it": (TODAY - timedelta(days=9), TODAY),
        "bidang": (TODAY + timedelta(days=1), None),
        "opd": (TODAY - timedelta(days=9), TODAY - timedelta(days=1)),
    }
    actions.set_roles(world.alice, world.charlie, periods)
    assert roles_of(world.charlie) == {"tim_it"}


def test_roles_are_read_anew_when_acting(world: World) -> None:
    assert has_role(world.bob, Role.OPD)
    RoleAssignment.objects.filter(person=world.bob).delete()
    assert not has_role(world.bob, Role.OPD)


def test_deactivated_person_holds_no_role(world: World) -> None:
    actions.deactivate_person(world.alice, world.bob)
    assert roles_of(Person.objects.get(pk=world.bob.pk)) == frozenset()


def test_last_keeper_can_neither_be_closed_nor_lose_the_role(world: World) -> None:
    with pytest.raises(LastKeeper):
        actions.deactivate_person(world.alice, world.alice)
    with pytest.raises(LastKeeper):
        actions.set_roles(world.alice, world.alice, {})


def test_keeper_may_go_when_another_is_there(world: World) -> None:
    make_person("Indra Contoh", world.kominfo, Role.PENGELOLA_SISTEM)
    actions.deactivate_person(world.alice, world.alice)
    assert not Person.objects.get(pk=world.alice.pk).is_active


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"name": " "}, "name"),
        ({"nip": "", "email": ""}, "nip"),
        ({"nip": "123"}, "nip"),
        ({"email": "bukan surel"}, "email"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_wrong_facts_of_a_person_are_named(world: World, changes: dict[str, str], where: str) -> None:
    with pytest.raises(PersonRefused) as refusal:
        actions.add_person(world.alice, make_facts(world, **changes), [])
    assert [finding.where for finding in refusal.value.findings] == [where]


def test_nip_and_email_of_another_account_are_refused(world: World) -> None:
    facts = make_facts(world, nip=world.bob.nip or "", email=(world.bob.email or "").upper())
    with pytest.raises(PersonRefused) as refusal:
        actions.add_person(world.alice, facts, [])
    assert [finding.rule for finding in refusal.value.findings] == ["unique", "unique"]


def test_unknown_role_is_refused(world: World) -> None:
    with pytest.raises(PersonRefused):
        actions.add_person(world.alice, make_facts(world), ["raja"])


def test_phone_is_kept_as_e164(world: World) -> None:
    added = actions.add_person(world.alice, make_facts(world, phone="0812-3456-7890"), ["opd"])
    assert added.person.phone == "+6281234567890"


def test_audit_row_of_a_change_names_fields_and_no_values(world: World) -> None:
    actions.change_person(
        world.alice, world.bob, make_facts(world, nip=world.bob.nip or "", email=world.bob.email or "")
    )
    entry = AuditEntry.objects.get(kind="person.changed")
    assert entry.detail == {"fields": ["name"]}
    assert (entry.person, entry.object_id) == (world.alice, str(world.bob.pk))


def test_absent_person_is_no_colleague_to_hand_to(world: World) -> None:
    assert list(queries.list_colleagues("bidang")) == [world.bidang]
    actions.set_absence(world.alice, world.bidang, TODAY)
    assert list(queries.list_colleagues("bidang")) == []
    actions.set_absence(world.alice, world.bidang, TODAY - timedelta(days=1))
    assert list(queries.list_colleagues("bidang")) == [world.bidang]


def test_roles_page_keeps_what_was_typed_and_says_what_is_wrong(world: World) -> None:
    form = {"opd-held": "on", "opd-from": "2026-02-02", "opd-until": "2026-01-01"}
    page = read_text(sign_in(world.alice).post(f"/orang/{world.bob.pk}/peran", form))
    assert 'value="2026-01-01"' in page
    assert "Tanggal akhir mendahului tanggal mulai." in page


def test_roles_page_gives_exactly_the_ticked_roles(world: World) -> None:
    form = {"auditor-held": "on", "auditor-from": "2026-02-02", "opd-from": "2020-01-01"}
    response = sign_in(world.alice).post(f"/orang/{world.bob.pk}/peran", form)
    assert response.status_code == 302
    assert list(world.bob.assignments.values_list("role", "valid_from")) == [("auditor", date(2026, 2, 2))]


@pytest.mark.parametrize("path", ["", "tambah", "{bob}/", "{bob}/ubah", "{bob}/peran"])
def test_person_who_is_no_keeper_is_refused_and_logged(world: World, path: str) -> None:
    response = sign_in(world.charlie).get("/orang/" + path.format(bob=world.bob.pk))
    assert response.status_code == 403
    entry = AuditEntry.objects.get(kind="request.refused")
    assert (entry.person, entry.refused, entry.detail["code"]) == (world.charlie, True, "SPL530")


@pytest.mark.parametrize("act", ["aktif", "tidak-bertugas", "kata-sandi", "autentikator"])
def test_acts_on_people_refuse_whoever_is_no_keeper(world: World, act: str) -> None:
    before = Person.objects.get(pk=world.bob.pk)
    assert sign_in(world.charlie).post(f"/orang/{world.bob.pk}/{act}").status_code == 403
    after = Person.objects.get(pk=world.bob.pk)
    assert (after.is_active, after.password, after.absent_until) == (True, before.password, None)


def test_list_finds_by_name_nip_and_role(world: World) -> None:
    client = sign_in(world.alice)
    for query in ("cari=bob", f"cari={world.bob.nip}", "peran=opd"):
        page = read_text(client.get(f"/orang/?{query}"))
        assert "Bob Contoh" in page
        assert "Charlie Contoh" not in page


def test_hostile_name_is_shown_as_text(world: World) -> None:
    actions.change_person(world.alice, world.bob, make_facts(world, name="<script>alert(1)</script>"))
    page = read_text(sign_in(world.alice).get(f"/orang/{world.bob.pk}/"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
