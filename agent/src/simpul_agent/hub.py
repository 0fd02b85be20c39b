"""Speaks to the hub: one batch a call, TLS always verified, no redirect followed, answers sorted into what to do next."""

import gzip
import http.client
import json
import os
import shutil
import socket
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Optional, Union
from urllib.parse import urlsplit

from simpul_agent import __version__
from simpul_agent.config import Hub
from simpul_agent.errors import HubAway, HubRefused
from simpul_agent.spool import Part

LATER = {408, 409, 425, 429, 500, 502, 503, 504}
ANSWER_BYTES = 16 * 1024 * 1024
GZIP_FROM_BYTES = 1024
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 60.0


@dataclass
class Answer:
    """`data` is the JSON that came back; `retry_after` in seconds, 0 for none."""

    status: int
    data: dict[str, Any] = field(default_factory=dict)
    retry_after: float = 0.0

    @property
    def is_report(self) -> bool:
        """Has the hub taken the rows in, refused ones among them?"""
        return self.status in (200, 201) or (self.status == 422 and isinstance(self.data.get("received"), int))


class HubClient:
    """Sends parts. `takes_gzip` is None until the hub has shown it."""

    def __init__(self, hub: Hub, takes_gzip: Optional[bool]) -> None:
        self._hub, self.takes_gzip = hub, takes_gzip
        self._place = urlsplit(hub.address)

    def deliver(self, part: Part, body: Path, is_trial: bool = False, is_confirmed: bool = False) -> Answer:
        """Send a part until the hub has it. Raises: HubAway after `retry_seconds`, HubRefused."""
        until, wait = time.monotonic() + self._hub.retry_seconds, FIRST_WAIT_SECONDS
        while True:
            try:
                answer = self._send(part, body, is_trial, is_confirmed)
                if answer.is_report:
                    return answer
                problem = _judge(answer)
            except (OSError, http.client.HTTPException) as error:
                problem = _wrap(error)
            if isinstance(problem, HubRefused):
                raise problem
            pause = max(wait, problem.wait_seconds)
            if time.monotonic() + pause > until:
                raise problem
            time.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _send(self, part: Part, body: Path, is_trial: bool, is_confirmed: bool) -> Answer:
        if self.takes_gzip is not False and body.stat().st_size >= GZIP_FROM_BYTES:
            packed = _pack(body)
            try:
                answer = self._post(part, packed, True, is_trial, is_confirmed)
            except (BrokenPipeError, ConnectionResetError):
                # A hub that doesn't read the body may end the call before it is sent; asked plainly it will say more.
                if self.takes_gzip is None:
                    self.takes_gzip = False
                raise
            finally:
                os.unlink(str(packed))
            if answer.status != 415:
                self.takes_gzip = self.takes_gzip or answer.is_report or None
                return answer
            self.takes_gzip = False
        return self._post(part, body, False, is_trial, is_confirmed)

    def _post(self, part: Part, body: Path, is_packed: bool, is_trial: bool, is_confirmed: bool) -> Answer:
        headers = {"Content-Type": part.media_type, "Content-Length": str(body.stat().st_size)}
        headers["Prefer" if is_trial else "Idempotency-Key"] = "tx=rollback" if is_trial else part.key
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        path = f"{self._place.path}/batches?mode={part.mode}" + ("&confirm=delete" if is_confirmed else "")
        with body.open("rb") as file:
            return self._call("POST", path, headers, file)

    def connect(self) -> None:
        """Connect, and end. Raises: HubAway, saying whether name, connection or TLS failed."""
        try:
            connection = self._open()
            connection.connect()
            connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise _wrap(error) from None

    def _call(self, method: str, path: str, headers: dict[str, str], body: BinaryIO) -> Answer:
        connection = self._open()
        try:
            own = {"Authorization": f"Bearer {self._hub.key}", "Accept": "application/json"}
            agent = {"User-Agent": f"simpul-agent/{__version__}"}
            try:
                connection.request(method, path, body, {**headers, **own, **agent})
            except (BrokenPipeError, ConnectionResetError):
                # The hub may have answered before it read all; then its answer says more than the broken pipe.
                if connection.sock is None:
                    raise
            response = connection.getresponse()
            return Answer(response.status, _read_json(response.read(ANSWER_BYTES)), _read_wait(response))
        finally:
            connection.close()

    def _open(self) -> http.client.HTTPConnection:
        host, port = self._place.hostname or "", self._place.port
        is_tls, timeout = self._place.scheme == "https", self._hub.timeout_seconds
        if not is_tls:
            return http.client.HTTPConnection(host, port or 80, timeout=timeout)
        context = ssl.create_default_context(cafile=self._hub.ca_file)
        if not self._hub.proxy:
            return http.client.HTTPSConnection(host, port or 443, timeout=timeout, context=context)
        proxy = urlsplit(self._hub.proxy if "//" in self._hub.proxy else f"http://{self._hub.proxy}")
        through = http.client.HTTPSConnection(
            proxy.hostname or "", proxy.port or 3128, timeout=timeout, context=context
        )
        through.set_tunnel(host, port or 443)
        return through


def _pack(body: Path) -> Path:
    """Return the path of the body in gzip, without name and time, so that it is the same at each try."""
    packed = body.with_name(body.name + ".gz")
    with body.open("rb") as source, packed.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return packed


def _read_json(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _read_wait(response: http.client.HTTPResponse) -> float:
    text = response.getheader("Retry-After") or ""
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _judge(answer: Answer) -> Union[HubAway, HubRefused]:
    code, hint = str(answer.data.get("code", "-"))[:12], str(answer.data.get("message", ""))[:300]
    told = f"{answer.status}, {code}" + (f": {hint}" if hint else "")
    if answer.status in LATER and code != "SPL625":
        return HubAway(
            f"Hub belum dapat menerima ({told}).", f"The hub can't take it yet ({told}).", "hub", answer.retry_after
        )
    if answer.status == 401:
        return HubRefused(
            f"Kunci tidak berlaku ({told}). Buat kunci baru di hub.",
            f"The key isn't valid ({told}). Make a new one in the hub.",
            "key",
        )
    if answer.status in (403, 404, 410):
        return HubRefused(
            f"Kunci ini tidak boleh mengirim ke dataset itu ({told}). Periksa alamat dan hak akses.",
            f"This key may not deliver to that dataset ({told}). Check the address and the grant.",
            "grant",
        )
    if answer.status == 413:
        return HubRefused(
            f"Bagian terlalu besar ({told}). Kecilkan [spool] part_megabytes.",
            f"The part is too large ({told}). Make [spool] part_megabytes smaller.",
            "hub",
            is_part_useless=True,
        )
    if code == "SPL625":
        return HubRefused(
            f"Penggantian ini menghapus banyak baris ({told}). Bila benar, jalankan sekali dengan --confirm-deletion.",
            f"This replacement deletes many rows ({told}). If it is right, run once with --confirm-deletion.",
            "hub",
            is_part_useless=True,
        )
    where = "columns" if code in ("SPL623", "SPL616") else "hub"
    return HubRefused(
        f"Hub menolak kiriman ({told}). Cocokkan kolom dengan kontraknya.",
        f"The hub refuses the delivery ({told}). Compare the columns with the contract.",
        where,
        is_part_useless=answer.status in (415, 422),
    )


def _wrap(error: Exception) -> Union[HubAway, HubRefused]:
    if isinstance(error, ssl.SSLCertVerificationError):
        return HubRefused(
            "Sertifikat hub tidak dapat dipercaya; tidak ada yang dikirim. Periksa alamat, jam komputer, dan ca_file.",
            "The hub's certificate can't be trusted; nothing was sent. Check address, the computer's clock, and ca_file.",
            "tls",
        )
    if isinstance(error, ssl.SSLError):
        return HubAway("Sambungan TLS ke hub gagal.", "The TLS connection to the hub failed.", "tls")
    if isinstance(error, socket.gaierror):
        return HubAway("Nama hub tidak ditemukan (DNS).", "The hub's name isn't found (DNS).", "name")
    return HubAway(
        "Hub tidak menjawab. Isi antrean tetap disimpan.", "The hub doesn't answer. The spool is kept.", "connection"
    )
