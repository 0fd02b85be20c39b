"""The end of a version, pauses and bound networks: who may, what is refused, what is left behind in the log."""

from datetime import timedelta
from typing import Any

import pytest

from service_world import Served
from simpul.kernel.clock import local, now
from simpul.kernel.errors import SimpulError
from simpul.portal.audit.models import AuditEntry
from simpul.portal.people.permissions import RoleMissing
from simpul.portal.services import lifecycle, networks, pausing
from simpul.portal.services.actions import grant_consumers
from simpul.portal.services.errors import (
    AddressesInvalid,
    NoGrant,
    NothingToPause,
    PausedAlready,
    PauseNotFound,
    ReasonMissing,
    RequestedAlready,
    RequestNotFound,
    StateUnfit,
    SunsetTooSoon,
)
from simpul.portal.services.models import Application, Grant, LifecycleRequest, Notice, Publication
from simpul.portal.services.notices import list_notices
from sop_world import Sop

SOON = local(now()).date() + timedelta(days=lifecycle.NOTICE_DAYS)


@pytest.fixture(autouse=True)
def fresh(served: Served) -> None:
    """Start each test from a live service that nothing was said of yet."""
    for table in ("access_pause", "lifecycle_request", "service_notice"):
        served.sop.execute(f"DELETE FROM {table}")
    Publication.objects.filter(pk=served.live.pk).update(
        state="aktif", sunset_on=None, deprecated_at=None, successor=None
    )
    served.live.refresh_from_db()


def list_kinds(served: Served) -> list[str]:
    rows = AuditEntry.objects.filter(object_kind="publication", object_id=str(served.live.pk)).order_by("id")
    return [kind for kind in rows.values_list("kind", flat=True) if kind.startswith(("service.", "access."))]


def test_deprecated_version_has_a_last_day_and_its_consumers_are_told_once(sop: Sop, served: Served) -> None:
    for day in (SOON, SOON):
        lifecycle.deprecate(sop.persons["tim_it"], served.live, day, "Ada versi baru.")
    served.live.refresh_from_db()
    assert (served.live.state, served.live.sunset_on) == ("usang", SOON)
    assert served.live.deprecated_at is not None
    [notice] = list_notices(sop.organizations["pemanfaat"])
    assert SOON.isoformat() in notice.text_id
    assert list(list_notices(sop.organizations["lain"])) == []
    later = SOON + timedelta(days=10)
    lifecycle.deprecate(sop.persons["bidang"], served.live, later, "Pemanfaat meminta waktu.")
    assert Notice.objects.count() == 2
    assert list_kinds(served)[-3:] == ["service.deprecated"] * 3


def test_retirement_waits_for_the_last_day(sop: Sop, served: Served) -> None:
    officer = sop.persons["tim_it"]
    with pytest.raises(StateUnfit):
        lifecycle.retire(officer, served.live, "Selesai.")
    lifecycle.deprecate(officer, served.live, SOON, "Ada versi baru.")
    with pytest.raises(StateUnfit):
        lifecycle.retire(officer, served.live, "Selesai.")
    yesterday = local(now()).date() - timedelta(days=1)
    Publication.objects.filter(pk=served.live.pk).update(sunset_on=yesterday)
    assert lifecycle.retire(officer, served.live, "Selesai.").state == "pensiun"
    with pytest.raises(StateUnfit):
        lifecycle.deprecate(officer, served.live, SOON, "Kembali.")


@pytest.mark.parametrize(
    ("who", "day", "reason", "error"),
    [
        ("penyedia", SOON, "x", RoleMissing),
        ("pemanfaat", SOON, "x", RoleMissing),
        ("auditor", SOON, "x", RoleMissing),
        ("tim_it", SOON - timedelta(days=1), "x", SunsetTooSoon),
        ("tim_it", SOON, "  ", ReasonMissing),
    ],
)
def test_deprecation_is_refused(
    sop: Sop, served: Served, who: str, day: Any, reason: str, error: type[SimpulError]
) -> None:
    with pytest.raises(error):
        lifecycle.deprecate(sop.persons[who], served.live, day, reason)
    served.live.refresh_from_db()
    assert served.live.state == "aktif"


def test_sandbox_has_no_last_day(sop: Sop, served: Served) -> None:
    with pytest.raises(StateUnfit):
        lifecycle.deprecate(sop.persons["tim_it"], served.sandbox, SOON, "Uji.")


def test_provider_asks_and_kominfo_decides(sop: Sop, served: Served) -> None:
    provider, wish = sop.persons["penyedia"], LifecycleRequest.Wish.DEPRECATE
    with pytest.raises(RoleMissing):
        lifecycle.ask(sop.persons["pemanfaat"], served.live, wish, SOON, "Bukan penyedia.")
    first = lifecycle.ask(provider, served.live, wish, SOON, "Ada versi baru.")
    with pytest.raises(RequestedAlready):
        lifecycle.ask(provider, served.live, wish, SOON, "Lagi.")
    with pytest.raises(RoleMissing):
        lifecycle.decide(provider, first.pk, granted=True)
    lifecycle.decide(sop.persons["bidang"], first.pk, granted=False)
    served.live.refresh_from_db()
    assert served.live.state == "aktif"
    second = lifecycle.ask(provider, served.live, wish, SOON, "Sekarang.")
    lifecycle.decide(sop.persons["tim_it"], second.pk, granted=True)
    served.live.refresh_from_db()
    assert (served.live.state, served.live.sunset_on) == ("usang", SOON)
    with pytest.raises(RequestNotFound):
        lifecycle.decide(sop.persons["tim_it"], second.pk, granted=True)
    assert list_kinds(served)[-4:] == [
        "service.end_asked",
        "service.end_refused",
        "service.end_asked",
        "service.deprecated",
    ]


def test_pause_is_once_until_it_is_ended(sop: Sop, served: Served) -> None:
    officer = sop.persons["tim_it"]
    pause = pausing.pause_publication(officer, served.live, "Data diduga keliru.")
    assert (pause.office, list_kinds(served)[-1]) == (officer.organization.name, "access.paused")
    with pytest.raises(PausedAlready):
        pausing.pause_publication(officer, served.live, "Lagi.")
    # A consumer may be paused beside it, and stays so afterwards.
    other = pausing.pause_publication(officer, served.live, "Salah pakai.", sop.organizations["pemanfaat"])
    pausing.resume(sop.persons["bidang"], pause.pk)
    with pytest.raises(PauseNotFound):
        pausing.resume(officer, pause.pk)
    assert list(pausing.list_pauses(served.live)) == [other]
    assert pausing.pause_publication(officer, served.live, "Sekali lagi.").pk != pause.pk


def test_provider_pauses_its_own_service_alone(sop: Sop, served: Served) -> None:
    provider, consumer = sop.persons["penyedia"], sop.organizations["pemanfaat"]
    own = pausing.pause_publication(provider, served.live, "Salah pakai.", consumer)
    with pytest.raises(RoleMissing):
        pausing.pause_publication(sop.persons["pemanfaat"], served.live, "Bukan saya.")
    with pytest.raises(NothingToPause):
        pausing.pause_publication(provider, served.live, "Tidak ada.", sop.organizations["lain"])
    kominfos = pausing.pause_publication(sop.persons["tim_it"], served.live, "Insiden.")
    with pytest.raises(RoleMissing):
        pausing.resume(provider, kominfos.pk)
    assert pausing.resume(provider, own.pk).resumed_at is not None


def test_application_is_paused_by_kominfo_and_the_administrator(sop: Sop, served: Served) -> None:
    application = Application.objects.create(organization=sop.organizations["pemanfaat"], name="Uji jeda")
    for who in ("penyedia", "pemanfaat", "auditor"):
        with pytest.raises(RoleMissing):
            pausing.pause_application(sop.persons[who], application, "Bukan wewenang.")
    with pytest.raises(ReasonMissing):
        pausing.pause_application(sop.persons["tim_it"], application, " ")
    assert pausing.pause_application(sop.persons["pengelola_sistem"], application, "Bocor.").application == application


def test_networks_are_set_by_kominfo_and_outlive_the_grant(sop: Sop, served: Served) -> None:
    grant = Grant.objects.get(dataset=served.dataset, role="pemanfaat", revoked_at=None)
    with pytest.raises(RoleMissing):
        networks.set_addresses(sop.persons["pemanfaat"], grant.pk, "")
    with pytest.raises(AddressesInvalid) as refusal:
        networks.set_addresses(sop.persons["tim_it"], grant.pk, "10.1.2.3\n\n10.1.2.3/24\n")
    assert "3" in refusal.value.message.id
    networks.set_addresses(sop.persons["tim_it"], grant.pk, " 10.1.2.3 \n10.9.0.0/16\n2001:DB8::/32\n10.1.2.3")
    [renewed] = grant_consumers(served.live, served.version.case)
    assert renewed.pk != grant.pk
    assert renewed.addresses == ["10.1.2.3", "10.9.0.0/16", "2001:db8::/32"]
    with pytest.raises(NoGrant):
        networks.set_addresses(sop.persons["tim_it"], grant.pk, "")
    assert networks.set_addresses(sop.persons["bidang"], renewed.pk, "").addresses == []
