"""Trying the way to the hub's own public address, as programs of agencies go it: name, TLS, answer.

The address is the hub's setting, never one that somebody gave. No key is sent there.
"""

import socket
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from simpul.kernel.errors import Unavailable
from simpul.kernel.words import Words

TIMEOUT_SECONDS = 5.0
_HTTPS_PORT = 443
_EXPIRED, _WRONG_NAME = 10, 62
"""OpenSSL numbers (X509_V_ERR_…) of a certificate that is not accepted."""


class NameUnknown(Unavailable):
    code = "SPL466"
    message = Words("Nama {host} tidak ditemukan di DNS.", "The name {host} isn't found in DNS.")
    hint = Words(
        "Periksa ejaan alamat dan DNS server Anda; bila benar, sampaikan kepada Pengelola Sistem hub.",
        "Check the address's spelling and your server's DNS; if they are right, tell the hub's Pengelola Sistem.",
    )


class CertificateRefused(Unavailable):
    code = "SPL467"
    message = Words("Sertifikat TLS {host} tidak dapat dipercaya.", "The TLS certificate of {host} isn't trusted.")
    hint = Words(
        "Perbarui daftar CA (ca-certificates) server Anda; jangan mematikan pemeriksaan sertifikat. "
        "Bila server lain juga gagal, sampaikan kepada Pengelola Sistem hub.",
        "Update your server's CA list (ca-certificates); don't switch the certificate check off. "
        "If other servers fail as well, tell the hub's Pengelola Sistem.",
    )


class AddressAway(Unavailable):
    code = "SPL468"
    message = Words("Alamat {host} tidak menjawab.", "The address {host} doesn't answer.")
    hint = Words(
        "Periksa firewall dan proksi antara server Anda dan hub; porta keluar harus terbuka.",
        "Check firewall and proxy between your server and the hub; the outgoing port must be open.",
    )


class AnotherAnswers(Unavailable):
    code = "SPL469"
    message = Words(
        "Yang menjawab di {host} bukan exchange hub ini.", "What answers at {host} isn't this hub's exchange."
    )
    hint = Words(
        "Periksa EXCHANGE_URL dan proksi di depan hub; alamatnya harus meneruskan ke exchange.",
        "Check EXCHANGE_URL and the proxy before the hub; it must pass on to the exchange.",
    )


class Place(NamedTuple):
    """Where an address leads to."""

    scheme: str
    host: str
    port: int


_REASONS = {
    _EXPIRED: Words("Sertifikat TLS {host} sudah kedaluwarsa.", "The TLS certificate of {host} has expired."),
    _WRONG_NAME: Words("Sertifikat TLS tidak memuat nama {host}.", "The TLS certificate doesn't name {host}."),
}


def read_place(address: str) -> Place:
    """Return scheme, host and port of an address.

    >>> read_place("https://api.contoh.go.id")
    Place(scheme='https', host='api.contoh.go.id', port=443)
    """
    parts = urlsplit(address)
    return Place(parts.scheme, parts.hostname or "", parts.port or (_HTTPS_PORT if parts.scheme == "https" else 80))


def find_addresses(place: Place) -> list[str]:
    """Return the network addresses of the name, in DNS's order. Raises: NameUnknown."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameUnknown(host=place.host) from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def check_certificate(place: Place) -> str:
    """Shake hands by TLS; return the protocol's version. Raises: CertificateRefused, AddressAway."""
    trust = ssl.create_default_context()
    try:
        with (
            socket.create_connection((place.host, place.port), TIMEOUT_SECONDS) as link,
            trust.wrap_socket(link, server_hostname=place.host) as secured,
        ):
            return secured.version() or "TLS"
    except ssl.SSLCertVerificationError as error:
        raise _explain(place.host, error) from error
    except ssl.SSLError as error:
        raise CertificateRefused(host=place.host) from error
    except OSError as error:
        raise AddressAway(host=place.host) from error


def _explain(host: str, error: ssl.SSLCertVerificationError) -> CertificateRefused:
    reason = _REASONS.get(error.verify_code)
    return CertificateRefused(reason.format(host=host)) if reason else CertificateRefused(host=host)


def check_answer(address: str) -> None:
    """Ask the public address whether the exchange is there. Raises: AddressAway, AnotherAnswers."""
    host = read_place(address).host
    try:
        answer = httpx.get(
            f"{address.rstrip('/')}/health/live", timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        )
    except httpx.HTTPError as error:
        raise AddressAway(host=host) from error
    try:
        is_exchange = answer.json().get("status") == "ok"
    except (ValueError, AttributeError):
        is_exchange = False
    if not is_exchange:
        raise AnotherAnswers(host=host)
