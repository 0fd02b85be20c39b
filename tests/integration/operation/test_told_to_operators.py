"""What the exchange tells operators, by headers, metrics and logs, and that no value of a call is in any of it."""

import http.client
import json
import os
import re
from pathlib import Path

from running_exchange import Exchange, World

NIK = "6305019901010042"
PATH = "/api/wilayah/v1/desa"


def get(exchange: Exchange, path: str, key: str = "", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=20)
    if key:
        headers["Authorization"] = f"Bearer {exchange.world.keys[key].text}"
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read().decode()  # type: ignore[attr-defined]
    return answer


def read_metrics(exchange: Exchange) -> dict[str, float]:
    text: str = get(exchange, "/metrics").body  # type: ignore[attr-defined]
    for line in text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [0-9.e+-]+', line), line
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_server_timing_tells_the_steps_of_a_page_and_their_total(exchange: Exchange) -> None:
    told = get(exchange, f"{PATH}?kode=neq.timing", "bob_live").headers["Server-Timing"]
    steps = {name: float(taken) for name, taken in re.findall(r"(\w+);dur=([0-9.]+)", told)}
    assert list(steps) == ["auth", "parse", "plan", "database", "encode", "work", "evidence", "total"]
    parts = sum(taken for name, taken in steps.items() if name != "total")
    assert 0 < parts <= steps["total"] + 0.5  # each is rounded


def test_server_timing_is_on_refusals_and_answers_from_memory_too(exchange: Exchange) -> None:
    assert "evidence;dur=" in get(exchange, PATH).headers["Server-Timing"]
    for _ in range(3):
        answer = get(exchange, f"{PATH}?kode=neq.memory", "bob_live")
    assert "total;dur=" in answer.headers["Server-Timing"]


def test_metrics_count_calls_by_what_is_published_and_never_by_what_was_sent(exchange: Exchange) -> None:
    name = 'simpul_exchange_calls_total{stage="live",dataset="wilayah/v1/desa",operation="read",status="2xx"}'
    before = read_metrics(exchange).get(name, 0)
    get(exchange, f"{PATH}?kode=neq.metrics", "bob_live")
    get(exchange, f"/api/{NIK}/v1/desa", "bob_live")
    after = read_metrics(exchange)
    assert after[name] == before + 1
    assert after['simpul_exchange_step_seconds_count{step="database"}'] > 0
    assert after['simpul_exchange_step_seconds_bucket{step="total",le="+Inf"}'] > 0
    assert after["simpul_exchange_processes"] == 1
    assert after["simpul_exchange_publications"] == 2
    assert not any(NIK in series or exchange.world.keys["bob_live"].key_id in series for series in after)


def test_metrics_are_closed_to_what_came_through_a_proxy(exchange: Exchange) -> None:
    answer = get(exchange, "/metrics", **{"X-Forwarded-For": "127.0.0.1"})
    assert (answer.status, "SPLA26" in answer.body) == (403, True)  # type: ignore[attr-defined]


def test_metrics_of_several_processes_are_added_up_and_outlive_them(world: World, tmp_path: Path) -> None:
    first = Exchange(world, tmp_path)
    for _ in range(3):
        get(first, PATH)
    second = Exchange(world, tmp_path, TRUSTED_PROXY="true", METRICS_TOKEN="rahasia-metrik")
    get(second, PATH)
    series = 'simpul_exchange_calls_total{stage="",dataset="",operation="none",status="4xx"}'
    try:
        wait = get(first, "/metrics").body  # type: ignore[attr-defined]
        assert "simpul_exchange_processes 2" in wait
        first.stop()
        assert get(second, "/metrics").status == 403  # behind a proxy by the token alone
        told = get(second, "/metrics", Authorization="Bearer rahasia-metrik").body  # type: ignore[attr-defined]
        assert f"{series} 4" in told
        assert "simpul_exchange_processes 1" in told
    finally:
        second.stop()


def test_a_call_is_one_line_of_the_log_with_names_and_numbers(exchange: Exchange) -> None:
    uid = get(exchange, f"{PATH}?nama=eq.{NIK}&limit=1", "bob_live").headers["Evidence-Id"]
    lines = [json.loads(line) for line in exchange.log.read_text().splitlines()]
    [line] = [line for line in lines if line.get("uid") == uid]
    assert line["logger"] == "simpul.access"
    told = {name: line[name] for name in ("status", "operation", "stage", "context", "dataset", "rows")}
    assert told == {
        "status": 200, "operation": "read", "stage": "live", "context": "wilayah", "dataset": "desa", "rows": 0,
    }  # fmt: skip
    assert line["ms"] > 0


def test_no_value_of_a_failing_call_is_in_a_log_of_exchange_or_database(exchange: Exchange) -> None:
    world = exchange.world
    key = world.keys["alice_live"].text
    failing = (f"jumlah=eq.{NIK}{NIK}", f"diubah=gt.{NIK}", f"nik_kades=match.({NIK}", f"isi->>luas=eq.{NIK}&x.{NIK}=1")
    assert all(get(exchange, f"{PATH}?{query}", "alice_live").status == 400 for query in failing)
    rows = json.dumps([{"kode": "63.05.99", "nama": NIK, "nik_kades": NIK, "jumlah": NIK * 2}])
    connection = http.client.HTTPConnection("127.0.0.1", exchange.port, timeout=20)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", PATH, rows, headers)
    assert connection.getresponse().status >= 400
    logs = [exchange.log, *Path(os.environ["SIMPUL_TEST_HOME"]).rglob("*.log")]
    assert len(logs) > 1
    for path in logs:
        assert NIK not in path.read_text(errors="replace"), path
        assert key not in path.read_text(errors="replace"), path
