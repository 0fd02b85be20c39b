"""The control page: who sees it, what its forms do, and what wrong answers are told."""

from datetime import timedelta

import pytest

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.kernel.clock import local, now
from simpul.portal.services import lifecycle
from simpul.portal.services.models import Application, Grant, Pause
from sop_world import Sop

PAGE = "/layanan/wilayah/kendali/"
SOON = (local(now()).date() + timedelta(days=60)).isoformat()


@pytest.fixture(autouse=True)
def undone(portal: Database) -> None:
    """Undo what each test did."""


def post(sop: Sop, who: str, part: str, **values: object) -> str:
    return read_text(sign_in(sop.persons[who]).post(f"{PAGE}{part}", values, follow=True))


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("tim_it", 200), ("bidang", 200), ("auditor", 200), ("kepala_dinas", 200), ("pengelola_sistem", 200),
        ("penyedia", 200), ("pemanfaat", 403), ("lain", 403),
    ],
)  # fmt: skip
def test_page_is_for_kominfo_and_the_provider(sop: Sop, served: Served, who: str, status: int) -> None:
    assert sign_in(sop.persons[who], raise_request_exception=False).get(PAGE).status_code == status
    link = f'href="{PAGE}"' in sign_in(sop.persons[who]).get("/layanan/wilayah/").content.decode()
    assert link == (status == 200)


def test_reader_without_the_power_gets_no_forms(sop: Sop, served: Served) -> None:
    page = sign_in(sop.persons["auditor"]).get(PAGE).content.decode()
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert sop.organizations["pemanfaat"].name in page


def test_consumer_is_paused_and_resumed(sop: Sop, served: Served) -> None:
    consumer = sop.organizations["pemanfaat"]
    values = {"publication": served.live.pk, "organization": consumer.pk}
    assert "Alasannya belum ditulis" in post(sop, "tim_it", "jeda", **values, reason=" ")
    assert "Dijeda. Panggilan program ditolak" in post(sop, "tim_it", "jeda", **values, reason="Salah pakai.")
    assert "sudah dijeda" in post(sop, "tim_it", "jeda", **values, reason="Lagi.")
    [pause] = Pause.objects.filter(resumed_at=None)
    assert (pause.publication, pause.organization) == (served.live, consumer)
    assert "Salah pakai." in read_text(sign_in(sop.persons["penyedia"]).get(PAGE))
    assert "Jeda diakhiri" in post(sop, "bidang", "lanjut", pause=pause.pk)
    assert not Pause.objects.filter(resumed_at=None).exists()


def test_application_is_paused(sop: Sop, served: Served) -> None:
    application = Application.objects.create(organization=sop.organizations["pemanfaat"], name="SIMPEG")
    post(sop, "tim_it", "jeda-aplikasi", application=application.pk, reason="Bocor.")
    assert Pause.objects.get(resumed_at=None).application == application


def test_provider_asks_for_the_end_and_kominfo_grants_it(sop: Sop, served: Served) -> None:
    values = {"publication": served.live.pk, "wish": "usang"}
    assert "paling cepat" in post(sop, "penyedia", "akhir", **values, sunset_on="besok", reason="Diganti.")
    assert "Usulan disampaikan" in post(sop, "penyedia", "akhir", **values, sunset_on=SOON, reason="Diganti.")
    request = served.live.lifecycle_requests.get()
    assert "Diganti." in read_text(sign_in(sop.persons["bidang"]).get(PAGE))
    assert "Keputusan tersimpan" in post(sop, "bidang", "putusan", request=request.pk, answer="ya")
    served.live.refresh_from_db()
    assert (served.live.state, served.live.sunset_on.isoformat()) == ("usang", SOON)
    told = read_text(sign_in(sop.persons["pemanfaat_program"]).get("/aplikasi/"))
    assert f"Hari terakhirnya {SOON}" in told


def test_last_day_shows_before_and_retirement_after_it(sop: Sop, served: Served) -> None:
    lifecycle.deprecate(sop.persons["tim_it"], served.live, local(now()).date() + timedelta(days=40), "Diganti.")
    assert "Hentikan sekarang" not in read_text(sign_in(sop.persons["tim_it"]).get(PAGE))
    type(served.live).objects.filter(pk=served.live.pk).update(sunset_on=local(now()).date() - timedelta(days=1))
    assert "Hentikan sekarang" in read_text(sign_in(sop.persons["tim_it"]).get(PAGE))
    post(sop, "tim_it", "akhir", publication=served.live.pk, wish="pensiun", reason="Selesai.")
    served.live.refresh_from_db()
    assert served.live.state == "pensiun"


def test_networks_are_kept_and_shown(sop: Sop, served: Served) -> None:
    grant = Grant.objects.get(dataset=served.dataset, role="pemanfaat", revoked_at=None)
    assert "pada baris 2" in post(sop, "tim_it", "alamat", grant=grant.pk, addresses="10.1.2.3\nkantor")
    post(sop, "tim_it", "alamat", grant=grant.pk, addresses="10.1.2.0/24\n")
    grant.refresh_from_db()
    assert grant.addresses == ["10.1.2.0/24"]
    assert "10.1.2.0/24" in read_text(sign_in(sop.persons["penyedia"]).get(PAGE))


@pytest.mark.parametrize("part", ["jeda", "jeda-aplikasi", "lanjut", "akhir", "putusan", "alamat"])
def test_every_form_refuses_a_consumer_and_an_unknown_thing(sop: Sop, served: Served, part: str) -> None:
    assert sign_in(sop.persons["pemanfaat"], raise_request_exception=False).post(PAGE + part, {}).status_code == 403
    answer = sign_in(sop.persons["tim_it"], raise_request_exception=False).post(PAGE + part, {"reason": "x"})
    assert answer.status_code == 404
