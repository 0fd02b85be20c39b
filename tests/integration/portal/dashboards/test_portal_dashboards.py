"""What a dashboard shows and hides, to whom, and that a failed refresh keeps the old numbers with their time."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from portal_world import Database, read_text, sign_in
from service_world import NIK, Served, make_rows
from simpul.kernel.clock import now
from simpul.portal.dashboards.actions import refresh_dataset
from simpul.portal.dashboards.models import DashboardSnapshot
from simpul.portal.dashboards.refreshing import refresh_stale
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import Dataset, Publication
from simpul.store.sql import SQL, Identifier
from sop_world import Sop

PAGE = "/dashboard/ramai/"
SCRIPT = re.compile(r'<script id="(grafik-[^"]+)" type="application/json">(.*?)</script>')


@pytest.fixture(scope="module")
def crowded(sop: Sop) -> Served:
    """Give a live service of 6 rows maju, 5 mandiri, 4 tertinggal and one without a class, drawn."""
    made = Served(sop, "ramai")
    made.send([*make_rows(6), *make_rows(5, "mandiri", 11), *make_rows(4, "tertinggal", 21), *make_rows(1, "", 31)])
    assert refresh_dataset(made.dataset) == ""
    return made


@pytest.fixture(scope="module")
def opened(sop: Sop) -> Served:
    """Give a live service of open data, drawn."""
    made = Served(sop, "umum", access_class="terbuka")
    made.send(make_rows(6))
    refresh_dataset(made.dataset)
    return made


@pytest.fixture
def broken(crowded: Served, portal: Database) -> Served:
    """Give the same after its table can't be read any more."""
    row = crowded.dataset
    Dataset.objects.filter(pk=row.pk).update(table_name="hilang", version=row.version + 1)
    publication = Publication.objects.get(pk=crowded.live.pk)
    publication.compiled["datasets"]["desa"]["table"] = "hilang"
    publication.save()
    return crowded


def read_page(served: Served, who: str = "penyedia", context: str = "ramai") -> str:
    return read_text(sign_in(served.sop.persons[who]).get(f"/dashboard/{context}/"))


def test_group_under_five_is_hidden_and_said_so(crowded: Served, portal: Database) -> None:
    text = read_page(crowded)
    for shown in ("maju", "mandiri", ">16<"):
        assert shown in text, shown
    assert "tertinggal" not in text
    assert "2 kelompok tidak ditampilkan" in text


def test_no_personal_column_and_no_row_is_shown(crowded: Served, portal: Database) -> None:
    text = read_page(crowded)
    for hidden in (NIK, "nik_kades", "NIK kepala desa", "Desa 1", "63.05.01"):
        assert hidden not in text, hidden


def test_chart_and_table_show_the_same_numbers(crowded: Served, portal: Database) -> None:
    text = read_page(crowded)
    drawn = [json.loads(found[1]) for found in SCRIPT.findall(text)]
    assert drawn
    for option in drawn:
        for value in option["series"][0]["data"]:
            assert f'<td class="number">{value}</td>' in text


def test_free_text_is_not_drawn_and_said_so(sop: Sop) -> None:
    made = Served(sop, "sebar")
    made.send(make_rows(30))  # thirty names, one class
    refresh_dataset(made.dataset)
    text = read_page(made, context="sebar")
    assert "Tidak digambar, karena hampir setiap barisnya berisi lain: Nama." in text
    assert "Baris menurut Nama" not in text
    assert "Baris menurut Kelas" in text
    assert "<dt>Nama</dt><dd>30 nilai berbeda</dd>" in text


def test_column_that_became_personal_leaves_the_old_picture(crowded: Served, portal: Database) -> None:
    publication = Publication.objects.get(pk=crowded.live.pk)
    for column in publication.compiled["datasets"]["desa"]["model"]["columns"]:
        if column["name"] == "kelas":
            column["pdp_class"] = "spesifik"
    publication.save()
    assert "mandiri" not in read_page(crowded)


@pytest.mark.parametrize("who", ["penyedia", "pemanfaat", "pemanfaat_program", "tim_it", "kepala_dinas", "auditor"])
def test_parties_kominfo_head_and_auditor_see_it(crowded: Served, portal: Database, who: str) -> None:
    assert sign_in(crowded.sop.persons[who]).get(PAGE).status_code == 200


def test_charlie_and_the_public_are_not_told_of_it(crowded: Served, portal: Database) -> None:
    for who in ("lain", "lain_program", "pengelola_sistem"):
        assert sign_in(crowded.sop.persons[who]).get(PAGE).status_code == 404, who
    known, unknown = (Client().get(f"/dashboard/{context}/") for context in ("ramai", "tidak-ada"))
    assert known.status_code == unknown.status_code == 302
    assert known.headers["Location"].startswith("/masuk/login/")


def test_open_live_data_are_public(opened: Served, portal: Database) -> None:
    text = read_text(Client().get("/dashboard/umum/"))
    assert "maju" in text
    assert NIK not in text


@pytest.mark.parametrize("state", ["verifikasi", "pensiun", "ditutup"])
def test_open_data_that_are_not_live_are_not_public(opened: Served, portal: Database, state: str) -> None:
    Publication.objects.filter(pk=opened.live.pk).update(state=state)
    assert Client().get("/dashboard/umum/").status_code == 302


def test_party_sees_the_dashboard_in_verification(opened: Served, portal: Database) -> None:
    Publication.objects.filter(pk=opened.live.pk).update(state="verifikasi")
    assert "Verifikasi" in read_page(opened, context="umum")


def test_failed_refresh_keeps_the_old_numbers_with_their_time(broken: Served) -> None:
    before = DashboardSnapshot.objects.get(dataset=broken.dataset)
    assert refresh_dataset(broken.dataset) != ""
    after = DashboardSnapshot.objects.get(dataset=broken.dataset)
    assert (after.content, after.refreshed_at) == (before.content, before.refreshed_at)
    text = read_page(broken)
    assert "gagal" in text
    assert "Angka di bawah adalah keadaan" in text
    assert '<p class="figure-big">16</p>' in text
    assert "hilang" not in text  # the driver's own words stay inside


def test_refresh_that_never_succeeded_shows_no_number(broken: Served) -> None:
    DashboardSnapshot.objects.all().delete()
    refresh_dataset(broken.dataset)
    text = read_page(broken)
    assert "belum dibuat" in text
    assert "figure-big" not in text


def test_data_that_never_came_are_not_shown_as_zero(sop: Sop, portal: Database, crowded: Served) -> None:
    Dataset.objects.filter(pk=crowded.dataset.pk).update(delivered_at=None, row_count=0)
    get_driver_connection().execute(
        SQL("DELETE FROM {}").format(Identifier(crowded.dataset.schema_name, crowded.dataset.table_name))
    )
    refresh_dataset(crowded.dataset)
    text = read_page(crowded)
    assert "Belum ada kiriman data" in text
    assert "figure-big" not in text


def test_newer_rows_are_told_until_the_worker_draws_them(crowded: Served, portal: Database) -> None:
    crowded.send(make_rows(1, start=40))
    assert "Ada kiriman yang lebih baru" in read_page(crowded)
    refresh_stale()
    text = read_page(crowded)
    assert "Ada kiriman yang lebih baru" not in text
    assert '<p class="figure-big">17</p>' in text


def test_data_older_than_agreed_are_marked(crowded: Served, portal: Database) -> None:
    publication = Publication.objects.get(pk=crowded.live.pk)
    publication.compiled["datasets"]["desa"]["model"]["frequency"] = "harian"
    publication.save()
    assert "lebih tua dari kesepakatan" not in read_page(crowded)
    Dataset.objects.filter(pk=crowded.dataset.pk).update(delivered_at=now() - timedelta(days=2))
    assert "lebih tua dari kesepakatan" in read_page(crowded)
