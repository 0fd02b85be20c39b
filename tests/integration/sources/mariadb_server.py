"""A real MariaDB on a private socket and port, started by the tests, holding a small but nasty agency database."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pymysql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simpul.kernel.clock import now

USER, PASSWORD, DATABASE = "hub", "rahasia-%s-'`", "simpeg"

NASTY = """
CREATE DATABASE simpeg CHARACTER SET utf8mb4;
CREATE USER 'hub'@'%' IDENTIFIED BY '{password}';
GRANT SELECT ON simpeg.* TO 'hub'@'%';
CREATE DATABASE tertutup;
CREATE TABLE tertutup.gaji (id int);
USE simpeg;
CREATE TABLE catatan (id int);
GRANT INSERT ON simpeg.catatan TO 'hub'@'%';
CREATE TABLE pegawai (
  id bigint unsigned PRIMARY KEY, nama varchar(100), gaji decimal(30,10), bobot double, nilai float, aktif bit(1),
  izin bit(12), jenis enum('PNS','PPPK'), sifat set('a','b','c'), lahir date, masuk datetime, ubah timestamp(6) NULL,
  lama time, tahun year, data json, foto blob, kecil tinyint unsigned
);
INSERT INTO pegawai VALUES
 (18446744073709551615, 'Siti “Aminah” 😀', 12345678901234567890.0123456789, 0.1, 0.1, b'1', b'100000000001', 'PNS',
  'a,c', '1990-02-28', '2020-01-01 08:00:00', '2026-01-01 00:00:00.123456', '08:30:00', 2020, '{{"a": 1.10}}', 'teks', 255),
 (2, NULL, NULL, NULL, 16777216, b'0', b'0', 'PPPK', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0);
SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', time_zone = '+00:00';
INSERT INTO pegawai (id, nama, lahir, masuk, lama, foto, jenis) VALUES
 (3, 'Tanggal nol', '0000-00-00', '2020-01-01', '08:00:00', NULL, 'PNS'),
 (4, 'Separuh', '2020-05-00', '2020-01-01', '08:00:00', NULL, 'PNS'),
 (5, 'Lama', '2020-05-01', '2020-01-01', '838:59:59', NULL, 'PNS'),
 (6, 'Bita', '2020-05-01', '2020-01-01', '-01:00:00', X'FFFE00', 'PNS');
CREATE TABLE lama (id int PRIMARY KEY, nama varchar(50)) CHARACTER SET latin1;
INSERT INTO lama VALUES (1, 'Café Ñandú'), (2, 'Rantau');
CREATE TABLE kunjungan (id int PRIMARY KEY, isi varchar(20), diubah datetime NULL, `persen%s` int NULL);
INSERT INTO kunjungan VALUES
 (1, 'a', '2026-01-01 08:00:00', 1), (2, 'b', '2026-01-01 08:00:00', 2), (3, 'c', '2026-01-01 08:00:00', 3),
 (4, 'd', '2026-01-02 08:00:00', 4), (5, 'kosong', NULL, 5), (6, 'nol', '0000-00-00 00:00:00', 6),
 (7, 'masa depan', '2999-01-01 00:00:00', 7);
CREATE VIEW ringkas AS SELECT id, nama FROM pegawai;
CREATE TABLE besar (id bigint unsigned PRIMARY KEY, isi varchar(40));
INSERT INTO besar SELECT 18446744073709500000 + seq, CONCAT('baris ', seq) FROM seq_1_to_20000;
"""


@dataclass
class MariaDB:
    """A running server; `root` runs a statement as its owner."""

    port: int
    socket: Path
    ca_pem: str = ""

    def root(self, statements: str | Sequence[str]) -> None:
        """Run statements as the server's owner."""
        with pymysql.connect(
            unix_socket=str(self.socket), user="root", charset="utf8mb4", autocommit=True
        ) as connection:
            for one in [statements] if isinstance(statements, str) else statements:
                connection.cursor().execute(one)


def make_certificates(folder: Path) -> tuple[list[str], str]:
    """Return the server's options for TLS as 127.0.0.1, and the PEM of the authority that signed its certificate."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("CA contoh", "db contoh")]
    pem = serialization.Encoding.PEM
    for place, file in enumerate(("ca", "server")):
        builder = x509.CertificateBuilder(names[0], names[place], keys[place].public_key(), place + 1)
        builder = builder.not_valid_before(now() - timedelta(days=1)).not_valid_after(now() + timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=place == 0, path_length=None), critical=True)
        names_of = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        made = builder.add_extension(names_of, critical=False).sign(keys[0], hashes.SHA256())
        (folder / f"{file}.pem").write_bytes(made.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(keys[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    options = [f"--ssl-cert={folder / 'server.pem'}", f"--ssl-key={folder / 'key.pem'}"]
    return options, (folder / "ca.pem").read_text()


def find_mariadb() -> Path | None:
    """Return the server's program, None where Debian's package isn't installed."""
    found = shutil.which("mariadbd", path=os.environ.get("PATH", "") + ":/usr/sbin")
    return Path(found) if found else None


@contextmanager
def run_mariadb(folder: Path, *options: str) -> Iterator[MariaDB]:
    """Make a fresh server in a folder, with the agency's database, for the time of the block."""
    program = find_mariadb()
    assert program is not None
    data, place = folder / "data", folder / "s.sock"
    tls, ca_pem = make_certificates(folder)
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
         "--skip-test-db", *as_root],
        check=True, capture_output=True,
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, "--no-defaults", f"--datadir={data}", f"--socket={place}", f"--port={port}",
             "--bind-address=127.0.0.1", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0",
             "--innodb-buffer-pool-size=32M", "--default-time-zone=+08:00", *tls, *options, *as_root],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        made = MariaDB(port, place, ca_pem)
        _wait(made, server)
        made.root([one for one in NASTY.format(password=PASSWORD.replace("'", "''")).split(";\n") if one.strip()])
        yield made
    finally:
        server.terminate()
        server.wait(30)


def _wait(made: MariaDB, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert server.poll() is None, "MariaDB didn't start"
        try:
            made.root("SELECT 1")
        except pymysql.Error:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("MariaDB didn't answer")
