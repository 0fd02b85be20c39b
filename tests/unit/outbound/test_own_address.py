"""The way to the hub's public address: what fails is told as what it is. Real sockets and real certificates."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simpul.outbound import own_address
from simpul.outbound.own_address import AddressAway, AnotherAnswers, CertificateRefused, NameUnknown, Place


class Health(BaseHTTPRequestHandler):
    """Answers as the exchange's health does."""

    body = b'{"status": "ok"}'

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Stranger(Health):
    body = b"<h1>It works</h1>"


def write_certificate(folder: Path, name: str, *, days: int = 1) -> Path:
    """Write a certificate signed by itself with its key; negative `days`: it has ended."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=9))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(encoding))
    return path


@contextmanager
def serve(handler: type[Health], certificate: Path | None = None) -> Iterator[int]:
    """Run a server for the time of a `with` block; give its port."""
    server = HTTPServer(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def find_closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_known_name_gives_its_addresses() -> None:
    assert own_address.find_addresses(Place("http", "127.0.0.1", 80)) == ["127.0.0.1"]


def test_unknown_name_is_told_by_name() -> None:
    with pytest.raises(NameUnknown) as refusal:
        own_address.find_addresses(Place("http", "tidak-ada.invalid", 80))
    assert "tidak-ada.invalid" in refusal.value.message.id


def test_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    with serve(Health, write_certificate(tmp_path, "localhost")) as port, pytest.raises(CertificateRefused) as refusal:
        own_address.check_certificate(Place("https", "localhost", port))
    assert "tidak dapat dipercaya" in refusal.value.message.id


@pytest.mark.parametrize(
    ("name", "days", "told"), [("localhost", -1, "kedaluwarsa"), ("lain.contoh.go.id", 1, "tidak memuat nama")]
)
def test_ended_and_foreign_certificates_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, days: int, told: str
) -> None:
    certificate = write_certificate(tmp_path, name, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve(Health, certificate) as port, pytest.raises(CertificateRefused) as refusal:
        own_address.check_certificate(Place("https", "localhost", port))
    assert told in refusal.value.message.id


def test_trusted_certificate_gives_the_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = write_certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve(Health, certificate) as port:
        assert own_address.check_certificate(Place("https", "localhost", port)).startswith("TLS")


def test_server_without_tls_is_no_way_by_tls() -> None:
    with serve(Health) as port, pytest.raises(CertificateRefused):
        own_address.check_certificate(Place("https", "127.0.0.1", port))


def test_closed_port_is_away() -> None:
    port = find_closed_port()
    with pytest.raises(AddressAway):
        own_address.check_certificate(Place("https", "127.0.0.1", port))
    with pytest.raises(AddressAway):
        own_address.check_answer(f"http://127.0.0.1:{port}")


def test_exchange_is_known_by_its_health_and_another_server_is_not() -> None:
    with serve(Health) as port:
        own_address.check_answer(f"http://127.0.0.1:{port}")
    with serve(Stranger) as port, pytest.raises(AnotherAnswers):
        own_address.check_answer(f"http://127.0.0.1:{port}")
