"""An invented regency that takes cases through the SOP by the portal's own actions, without HTTP.

The portal's part runs with the portal's database role and the worker's part with the worker's, on committed rows, as
in the running hub. Integration tests run against a real exchange where a test asks for `exchange`; otherwise
`Sop.pass_tests` enters their outcome.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings

from portal_world import make_organization, make_person, point_django
from simpul.jobs.tasks import TASKS
from simpul.kernel.clock import local, now
from simpul.portal.activities import actions as activities
from simpul.portal.cases import actions as cases
from simpul.portal.cases.actions import ActRef
from simpul.portal.cases.attachments import attach
from simpul.portal.cases.models import Case, OpenAct, Party
from simpul.portal.contracts.models import Contract
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person
from simpul.portal.quality import models as quality
from simpul.portal.services.models import Publication
from simpul.store.launcher import Database
from simpul.store.pools import connect

SCAN = b"%PDF-1.4\n% contoh pindaian\n%%EOF\n"
CSV = b"kode,nama,jumlah\n63.05.01,Tapin Utara,120\n63.05.02,Bungur,80\n63.06.01,Sungai Raya,95\n"
TODAY = local(now()).date()
LANES = ("tim_it", "sub_koordinasi", "bidang")


class Sop:
    """Kominfo's officers by their lane, and agencies with an officer and a programmer each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.kominfo = make_organization("kominfo", "Dinas Kominfo (contoh)", Organization.Kind.KOMINFO)
        roles = (*LANES, "kepala_dinas", "auditor", "pengelola_sistem")
        self.persons = {role: make_person(f"Contoh {role}", self.kominfo, role) for role in roles}
        self.organizations: dict[str, Organization] = {}
        for code in ("pemohon", "penyedia", "pemanfaat", "lain"):
            self.add_organization(code)

    def add_organization(self, code: str) -> Organization:
        """Make an agency with an officer (by its code) and a programmer (`<code>_program`)."""
        made = make_organization(code, f"Dinas {code.title()} (contoh)")
        self.organizations[code] = made
        self.persons[code] = make_person(f"Petugas {code}", made, "opd")
        self.persons[f"{code}_program"] = make_person(f"Pemrogram {code}", made, "pemrogram_opd")
        return made

    def work(self) -> None:
        """Do the waiting jobs, as the worker does."""
        point_django(self.database.dsn("worker"))
        try:
            with connect(self.database.dsn("worker"), autocommit=True) as queue:
                while job := self._take_job(queue):
                    next(one for one in TASKS if one.name == job[1]).run(**job[2])
        finally:
            point_django(self.database.dsn("portal"))

    def _take_job(self, queue: Any) -> Any:
        return queue.execute(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = (SELECT id FROM procrastinate_jobs"
            " WHERE status = 'todo' ORDER BY id LIMIT 1) RETURNING id, task_name, args"
        ).fetchone()

    def execute(self, statement: str, values: Any = None) -> list[Any]:
        """Run a statement as the database's owner."""
        with connect(self.database.owner_dsn, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def open_case(
        self, applicant: str = "pemohon", kind: str = Case.Kind.NEW, changes: Contract | None = None
    ) -> "Play":
        """Open a case of an agency's officer."""
        person = self.persons[applicant]
        return Play(self, cases.open_case(person, person.organization, kind=kind, changes=changes).number)


class Play:
    """One case, and what its officers do with it: answers that are right unless a test says otherwise."""

    def __init__(self, sop: Sop, number: str) -> None:
        self.sop, self.number = sop, number
        self.provider, self.consumers = "penyedia", ["pemanfaat"]
        self.content, self.context = CSV, f"wilayah_{int(number[-5:])}"

    @property
    def case(self) -> Case:
        """The case as it is stored now."""
        return Case.objects.select_related("applicant", "procedure_version").get(number=self.number)

    @property
    def open_steps(self) -> set[int]:
        return set(self.case.open_acts.values_list("step_no", flat=True))

    def find_act(self, no: int, act: str, party: str = "") -> OpenAct:
        """Return the open act; `party` names the agency where several owe it."""
        rows = self.case.open_acts.select_related("organization", "case").filter(step_no=no, act=act)
        return (rows.filter(organization__code=party) if party else rows).get()

    def make_ref(self, no: int, act: str, party: str = "") -> ActRef:
        found = self.find_act(no, act, party)
        return ActRef(found.step, found.round, found.act, found.organization.code if found.organization else "")

    def find_actor(self, no: int, act: str, party: str = "") -> Person:
        """Return who may do an open act: the lane's officer, or the agency's."""
        found = self.find_act(no, act, party)
        return self.sop.persons[found.organization.code if found.organization else found.actor]

    def complete(
        self, no: int, act: str, answers: Mapping[str, Any] | None = None, party: str = "", person: Person | None = None
    ) -> None:
        who = person or self.find_actor(no, act, party)
        activities.complete_act(who, self.number, self.make_ref(no, act, party), dict(answers or {}))

    def run_tool(self, no: int, act: str, name: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        who = self.find_actor(no, act)
        return activities.run_tool(who, self.number, self.make_ref(no, act), name, dict(values or {}))

    def attach(self, no: int, act: str, kind: str, name: str = "pindaian.pdf", content: bytes = SCAN) -> int:
        found = self.find_act(no, act)
        who = self.find_actor(no, act)
        return int(attach(who, self.case, found.step, found.round, kind, name, content).pk)

    def send_letter(self, **changes: Any) -> None:
        """Row 1."""
        if "signed_scan" not in changes:
            changes["signed_scan"] = self.attach(1, "kirim", "surat-permohonan")
        self.complete(1, "kirim", {**self.write_letter(), **changes})

    def write_letter(self) -> dict[str, Any]:
        return {
            "letter_number": "000/001/2026",
            "letter_date": str(TODAY),
            "classification": "Biasa",
            "attachments": "1 berkas",
            "subject": "Permohonan layanan SPLP",
            "application": "Aplikasi Contoh",
            "purpose": "Perencanaan",
            "provider": self.provider,
            "consumers": self.consumers,
            "contact_name": "Contoh",
            "contact_email": "contoh@contoh.go.id",
            "contact_phone": "0812 3456 7890",
            "business_process": "Petugas memilih wilayah.",
            "elements": [{"name": "kode", "type": "teks"}],
            "signer_position": "Kepala Dinas",
            "copies": [{"name": "Arsip"}],
        }

    def dispose(self) -> None:
        """Row 2."""
        self.complete(2, "disposisi", {"recipients": ["tim_it"], "instructions": ["periksa"]})

    def check(self, missing: tuple[str, ...] = ()) -> None:
        """Row 3."""
        keys = ("surat", "nama", "email", "ponsel", "proses_bisnis", "data_informasi")
        answers = {f"{key}_ada": "belum" if key in missing else "ada" for key in keys}
        self.complete(3, "periksa", answers | {f"{key}_alasan": "Mohon dilengkapi." for key in missing})

    def coordinate(self) -> None:
        """Row 4."""
        present = [{"name": "Contoh", "position": "Analis", "organization": "Dinas Contoh"}]
        self.complete(
            4,
            "koordinasi",
            {
                "held_on": str(TODAY),
                "administrator_name": "Contoh Pejabat",
                "administrator_position": "Kepala Bidang",
                "present": present,
                "result": "Penyedia bersedia.",
                "request": "Definisikan data.",
            },
        )

    def write_definition(self, **columns: dict[str, Any]) -> dict[str, Any]:
        """Return row 5's answers; each keyword changes a column, None takes it out, a new name adds one."""
        rows = {
            "kode": {"title": "Kode", "key": True, "required": True, "length": 13},
            "nama": {"title": "Nama", "required": True, "length": 60},
            "jumlah": {"title": "Jumlah", "logical_type": "integer", "minimum": "0", "unit": "jiwa"},
        } | columns
        base = {"logical_type": "string", "pdp_class": "tidak", "definition": "Contoh", "classification": "Umum"}
        base |= {"measure": "Nilai", "unit": "-"}
        shown = [{"name": name, **base, **row} for name, row in rows.items() if row is not None]
        dataset = {"name": "desa", "title": "Desa", "description": "Contoh", "access_class": "terbatas"}
        return {
            "context": self.context,
            "title": "Data wilayah",
            "description": "Contoh",
            "datasets": [{**dataset, "columns": shown}],
        }

    def define(self, **columns: dict[str, Any]) -> None:
        """Row 5."""
        self.complete(5, "definisi", self.write_definition(**columns))

    def formulate(self, columns: str = "kode, nama", row_filter: str = "kode=like.63.05*", **changes: Any) -> None:
        """Row 6, Tim IT's part."""
        until = str(TODAY + timedelta(days=365))
        terms = [
            {
                "organization": code,
                "dataset": "desa",
                "columns": columns,
                "row_filter": row_filter,
                "purpose": "Perencanaan",
                "legal_basis": "Perpres 39/2019",
                "valid_from": str(TODAY),
                "valid_until": until,
            }
            for code in self.consumers
        ]
        rhythm = {"dataset": "desa", "delivery": "upload", "frequency": "bulanan"}
        limits = {"completeness": 50, "validity": 50, "refused_share": 100}
        self.complete(6, "rumus", {"sepakat": "ya", "terms": terms, "deliveries": [rhythm | limits], **changes})

    def answer(self, **answers: str) -> None:
        """Row 6, the parties' part; a keyword names who objects, with the reason."""
        for act, parties in (("penyedia_setuju", [self.provider]), ("pemanfaat_setuju", self.consumers)):
            for code in parties:
                reason = answers.get(code, "")
                self.complete(6, act, {"sepakat": "tidak" if reason else "ya", "reason": reason}, code)

    def make_document(self) -> None:
        """Row 7."""
        self.complete(7, "bentuk")
        self.complete(7, "konfirmasi", {"confirmed": True})

    def prepare_api(self) -> None:
        """Row 8."""
        self.run_tool(8, "siapkan", "terbitkan")
        self.sop.work()
        self.complete(8, "siapkan")

    def pass_tests(self) -> None:
        """Enter that the integration tests passed, where no exchange runs."""
        publication = Publication.objects.get(context=self.context, stage="sandbox", major=self.major)
        quality.TestRun.objects.create(
            publication=publication, case=self.case, state="selesai", passed=1, finished_at=now()
        )

    @property
    def major(self) -> int:
        """The major version that the case works on."""
        return int(self.case.contract_versions.order_by("-sequence").first().version.split(".")[0])

    def hand_over(self) -> None:
        """Row 9, without an exchange."""
        self.pass_tests()
        self.complete(9, "sampaikan")
        self.sop.work()

    def upload(self, no: int = 10, act: str = "kirim_data", content: bytes | None = None) -> dict[str, Any]:
        """Give the provider's rows to the tool of row 10 or 11."""
        file = self.attach(no, act, "kiriman-data", "data.csv", content or self.content)
        return self.run_tool(no, act, "unggah", {"dataset": "desa", "file": file})

    def store(self) -> dict[str, Any]:
        """Row 10."""
        report = self.upload()
        self.complete(10, "kirim_data")
        self.complete(10, "konfirmasi")
        return report

    def verify(self) -> None:
        """Row 11."""
        checked = {"counts_match": True, "sample_matches": True, "refused_known": True}
        self.complete(11, "penyedia_periksa", checked)
        for code in self.consumers:
            self.complete(11, "pemanfaat_periksa", {"program_works": True, "changed": "Membaca dari hub."}, code)

    def report(self) -> None:
        """Row 12."""
        self.complete(12, "laporkan")
        self.complete(12, "konfirmasi", {"confirmed": True})

    def show(self, **answers: str) -> None:
        """Rows 13 and 14; a keyword names who judges *tidak sesuai*, with the reason."""
        self.complete(13, "sampaikan")
        self.run_tool(14, "tampilkan", "segarkan")
        self.complete(14, "tampilkan")
        for act, parties in (("penyedia_nilai", [self.provider]), ("pemanfaat_nilai", self.consumers)):
            for code in parties:
                reason = answers.get(code, "")
                self.complete(14, act, {"sesuai": "tidak" if reason else "ya", "reason": reason}, code)

    def finish(self) -> None:
        """Row 15."""
        scan = self.attach(15, "selesaikan", "berita-acara", content=SCAN + str(now()).encode())
        self.complete(15, "selesaikan", {"minutes_scan": scan, "conclusion": "Layanan aktif."})

    def reach(self, no: int) -> "Play":
        """Go on to a row, the shortest way."""
        ways = {
            1: self.send_letter,
            2: self.dispose,
            3: self.check,
            4: self.coordinate,
            5: self.define,
            6: lambda: (self.formulate(), self.answer()),
            7: self.make_document,
            8: self.prepare_api,
            9: self.hand_over,
            10: self.store,
            11: self.verify,
            12: self.report,
            13: lambda: self.show(),
            15: self.finish,
        }
        while self.open_steps and min(self.open_steps) < no:
            ways[min(self.open_steps)]()
        return self

    def list_parties(self) -> dict[str, list[str]]:
        named: dict[str, list[str]] = {}
        for one in Party.objects.filter(case__number=self.number).select_related("organization").order_by("id"):
            named.setdefault(one.role, []).append(one.organization.code)
        return named


@pytest.fixture(scope="module")
def sop(portal_database: Database) -> Sop:
    """Give the module its regency, on committed rows."""
    cache.clear()
    return Sop(portal_database)


@contextmanager
def serve(database: Database) -> Iterator[int]:
    """Run a real exchange on a database; give its port, which Django's settings name meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    home = str(settings.HUB.SIMPUL_HOME)
    environment = os.environ | {"SIMPUL_DSN": database.dsn("exchange"), "SIMPUL_HOME": home}
    options = ["--interface", "asgi", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    command = [sys.executable, "-m", "granian", *options, "simpul.exchange.app:application"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_until_ready(port)
        with override_settings(HUB=replace(settings.HUB, EXCHANGE_PORT=port, BIND_ADDRESS="127.0.0.1")):
            yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _wait_until_left(database)


def _wait_until_ready(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the exchange isn't ready")


def _wait_until_left(database: Database) -> None:
    """Wait until the server has noticed that the exchange is gone: its connections keep the database from going."""
    ask = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'simpul_exchange'"
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with connect(database.owner_dsn, autocommit=True) as connection:
            if connection.execute(ask.encode()).fetchone() == (0,):
                return
        time.sleep(0.1)


@pytest.fixture(scope="module")
def exchange(portal_database: Database) -> Iterator[int]:
    """Give the port of a real exchange over the module's database."""
    with serve(portal_database) as port:
        yield port
