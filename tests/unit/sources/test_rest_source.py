"""Reading REST services that time out, repeat pages, loop, lie about totals and answer rubbish."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rest_service import Params, Service, serving

from simpul.outbound.client import AnswerLimits
from simpul.outbound.guard import Guard
from simpul.sources.errors import (
    SourceAway,
    SourceChanged,
    SourceDenied,
    SourceFailed,
    SourceRubbish,
    SourceTooMuch,
)
from simpul.sources.opening import parse_settings
from simpul.sources.rest import RestReader
from simpul.sources.settings import RestSettings
from simpul.sources.shape import Chunk, DamagedRow, ReadLimits, SourceRow
from simpul.sources.web import read_retry_after

ROWS = [{"id": number, "nama": f"Desa {number}"} for number in range(1, 26)]


def open_source(
    service: Service, secret: str = "rahasia", pauses: list[float] | None = None, silence: float = 5, **given: str
) -> RestReader:
    settings, findings = parse_settings("rest", {"address": service.address} | given)
    assert findings == []
    assert isinstance(settings, RestSettings)
    sleep = (pauses if pauses is not None else []).append
    limits = AnswerLimits(silence_seconds=silence)
    return RestReader(settings, secret, Guard(["127.0.0.1"]), limits, sleep)


def read_all(reader: RestReader, since: str | None = None, limits: ReadLimits | None = None) -> list[SourceRow]:
    with reader:
        return [row for chunk in reader.read(since, limits or ReadLimits()) for row in chunk.rows]


def read_chunks(reader: RestReader, since: str | None = None, chunk_rows: int = 10) -> list[Chunk]:
    with reader:
        return list(reader.read(since, ReadLimits(chunk_rows=chunk_rows)))


def cut(start: int, size: int = 10) -> list[dict[str, Any]]:
    return ROWS[start : start + size]


def give_page(service: Service, params: Params) -> Any:
    return {"data": {"items": cut((int(params.get("page", 1)) - 1) * 10)}, "total": 25}


PAGED = {"paging": "page", "page_parameter": "page", "records_path": "data.items"}


def give_offset(service: Service, params: Params) -> Any:
    return cut(int(params["mulai"]), min(int(params["banyak"]), 7))  # fewer than asked for


def give_cursor(service: Service, params: Params) -> Any:
    start = int(params.get("after", 0))
    return {"rows": cut(start), "next": start + 10 if start < 20 else None}


def give_link(service: Service, params: Params) -> Any:
    start = int(params.get("start", 0))
    links = {"Link": f'<{service.address}?start=0>; rel="first", </data?start={start + 10}>; rel="next"'}
    return 200, cut(start), links if start < 20 else {}


def give_next(service: Service, params: Params) -> Any:
    start = int(params.get("start", 0))
    return {"results": cut(start), "links": {"next": f"{service.address}?start={start + 10}" if start < 20 else ""}}


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        (lambda service, params: ROWS, {}),
        (give_page, PAGED),
        (give_offset, {"paging": "offset", "page_parameter": "mulai", "size_parameter": "banyak"}),
        (
            give_cursor,
            {"paging": "cursor", "page_parameter": "after", "next_path": "next", "records_path": "rows"},
        ),
        (give_link, {"paging": "link"}),
        (give_next, {"paging": "next", "next_path": "links.next", "records_path": "results"}),
    ],
    ids=["none", "page", "offset", "cursor", "link", "next"],
)
def test_all_pages_are_read_in_order(answer: Callable[[Service, Params], Any], given: dict[str, str]) -> None:
    with serving(answer) as service:
        assert read_all(open_source(service, **given)) == ROWS


@pytest.mark.parametrize(
    ("given", "header", "value"),
    [
        ({"sign_in": "basic", "user": "opd"}, "authorization", "Basic b3BkOnJhaGFzaWE="),
        ({"sign_in": "bearer"}, "authorization", "Bearer rahasia"),
        ({"sign_in": "header", "secret_header": "X-Kunci-SPLP"}, "x-kunci-splp", "rahasia"),
        ({"headers": "X-Layanan: 12\nX-Lain: a b"}, "x-lain", "a b"),
    ],
)
def test_sign_in_and_headers_are_sent(given: dict[str, str], header: str, value: str) -> None:
    with serving(lambda *_: ROWS) as service:
        read_all(open_source(service, **given))
        assert service.headers[0][header] == value


def test_numbers_are_exact_and_large_ones_whole() -> None:
    body = b'[{"a": 0.1234567890123456789, "b": 18446744073709551617, "c": 1.10, "d": 1e2}]'
    with serving(lambda *_: (200, body, {})) as service:
        (row,) = read_all(open_source(service))
    assert row == {"a": Decimal("0.1234567890123456789"), "b": 18446744073709551617, "c": 1.1, "d": 100.0}


def test_busy_service_is_asked_again_with_growing_pauses() -> None:
    replies: list[Any] = [(500, b"", {}), (503, b"", {}), ROWS]
    pauses: list[float] = []
    with serving(lambda *_: replies.pop(0)) as service:
        assert read_all(open_source(service, pauses=pauses)) == ROWS
    assert 0.75 <= pauses[0] <= 1.25
    assert 1.5 <= pauses[1] <= 2.5


def test_retry_after_is_obeyed_when_short() -> None:
    replies: list[Any] = [(429, b"", {"Retry-After": "7"}), ROWS]
    pauses: list[float] = []
    with serving(lambda *_: replies.pop(0)) as service:
        assert read_all(open_source(service, pauses=pauses)) == ROWS
    assert pauses == [7.0]


def test_long_retry_after_ends_the_run_and_is_handed_on() -> None:
    with serving(lambda *_: (429, b"", {"Retry-After": "7200"})) as service, pytest.raises(SourceAway) as caught:
        read_all(open_source(service))
    assert caught.value.retry_after_seconds == 7200
    assert caught.value.is_retryable


def test_retry_after_may_be_a_date() -> None:
    assert (read_retry_after("Fri, 31 Dec 2399 23:59:59 GMT") or 0) > 10**9
    assert read_retry_after("Fri, 31 Dec 1999 23:59:59 GMT") == 0


def test_service_that_stays_down_is_asked_five_times() -> None:
    with serving(lambda *_: (502, b"", {})) as service, pytest.raises(SourceAway):
        read_all(open_source(service))
    assert len(service.asked) == 5


def test_service_that_times_out_is_told_as_away() -> None:
    def answer(service: Service, params: Params) -> Any:
        time.sleep(0.3)
        return ROWS

    with serving(answer) as service, pytest.raises(SourceAway):
        read_all(open_source(service, silence=0.05))


@pytest.mark.parametrize(
    ("reply", "failure", "stage"),
    [
        ((200, b"<!DOCTYPE html><p>Masuk</p>", {"Content-Type": "text/html"}), SourceRubbish, "content"),
        ((200, b'[{"id": 1}, {"id"', {}), SourceRubbish, "content"),
        ((200, b'[{"id": NaN}]', {}), SourceRubbish, "content"),
        ((200, b"[" * 100_000, {}), SourceRubbish, "content"),
        ((200, b'[{"nama": "\xff"}]', {}), SourceRubbish, "content"),
        ((200, {"status": False, "pesan": "galat"}, {}), SourceChanged, "object"),
        ((401, b"", {}), SourceDenied, "sign-in"),
        ((403, b"", {}), SourceDenied, "rights"),
        ((404, b"", {}), SourceChanged, "object"),
        ((418, b"", {}), SourceRubbish, "content"),
    ],
)
def test_rubbish_is_told_apart_and_never_taken_as_rows(reply: Any, failure: type[SourceFailed], stage: str) -> None:
    path = "data" if isinstance(reply[1], dict) else ""
    with serving(lambda *_: reply) as service:
        with pytest.raises(failure):
            read_all(open_source(service, records_path=path))
        (finding,) = open_source(service, records_path=path).check()
    assert finding.where == stage


def test_rows_that_are_no_objects_or_repeat_a_key_are_refused_as_rows() -> None:
    with serving(lambda *_: (200, b'[{"id": 1}, 7, {"id": 2, "id": 3}]', {})) as service:
        rows = read_all(open_source(service))
    rules = [row.finding.rule if isinstance(row, DamagedRow) else "" for row in rows]
    assert rules == ["", "not-an-object", "repeated-key"]


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        (lambda service, params: cut(0), {"paging": "page", "page_parameter": "page"}),
        (lambda service, params: {"data": {"items": cut(int(params["page"]) % 2)}}, PAGED),
        (
            lambda service, params: {"rows": [{"id": len(service.asked)}], "next": "sama"},
            {"paging": "cursor", "page_parameter": "after", "next_path": "next", "records_path": "rows"},
        ),
        (
            lambda service, params: (200, [{"id": len(service.asked)}], {"Link": "</data>; rel=next"}),
            {"paging": "link"},
        ),
    ],
    ids=["page-ignored", "pages-alternate", "cursor-stands", "link-to-itself"],
)
def test_page_again_or_a_loop_ends_the_reading(answer: Callable[[Service, Params], Any], given: dict[str, str]) -> None:
    with serving(answer) as service, pytest.raises(SourceRubbish):
        read_all(open_source(service, **given))
    assert len(service.asked) <= 4


def test_total_that_is_too_small_hides_no_row() -> None:
    def answer(service: Service, params: Params) -> Any:
        return {**give_page(service, params), "total": 10}

    with serving(answer) as service:
        assert read_all(open_source(service, **PAGED, total_path="total")) == ROWS


def test_total_that_is_too_large_fails_the_reading() -> None:
    def answer(service: Service, params: Params) -> Any:
        return {**give_page(service, params), "total": 30}

    with serving(answer) as service, pytest.raises(SourceRubbish):
        read_all(open_source(service, **PAGED, total_path="total"))


def test_missing_page_is_the_end_only_when_all_that_was_told_has_come() -> None:
    def answer(service: Service, params: Params) -> Any:
        return give_page(service, params) if int(params["page"]) < 4 else (404, b"", {})

    with serving(answer) as service:
        assert read_all(open_source(service, **PAGED, total_path="total")) == ROWS
        with pytest.raises(SourceChanged):
            read_all(open_source(service, **PAGED))


@pytest.mark.parametrize(
    "target", ["http://lain.contoh.go.id/data", "http://127.0.0.1:1/data", "http://a:b@127.0.0.1/"]
)
def test_next_page_on_another_server_is_refused(target: str) -> None:
    with serving(lambda *_: {"rows": cut(0), "next": target}) as service, pytest.raises(SourceDenied):
        read_all(open_source(service, paging="next", next_path="next", records_path="rows"))
    assert len(service.asked) == 1


def test_service_that_changes_its_shape_in_the_midst_fails_the_reading() -> None:
    def answer(service: Service, params: Params) -> Any:
        return give_page(service, params) if params["page"] == "1" else {"hasil": cut(10)}

    with serving(answer) as service, pytest.raises(SourceChanged):
        read_all(open_source(service, **PAGED))


def test_reading_ends_at_its_limits() -> None:
    with serving(give_page) as service, pytest.raises(SourceTooMuch):
        read_all(open_source(service, **PAGED), limits=ReadLimits(rows=12))


def test_columns_are_described_by_their_values() -> None:
    rows = [
        {"id": 1, "tgl": "2026-01-02", "ubah": "2026-01-02T08:00:00+08:00", "luas": 1, "aktif": True, "x": {"a": 1}},
        {"id": 2, "tgl": None, "ubah": "2026-01-02 08:00", "luas": 1.5, "aktif": False, "x": {}, "baru": "a"},
    ]
    with serving(lambda *_: {"d": {"r": rows}}) as service, open_source(service, records_path="d.r") as reader:
        columns = {one.name: (one.logical_type, one.raw_type, one.nullable) for one in reader.describe()}
        assert [place.name for place in reader.list_places()] == ["d.r"]
        assert reader.preview(1) == rows[:1]
    assert columns == {
        "id": ("integer", "integer", False),
        "tgl": ("date", "string", True),
        "ubah": ("timestamp", "string", False),
        "luas": ("number", "integer | number", False),
        "aktif": ("boolean", "boolean", False),
        "x": ("object", "object", False),
        "baru": ("string", "string", True),
    }


CHANGES = [
    {"id": 1, "ubah": "2026-01-01T08:00:00Z"},
    {"id": 3, "ubah": "2026-01-03T08:00:00Z"},
    {"id": 2, "ubah": "2026-01-02T08:00:00Z"},
    {"id": 4, "ubah": None},
]
INCREMENTAL = {"cursor_column": "ubah", "key_columns": "id", "since_parameter": "sejak"}


def test_cursor_is_the_greatest_and_moves_with_the_last_chunk_alone() -> None:
    with serving(lambda *_: CHANGES) as service:
        chunks = read_chunks(open_source(service, **INCREMENTAL), "2026-01-01T00:00:00Z", chunk_rows=1)
    assert [chunk.cursor for chunk in chunks[:-1]] == ["2026-01-01T00:00:00Z"] * (len(chunks) - 1)
    assert chunks[-1].cursor == "2026-01-03T08:00:00Z"
    assert service.asked == [{"sejak": "2026-01-01T00:00:00Z"}]


def test_overlap_is_asked_for_again() -> None:
    with serving(lambda *_: []) as service:
        chunks = read_chunks(open_source(service, **INCREMENTAL, overlap="3600"), "2026-01-01T00:30:00+08:00")
    assert service.asked == [{"sejak": "2025-12-31T23:30:00+08:00"}]
    assert chunks[-1].cursor == "2026-01-01T00:30:00+08:00"


def test_row_dated_in_the_future_does_not_carry_the_cursor_away() -> None:
    with serving(lambda *_: [*CHANGES, {"id": 9, "ubah": "2999-01-01T00:00:00Z"}]) as service:
        cursor = read_chunks(open_source(service, **INCREMENTAL))[-1].cursor
    assert cursor is not None
    assert cursor < "2999"


def test_row_that_slides_onto_the_next_page_comes_once() -> None:
    def answer(service: Service, params: Params) -> Any:
        return {"1": CHANGES[:2], "2": CHANGES[1:3], "3": []}[params["page"]]

    given = {**INCREMENTAL, "paging": "page", "page_parameter": "page"}
    with serving(answer) as service:
        assert [row["id"] for row in read_all(open_source(service, **given))] == [1, 3, 2]


def test_row_with_an_empty_cursor_is_refused_where_that_is_the_policy() -> None:
    with serving(lambda *_: CHANGES) as service:
        rows = read_all(open_source(service, **INCREMENTAL, null_cursor="refuse"))
    assert [row["id"] for row in rows if isinstance(row, DamagedRow)] == [4]


def test_check_names_columns_that_the_rows_do_not_hold() -> None:
    with serving(lambda *_: ROWS) as service, open_source(service, **INCREMENTAL) as reader:
        assert [(one.where, one.rule) for one in reader.check()] == [("object", "changed")]


def test_secret_is_in_no_message() -> None:
    with serving(lambda *_: (401, b"rahasia", {})) as service, pytest.raises(SourceDenied) as caught:
        read_all(open_source(service, sign_in="bearer"))
    assert "rahasia" not in f"{caught.value} {caught.value.hint}"
