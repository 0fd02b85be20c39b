"""The connection tester: which of name, TLS, answer, key, service, grant, columns and rows stands in a program's way.

The public address is tried without the key, from the hub's own server. The key goes to the hub's own exchange alone, as
a program's call would, so each call leaves its evidence. Neither key nor rows are kept.
"""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl

from simpul.kernel.errors import SimpulError
from simpul.kernel.settings import Settings
from simpul.kernel.words import NOTHING, Words
from simpul.outbound import own_address
from simpul.outbound.own_exchange import Answer, OwnExchange, open_own_exchange
from simpul.portal.services.errors import QueryUnreadable

State = Literal["ok", "failed", "untold", "outside", "skipped"]
KEY_CHARACTERS = 69
MAX_PARAMETERS = 50
_OWN = ("limit", "offset")


@dataclass(frozen=True)
class Question:
    """What a programmer wants to know. `path` is the publication's on the exchange; `query` as his program sends it.

    `has_delivery`: the dataset got rows already. `key` stays out of every text of this module.
    """

    path: str
    dataset: str
    key: str = field(repr=False)
    query: str = ""
    has_delivery: bool = True


class Finding(NamedTuple):
    """What came out of one stage: `told` says what was found, `hint` the next step.

    `state` "outside": the public address failed as seen from the hub's server, which other stages don't need; "untold":
    the grant takes calls from listed addresses alone, so that a call from the hub's server tells nothing.
    """

    stage: str
    state: State
    told: Words = NOTHING
    hint: Words = NOTHING
    code: str = ""
    milliseconds: int = 0


class StageFailed(Exception):
    """A stage after the address found why the program can't go on. `stage`: where, if not the one being tried."""

    def __init__(self, told: Words, hint: Words = NOTHING, code: str = "", stage: str = "") -> None:
        super().__init__(code)
        self.told, self.hint, self.code, self.stage = told, hint, code, stage


ADDRESS_NOT_LISTED = "SPLA18"
_OF_KEY = ("SPLA11", "SPLA20")  # the other stage's key; a paused application
_OF_SERVICE = ("SPLA17", "SPLA19")  # in verification; paused for the organization
_ELSEWHERE = (
    Words(
        "Hak akses ini hanya berlaku dari alamat jaringan yang terdaftar. Uji ini berjalan dari server hub, jadi tidak "
        "mewakili server Anda.",
        "This grant takes calls from listed network addresses alone. This test runs on the hub's server, so it can't speak "
        "for yours.",
    ),
    Words(
        "Cocokkan alamat keluar server Anda dengan daftar pada halaman layanan, bagian “Hak instansi Anda”, lalu jalankan "
        "contoh program dari server itu.",
        "Compare your server's outgoing address with the list on the service's page, then run a sample program there.",
    ),
)
ADDRESS_STAGES = ("nama", "tls", "jawaban")
CALL_STAGES = ("kunci", "layanan", "hak", "elemen", "baris")
STAGES = (*ADDRESS_STAGES, *CALL_STAGES)


def find_obstacle(settings: Settings, question: Question) -> list[Finding]:
    """Try every stage in turn and return what each found, in the order of STAGES; after the first failure none is tried.

    A failure of the public address alone doesn't end it: servers often can't reach their own public address.
    Cost: up to some seconds while names and addresses don't answer; four calls to the exchange.
    """
    findings = _try_address(settings.EXCHANGE_URL)
    with ExitStack() as stack:
        caller = _Caller(stack.enter_context(open_own_exchange(settings)), question)
        for stage, work in zip(CALL_STAGES, caller.list_work(), strict=True):
            finding = _try(stage, work)
            if finding.state != "ok":
                return _end(findings, finding)
            findings.append(finding)
    return findings


def find_first(findings: list[Finding]) -> Finding | None:
    """Return what a programmer must mend first: a failure of his call, else one of the address, else None."""
    for state in ("failed", "untold", "outside"):
        found = next((one for one in findings if one.state == state), None)
        if found:
            return found
    return None


def _end(findings: list[Finding], last: Finding) -> list[Finding]:
    """Put a failure at its own stage: an earlier one may turn out only by a later call."""
    place = STAGES.index(last.stage)
    kept = [one for one in findings if STAGES.index(one.stage) < place]
    passed = [Finding(stage, "ok") for stage in STAGES[len(kept) : place]]
    return [*kept, *passed, last, *(Finding(stage, "skipped") for stage in STAGES[place + 1 :])]


def _try(stage: str, work: Callable[[], Words]) -> Finding:
    started = time.monotonic()
    try:
        told = work()
    except StageFailed as failure:
        if failure.code == ADDRESS_NOT_LISTED:
            return Finding("hak", "untold", *_ELSEWHERE, failure.code, _since(started))
        return Finding(failure.stage or stage, "failed", failure.told, failure.hint, failure.code, _since(started))
    except SimpulError as error:
        return Finding(stage, "failed", error.message, error.hint, error.code, _since(started))
    return Finding(stage, "ok", told, milliseconds=_since(started))


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _try_address(address: str) -> list[Finding]:
    place = own_address.read_place(address)
    work: tuple[Callable[[], Words], ...] = (
        lambda: _tell_addresses(own_address.find_addresses(place)),
        lambda: _tell_certificate(place),
        lambda: _tell_answer(address),
    )
    findings: list[Finding] = []
    for stage, one in zip(ADDRESS_STAGES, work, strict=True):
        if any(found.state == "outside" for found in findings):
            findings.append(Finding(stage, "skipped"))
            continue
        finding = _try(stage, one)
        findings.append(finding._replace(state="outside") if finding.state == "failed" else finding)
    return findings


def _tell_addresses(found: list[str]) -> Words:
    return Words(f"Nama ditemukan: {', '.join(found[:4])}.", f"The name is found: {', '.join(found[:4])}.")


def _tell_certificate(place: own_address.Place) -> Words:
    if place.scheme != "https":
        return Words("Alamat ini tanpa TLS (http).", "This address is without TLS (http).")
    version = own_address.check_certificate(place)
    return Words(f"Sertifikat dipercaya ({version}).", f"The certificate is trusted ({version}).")


def _tell_answer(address: str) -> Words:
    own_address.check_answer(address)
    return Words("Exchange menjawab di alamat umumnya.", "The exchange answers at its public address.")


class _Caller:
    """The stages that need the key, each by one call."""

    def __init__(self, exchange: OwnExchange, question: Question) -> None:
        self.exchange, self.question = exchange, question
        self.index: dict[str, Any] = {}
        self.granted: list[str] = []
        self.parameters = read_query(question.query)

    def list_work(self) -> tuple[Callable[[], Words], ...]:
        return self.check_key, self.check_service, self.check_grant, self.check_columns, self.check_rows

    def check_key(self) -> Words:
        check_shape(self.question.key)
        answer = self._call("GET", "/")
        self.index = json.loads(answer.body)
        return Words("Kunci dikenal dan berlaku.", "The key is known and valid.")

    def check_service(self) -> Words:
        state = str(self.index.get("state", ""))
        return Words(f"Layanan menjawab (keadaan: {state}).", f"The service answers (state: {state}).")

    def check_grant(self) -> Words:
        name = self.question.dataset
        self._call("GET", f"/{name}", [("limit", "0")])
        found: dict[str, Any] = next((one for one in self.index.get("datasets", []) if one.get("name") == name), {})
        self.granted = [str(column) for column in found.get("columns", [])]
        until = found.get("until")
        if not until:
            return Words("Kunci ini boleh membaca data itu.", "This key may read the dataset.")
        return Words(
            f"Kunci ini boleh membaca data itu sampai {until}.", f"This key may read the dataset until {until}."
        )

    def check_columns(self) -> Words:
        try:
            self._call("GET", f"/{self.question.dataset}", [*self.parameters, ("limit", "0")])
        except StageFailed as failure:
            raise StageFailed(failure.told, self._add_columns(failure.hint), failure.code) from failure
        columns = ", ".join(self.granted)
        if self.parameters:
            return Words("Pertanyaan program dapat dibaca.", "The program's query can be read.")
        return Words(f"Elemen yang boleh dibaca: {columns}.", f"Columns that may be read: {columns}.")

    def _add_columns(self, hint: Words) -> Words:
        columns = ", ".join(self.granted)
        return Words(
            f"{hint.id} Elemen yang boleh dibaca: {columns}.".strip(),
            f"{hint.en} Columns that may be read: {columns}.".strip(),
        )

    def check_rows(self) -> Words:
        count = self._count(self.parameters)
        if count:
            return Words(f"{count} baris sesuai pertanyaan itu.", f"{count} rows fit that query.")
        if not self.question.has_delivery:
            raise StageFailed(
                Words("Penyedia belum pernah mengirim data.", "The provider has delivered nothing yet."),
                Words(
                    "Tunggu kiriman pertama, atau hubungi penyedia.", "Wait for the first batch, or ask the provider."
                ),
            )
        if any(name not in ("select", "order") for name, _ in self.parameters) and self._count([]):
            raise StageFailed(
                Words(
                    "Tidak ada baris yang sesuai dengan saringan program Anda; tanpa saringan itu ada baris.",
                    "No row fits your program's filter; without it there are rows.",
                ),
                Words("Periksa nilai saringannya.", "Check the filter's value."),
            )
        raise StageFailed(
            Words(
                "Hak instansi Anda tidak memuat satu baris pun saat ini.",
                "Your organization's grant holds no row at present.",
            ),
            Words(
                "Baris dibatasi oleh saringan pada hak akses, atau datanya memang kosong. Lihat halaman layanan, bagian "
                "“Hak instansi Anda”.",
                "Rows are limited by the grant's row filter, or the dataset is empty. See the service's page.",
            ),
        )

    def _count(self, parameters: list[tuple[str, str]]) -> int:
        query = [*(one for one in parameters if one[0] != "order"), ("limit", "1")]
        answer = self._call("HEAD", f"/{self.question.dataset}", query, {"Prefer": "count=exact"})
        total = answer.headers.get("content-range", "").rpartition("/")[2]
        return int(total) if total.isdecimal() else 0

    def _call(
        self,
        method: str,
        path: str,
        query: list[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {self.question.key}", **(headers or {})}
        answer = self.exchange.send(method, self.question.path + path, query or [], sent, None)
        if answer.status < 400:
            return answer
        if method == "HEAD":  # the words stand in the body alone
            answer = self.exchange.send("GET", self.question.path + path, query or [], sent, None)
        raise _read_failure(answer)


def _read_failure(answer: Answer) -> StageFailed:
    try:
        told = json.loads(answer.body)
        code, message = str(told["code"]), _split(str(told["message"]))
        details, hint = _split(str(told.get("details") or "")), _split(str(told.get("hint") or ""))
    except (ValueError, KeyError, TypeError):
        code, message, details, hint = "", _split(f"HTTP {answer.status}"), NOTHING, NOTHING
    # Where in the question the fault lies stands in the details alone.
    words = Words(f"{message.id} {details.id}".strip(), f"{message.en} {details.en}".strip())
    return StageFailed(words, hint, code, _place_failure(answer.status, code))


def _split(text: str) -> Words:
    """Return both languages of an answer's text, which reads `Indonesian / English`."""
    parts = text.split(" / ")
    middle = len(parts) // 2
    return Words(" / ".join(parts[:middle]), " / ".join(parts[middle:])) if len(parts) % 2 == 0 else Words(text, text)


def _place_failure(status: int, code: str) -> str:
    """Return which stage a refusal belongs to; empty: the one that was tried."""
    if status == 401 or code in _OF_KEY:
        return "kunci"
    if status in (404, 410, 429, 503) or code in _OF_SERVICE:
        return "layanan"
    return "hak" if status == 403 else ""


def check_shape(key: str) -> None:
    """Check that a text can be a key or a token at all, before it goes anywhere. Raises: StageFailed."""
    if any(character.isspace() for character in key) or not key.isascii() or not key.isprintable():
        raise StageFailed(
            Words("Kunci memuat spasi atau karakter asing.", "The key holds a space or a foreign character."),
            Words("Salin ulang kuncinya dalam satu baris.", "Copy the key again, in one line."),
        )
    if key.startswith("spl_") and len(key) < KEY_CHARACTERS:
        raise StageFailed(
            Words(f"Kunci tidak utuh: {len(key)} karakter.", f"The key isn't whole: {len(key)} characters."),
            Words(
                "Salin kunci seutuhnya; bila hilang, buat kunci baru.", "Copy the whole key; if lost, make a new one."
            ),
        )


def read_query(text: str) -> list[tuple[str, str]]:
    """Return the parameters of a query as a program writes it behind `?`; paging is left out.

    Raises: QueryUnreadable.

    >>> read_query("https://api.contoh.go.id/api/wilayah/v1/desa?select=kode&limit=5")
    [('select', 'kode')]
    """
    start, mark, rest = text.strip().partition("?")
    bare = rest if mark and "=" not in start else text.strip()
    try:
        found = parse_qsl(bare, keep_blank_values=True, strict_parsing=bool(bare), max_num_fields=MAX_PARAMETERS)
    except ValueError as error:
        raise QueryUnreadable from error
    return [one for one in found if one[0] not in _OWN]
