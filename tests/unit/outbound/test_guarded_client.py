"""The HTTP client for servers of others, against small servers of our own."""

import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simpul.kernel.clock import now
from simpul.outbound.client import AnswerLimits, GuardedClient
from simpul.outbound.errors import (
    AddressForbidden,
    AnswerTooLarge,
    AnswerTooSlow,
    AnswerUnreadable,
    RedirectRefused,
    ServerAway,
    ServerUntrusted,
)
from simpul.outbound.guard import Guard

Handler = Callable[[BaseHTTPRequestHandler], None]
HOST = "opd.contoh.go.id"


@contextmanager
def serving(handle: Handler, trust: ssl.SSLContext | None = None) -> Iterator[int]:
    """Run a server on 127.0.0.1 that answers by a function; give its port."""

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            handle(self)

        def do_POST(self) -> None:
            handle(self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(to: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    to.send_response(status)
    for name, value in headers.items():
        to.send_header(name.replace("_", "-"), value)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body)


def redirect(to: BaseHTTPRequestHandler, location: str) -> None:
    answer(to, 302, Location=location)


def open_client(*allowed: str, limits: AnswerLimits | None = None, ca_pem: str = "") -> GuardedClient:
    """Give a client for which every name is this machine."""
    return GuardedClient(Guard(allowed or [HOST], resolve=lambda *_: ["127.0.0.1"]), limits=limits, ca_pem=ca_pem)


def test_answer_comes_with_status_headers_and_body() -> None:
    with serving(lambda to: answer(to, 404, b"hilang", X_Contoh="ya")) as port, open_client() as client:
        fetched = client.fetch("GET", f"http://{HOST}:{port}/a?b=1", params=[("c", "2&3")])
    assert (fetched.status, fetched.body, fetched.headers["x-contoh"]) == (404, b"hilang", "ya")
    assert fetched.address.endswith("/a?b=1&c=2%263")


def test_host_and_own_headers_reach_the_server() -> None:
    seen: dict[str, str] = {}

    def handle(to: BaseHTTPRequestHandler) -> None:
        seen.update({name.lower(): value for name, value in to.headers.items()})
        answer(to, 200)

    with serving(handle) as port, open_client() as client:
        client.fetch("GET", f"http://{HOST}:{port}/", headers={"X-Kunci": "rahasia"})
    assert (seen["host"], seen["x-kunci"], seen["user-agent"]) == (f"{HOST}:{port}", "rahasia", "Simpul")


def test_redirect_to_the_same_host_keeps_credentials() -> None:
    keys: list[str | None] = []

    def handle(to: BaseHTTPRequestHandler) -> None:
        keys.append(to.headers.get("Authorization"))
        redirect(to, "/b") if to.path == "/a" else answer(to, 200, b"ok")

    with serving(handle) as port, open_client() as client:
        assert client.fetch("GET", f"http://{HOST}:{port}/a", headers={"Authorization": "Bearer x"}).body == b"ok"
    assert keys == ["Bearer x", "Bearer x"]


def test_redirect_to_another_host_drops_every_credential() -> None:
    seen: list[dict[str, str]] = []

    def handle(to: BaseHTTPRequestHandler) -> None:
        seen.append(dict(to.headers))
        redirect(to, f"http://lain.contoh.go.id:{port}/b") if to.path == "/a" else answer(to, 200)

    with serving(handle) as port, open_client(HOST, "lain.contoh.go.id") as client:
        client.fetch("GET", f"http://{HOST}:{port}/a", headers={"Authorization": "Bearer x", "X-Key": "y"})
    assert "y" in seen[0].values()
    assert not {"Bearer x", "y"} & set(seen[1].values())


@pytest.mark.parametrize(
    "location",
    [
        "http://lain.contoh.go.id/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/",
        "file:///etc/passwd",
    ],
)
def test_redirect_to_what_is_not_listed_is_refused(location: str) -> None:
    with serving(lambda to: redirect(to, location)) as port, open_client() as client, pytest.raises(AddressForbidden):
        client.fetch("GET", f"http://{HOST}:{port}/")


@pytest.mark.parametrize("location", ["/lagi", "http://user:pw@opd.contoh.go.id/"])
def test_redirect_in_a_circle_or_with_a_password_is_refused(location: str) -> None:
    count = 0

    def handle(to: BaseHTTPRequestHandler) -> None:
        nonlocal count
        count += 1
        redirect(to, location)

    with serving(handle) as port, open_client() as client, pytest.raises(RedirectRefused):
        client.fetch("GET", f"http://{HOST}:{port}/")
    assert count <= 6


def test_redirect_of_a_post_is_not_followed() -> None:
    with serving(lambda to: redirect(to, "/b")) as port, open_client() as client:
        assert client.fetch("POST", f"http://{HOST}:{port}/a", content=b"").status == 302


def test_gzip_bomb_is_met_by_the_size_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    limits = AnswerLimits(size_bytes=100_000)
    with (
        serving(lambda to: answer(to, 200, bomb, Content_Encoding="gzip")) as port,
        open_client(limits=limits) as client,
        client.open("GET", f"http://{HOST}:{port}/") as opened,
    ):
        sizes: list[int] = []
        with pytest.raises(AnswerTooLarge):
            sizes.extend(map(len, opened.iter_bytes()))
        assert max(sizes, default=0) <= 65_536


def test_gzip_is_unpacked_and_a_torn_one_refused() -> None:
    packed = gzip.compress(b"baris" * 1000)
    bodies = {"/": packed, "/torn": packed[:-9], "/odd": b"baris"}

    def handle(to: BaseHTTPRequestHandler) -> None:
        answer(to, 200, bodies[to.path], Content_Encoding="br" if to.path == "/odd" else "gzip")

    with serving(handle) as port, open_client() as client:
        assert client.fetch("GET", f"http://{HOST}:{port}/").body == b"baris" * 1000
        for path in ("/torn", "/odd"):
            with pytest.raises(AnswerUnreadable):
                client.fetch("GET", f"http://{HOST}:{port}{path}")


@pytest.mark.parametrize("part", ["head", "body"])
def test_server_that_drips_bytes_meets_the_time_limit(part: str) -> None:
    def handle(to: BaseHTTPRequestHandler) -> None:
        if part == "body":
            to.send_response(200)
            to.send_header("Content-Length", "1000")
            to.end_headers()
        try:
            for byte in b"HTTP/1.1 200 OK" + b"x" * 100:
                to.wfile.write(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            pass

    begun = time.monotonic()
    limits = AnswerLimits(seconds=0.4)
    with serving(handle) as port, open_client(limits=limits) as client:
        with pytest.raises(AnswerTooSlow):
            client.fetch("GET", f"http://{HOST}:{port}/")
        assert time.monotonic() - begun < 2


def test_answer_that_breaks_off_is_told_as_a_server_that_went_away() -> None:
    def handle(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.send_header("Content-Length", "1000")
        to.end_headers()
        to.wfile.write(b"separuh")
        to.close_connection = True

    with serving(handle) as port, open_client() as client, pytest.raises(ServerAway):
        client.fetch("GET", f"http://{HOST}:{port}/")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    """Give the PEM of an authority and the TLS settings of a server whose certificate it signed for HOST."""
    folder: Path = tmp_path_factory.mktemp("tls")
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("CA contoh", HOST)]
    certificates = []
    for place, (key, name) in enumerate(zip(keys, names, strict=True)):
        builder = x509.CertificateBuilder(names[0], name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now() - timedelta(days=1)).not_valid_after(now() + timedelta(days=1))
        builder = builder.add_extension(x509.BasicConstraints(ca=place == 0, path_length=None), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        certificates.append(builder.sign(keys[0], hashes.SHA256()))
    pem = serialization.Encoding.PEM
    (folder / "server.pem").write_bytes(
        keys[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificates[1].public_bytes(pem)
    )
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(folder / "server.pem")
    return certificates[0].public_bytes(pem).decode(), trust


def test_certificate_is_checked_against_the_name_though_the_connection_goes_to_a_number(
    authority: tuple[str, ssl.SSLContext],
) -> None:
    ca_pem, trust = authority
    with (
        serving(lambda to: answer(to, 200, b"ok"), trust) as port,
        open_client(HOST, "lain.id", ca_pem=ca_pem) as client,
    ):
        assert client.fetch("GET", f"https://{HOST}:{port}/").body == b"ok"
        with pytest.raises(ServerUntrusted):
            client.fetch("GET", f"https://lain.id:{port}/")


def test_certificate_of_an_unknown_authority_is_refused(authority: tuple[str, ssl.SSLContext]) -> None:
    with (
        serving(lambda to: answer(to, 200), authority[1]) as port,
        open_client() as client,
        pytest.raises(ServerUntrusted),
    ):
        client.fetch("GET", f"https://{HOST}:{port}/")


def test_redirect_from_tls_to_plain_is_refused_though_the_host_is_listed(authority: tuple[str, ssl.SSLContext]) -> None:
    ca_pem, trust = authority
    with (
        serving(lambda to: redirect(to, f"http://{HOST}:1/"), trust) as port,
        open_client(ca_pem=ca_pem) as client,
        pytest.raises(RedirectRefused),
    ):
        client.fetch("GET", f"https://{HOST}:{port}/")
