"""From the kind to the first rows with real readers: a REST service of ours, and MariaDB where Debian's package is here."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from mariadb_server import PASSWORD, MariaDB, find_mariadb, run_mariadb

from portal_world import Database, read_text, sign_in
from service_world import Served
from simpul.portal.sources.models import Source, SourceRun
from simpul.portal.sources.opening import open_source
from simpul.portal.sources.running import run_source
from simpul.portal.sources.secrets import seal_secret

ADD = "/layanan/wilayah/data/desa/sumber/baru/"
TOKEN = "token-rahasia-9"
ROWS = [{"kode": f"63.05.{number:06d}", "nama": f"Desa {number}", "jumlah": number, "x": 1} for number in range(1, 31)]


class Service(BaseHTTPRequestHandler):
    """Answers pages of ten rows to whoever brings the token."""

    rows: list[dict[str, Any]] = ROWS

    def do_GET(self) -> None:
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, {})
        page = int(self.path.partition("page=")[2] or 1)
        return self.answer(200, {"data": self.rows[(page - 1) * 10 : page * 10]})

    def answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """Give the address of a running service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDB]:
    """Give a real MariaDB; skip, saying so, where it isn't here."""
    if find_mariadb() is None:
        pytest.skip("NO MARIADB: install mariadb-server; fetching from it by the pages is NOT tested")
    with run_mariadb(tmp_path_factory.mktemp("maria")) as made:
        made.root(
            [
                "CREATE TABLE simpeg.desa (kd_desa varchar(13) PRIMARY KEY, nama varchar(60), jumlah int, `at` date)",
                "INSERT INTO simpeg.desa VALUES ('63.05.000101', 'Rantau', 12, NULL), ('63.05.000102', 'Bungur', -4, NULL)",
            ]
        )
        yield made


def allow(served: Served, place: str) -> None:
    keeper = sign_in(served.sop.persons["pengelola_sistem"])
    form = {"kind": "address", "value": place, "purpose": "Uji"}
    assert keeper.post("/pengaturan/alamat-keluar/", form).status_code == 302


def fetch(served: Served, client: Client, source: Source, *, allows_deletion: bool = False) -> SourceRun:
    """Ask for a run by the page, and do it (with the portal's own role: the test's rows aren't committed)."""
    act = "setujui" if allows_deletion else "jalankan"
    assert client.post(f"/sumber/{source.pk}/tindakan/", {"act": act}).status_code == 302
    run = run_source(source.pk)
    assert run is not None
    return run


def choose(**columns: str) -> dict[str, str]:
    """Return the mapping's form: the contract's column by its place → what fills it."""
    names = ["kode", "nama", "nik_kades", "kelas", "jumlah"]
    return {f"from_{names.index(name)}": value for name, value in columns.items()}


def test_rest_service_is_set_up_tested_mapped_and_fetched(served: Served, portal: Database, service: str) -> None:
    allow(served, service.removeprefix("http://"))
    client = sign_in(served.sop.persons["penyedia"])
    form = {
        "name": "API desa", "address": f"{service}/desa", "sign_in": "bearer", "secret": TOKEN, "records_path": "data",
        "paging": "page", "page_parameter": "page", "page_size": "10", "first_page": "1", "null_cursor": "read",
        "overlap": "0", "pause_ms": "0",
    }  # fmt: skip
    answer = client.post(ADD + "?jenis=rest", form)
    assert answer.status_code == 302, read_text(answer)
    source = Source.objects.get(name="API desa")
    text = read_text(client.post(f"/sumber/{source.pk}/uji/"))
    assert "Sambungan berhasil." in text
    assert "63.05.000001" in text
    text = read_text(client.get(f"/sumber/{source.pk}/kolom/"))
    assert "Kolom sumber yang tidak dipakai" in text
    proposed = {"kode": "kolom:kode", "nama": "kolom:nama", "jumlah": "kolom:jumlah"}
    assert text.count(" selected>") == 5
    answer = client.post(f"/sumber/{source.pk}/kolom/", choose(**proposed))
    assert answer.status_code == 302, read_text(answer)
    run = fetch(served, client, source)
    assert run.state == "selesai", run.problem
    assert (run.received, run.inserted, run.refused) == (30, 30, 0)


def test_wrong_token_is_told_at_its_stage_with_the_next_step(served: Served, portal: Database, service: str) -> None:
    allow(served, service.removeprefix("http://"))
    client = sign_in(served.sop.persons["penyedia"])
    form = {"name": "API", "address": service, "sign_in": "bearer", "secret": "salah", "paging": "none",
            "null_cursor": "read", "page_size": "10", "first_page": "1", "overlap": "0", "pause_ms": "0"}  # fmt: skip
    assert client.post(ADD + "?jenis=rest", form).status_code == 302
    source = Source.objects.get(name="API")
    text = read_text(client.post(f"/sumber/{source.pk}/uji/"))
    assert "Sambungan belum berhasil" in text
    assert "salah" not in text
    assert read_text(client.get(f"/sumber/{source.pk}/kolom/")).count("<select") == 0


def test_folder_is_read_for_the_agency_it_was_listed_for_alone(
    served: Served, portal: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "desa"
    folder.mkdir()
    (folder / "desa.csv").write_text("kode,nama,jumlah\n63.05.000201,Rantau,5\n63.05.000202,Bungur,tujuh\n")
    keeper = sign_in(served.sop.persons["pengelola_sistem"])
    form = {"kind": "folder", "value": str(folder), "purpose": "Uji"}
    other = {**form, "organization": served.sop.organizations["lain"].pk}
    assert keeper.post("/pengaturan/alamat-keluar/", other).status_code == 302
    client = sign_in(served.sop.persons["penyedia"])
    typed = {"name": "Folder", "folder": str(folder), "pattern": "*.csv", "takes": "each", "settle_seconds": "0"}
    assert client.post(ADD + "?jenis=folder", typed).status_code == 302
    source = Source.objects.get(name="Folder")
    text = read_text(client.post(f"/sumber/{source.pk}/uji/"))
    assert "Sambungan belum berhasil" in text
    assert "Rantau" not in text
    own = {**form, "organization": served.sop.organizations["penyedia"].pk}
    assert keeper.post("/pengaturan/alamat-keluar/", own).status_code == 302
    assert "Rantau" in read_text(client.post(f"/sumber/{source.pk}/uji/"))
    chosen = choose(kode="kolom:kode", nama="kolom:nama", jumlah="kolom:jumlah")
    assert client.post(f"/sumber/{source.pk}/kolom/", chosen).status_code == 302
    run = fetch(served, client, source)
    assert (run.state, run.received, run.inserted, run.refused) == ("selesai", 2, 1, 1), run.problem
    again = fetch(served, client, source)
    assert (again.state, again.received) == ("selesai", 0), again.problem


def test_server_in_a_closed_network_is_refused_until_it_is_listed(
    served: Served, portal: Database, service: str
) -> None:
    client = sign_in(served.sop.persons["penyedia"])
    form = {"name": "API", "address": service, "sign_in": "none", "paging": "none", "null_cursor": "read",
            "page_size": "10", "first_page": "1", "overlap": "0", "pause_ms": "0"}  # fmt: skip
    assert client.post(ADD + "?jenis=rest", form).status_code == 302
    text = read_text(client.post(f"/sumber/{Source.objects.get(name='API').pk}/uji/"))
    assert "Pengelola Sistem" in text
    assert "Sambungan berhasil" not in text


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_large_table_is_fetched_whole_in_flat_memory(
    served: Served, portal: Database, mariadb: MariaDB, mode: str, long: bool
) -> None:
    many = 1_000_000 if long else 20_000
    mariadb.root(
        [
            "CREATE OR REPLACE TABLE simpeg.banyak (kode varchar(13) PRIMARY KEY, nama varchar(60), jumlah int)",
            f"INSERT INTO simpeg.banyak SELECT CONCAT('63.05.', LPAD(seq, 7, '0')), CONCAT('Desa ', seq), seq FROM simpeg.seq_1_to_{many}",
        ]
    )
    allow(served, f"127.0.0.1:{mariadb.port}")
    person = served.sop.persons["penyedia"]
    source = Source.objects.create(
        dataset=served.dataset,
        name="Banyak",
        kind="mysql",
        settings={"host": "127.0.0.1", "port": str(mariadb.port), "database": "simpeg", "user": "hub", "table": "banyak",
                  "tls": "off"} | ({"cursor_column": "jumlah", "key_columns": "kode"} if mode == "merge" else {}),
        mode=mode,
        allows_deletion=True,
        mapping={name: {"source": name} for name in ("kode", "nama", "jumlah")},
        created_by=person,
        changed_by=person,
    )  # fmt: skip
    source.secret_sealed = seal_secret(source.pk, source.settings, PASSWORD)
    with open_source(source) as reader:
        source.described = [list(one) for one in reader.describe()]
    source.save()
    client = sign_in(person)
    before = getrusage(RUSAGE_SELF).ru_maxrss
    run = fetch(served, client, source, allows_deletion=True)
    grown = (getrusage(RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"{mode}: {many} rows in {run.busy_seconds:.1f} s, memory grew by {grown} MB")
    assert (run.state, run.received, run.inserted) == ("selesai", many, many), run.problem
    assert grown < 150


def test_mariadb_is_set_up_and_its_bad_row_refused(served: Served, portal: Database, mariadb: MariaDB) -> None:
    allow(served, f"127.0.0.1:{mariadb.port}")
    client = sign_in(served.sop.persons["penyedia_program"])
    form = {
        "name": "SIMDUK", "host": "127.0.0.1", "port": mariadb.port, "database": "simpeg", "user": "hub", "table": "desa",
        "tls": "off", "null_cursor": "read", "overlap": "0", "secret": PASSWORD,
    }  # fmt: skip
    answer = client.post(ADD + "?jenis=mysql", form)
    assert answer.status_code == 302, read_text(answer)
    source = Source.objects.get(name="SIMDUK")
    text = read_text(client.post(f"/sumber/{source.pk}/uji/"))
    assert "Sambungan berhasil." in text, text
    assert "Rantau" in text
    wrong = client.post(f"/sumber/{source.pk}/kolom/", choose(nama="kolom:nama"))
    assert wrong.status_code == 422
    assert "Kolom wajib ini belum diisi" in read_text(wrong)
    chosen = choose(kode="kolom:kd_desa", nama="kolom:nama", jumlah="kolom:jumlah", kelas="tetap")
    assert client.post(f"/sumber/{source.pk}/kolom/", {**chosen, "constant_3": "maju"}).status_code == 302
    run = fetch(served, client, source)
    assert (run.state, run.received, run.inserted, run.refused) == ("selesai", 2, 1, 1), run.problem
    mariadb.root("ALTER TABLE simpeg.desa DROP COLUMN jumlah")
    run = fetch(served, client, source)
    assert (run.state, run.problem["code"], run.received) == ("gagal", "SPL723", 0)
    text = read_text(client.get(f"/sumber/{source.pk}/"))
    assert "Kolom jumlah hilang dari sumber." in text
    assert PASSWORD not in text
