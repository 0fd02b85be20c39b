"""Batches by program: reports, idempotency, evidence in the same transaction."""

import json
import threading
from typing import Any

import httpx
import pytest
from exchange_world import Server, World, fill, list_records

from simpul.evidence.record import is_body

BATCHES = "/sandbox/wilayah/v1/desa/batches"


@pytest.fixture(autouse=True)
def _same_rows(world: World) -> None:
    fill(world, "sandbox")


def send(
    server: Server, world: World, content: Any, media_type: str = "application/json", **headers: str
) -> httpx.Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    given = {"Content-Type": media_type, **headers}
    return server.call("POST", BATCHES, world.keys["alice_test"], content=body, headers=given)


def make_rows(first: int, count: int) -> list[dict[str, object]]:
    return [
        {"kode": f"70.{number:04}", "nama": f"Desa {number}", "jumlah": number}
        for number in range(first, first + count)
    ]


def count_stored(world: World) -> int:
    return int(world.execute(f'SELECT count(*) FROM "{world.schema["sandbox"]}"."desa"')[0][0])


def test_good_rows_are_stored_and_bad_ones_told(server: Server, world: World) -> None:
    rows = [*make_rows(0, 3), {"kode": "70.9", "nama": "Desa", "jumlah": -1}, {"nama": "Tanpa kode"}]
    answer = send(server, world, rows)
    report = answer.json()
    assert answer.status_code == 201
    assert {name: report[name] for name in ("received", "inserted", "refused", "stored")} == {
        "received": 5, "inserted": 3, "refused": 2, "stored": 3,
    }  # fmt: skip
    assert [row["position"] for row in report["refused_rows"]] == [4, 5]
    assert report["refused_rows"][1]["findings"][0]["rule"] == "required"
    assert count_stored(world) == 8
    assert answer.headers["location"] == f"{BATCHES}/{report['batch']}"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"kode,nama,jumlah\n70.0001,Satu,1\n70.0002,Dua,2\n", "text/csv"),
        (b'{"kode":"70.0001","nama":"Satu"}\n{"kode":"70.0002","nama":"Dua"}\n', "application/x-ndjson"),
        (b'[{"kode":"70.0001","nama":"Satu"},{"kode":"70.0002","nama":"Dua"}]', "application/json; charset=utf-8"),
    ],
)
def test_each_format_is_read(server: Server, world: World, content: bytes, media_type: str) -> None:
    report = send(server, world, content, media_type).json()
    assert (report["received"], report["inserted"], report["refused"]) == (2, 2, 0), report


def test_same_rows_again_change_nothing(server: Server, world: World) -> None:
    first = send(server, world, make_rows(0, 2)).json()
    again = send(server, world, make_rows(0, 2)).json()
    assert (again["unchanged"], again["dataset_version"]) == (2, first["dataset_version"])


def test_version_rises_with_a_change_and_is_told_to_readers(server: Server, world: World) -> None:
    version = send(server, world, make_rows(0, 2)).json()["dataset_version"]
    changed = send(server, world, [{"kode": "70.0001", "nama": "Lain"}])
    assert changed.headers["dataset-version"] == str(version + 1)
    read = server.get("/sandbox/wilayah/v1/desa?limit=1", world.keys["alice_test"])
    assert read.headers["dataset-version"] == str(version + 1)


def test_repeat_with_its_key_gets_the_first_answer(server: Server, world: World) -> None:
    first = send(server, world, make_rows(0, 2), **{"Idempotency-Key": "ulang-1"})
    again = send(server, world, make_rows(0, 2), **{"Idempotency-Key": "ulang-1"})
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = send(server, world, make_rows(0, 3), **{"Idempotency-Key": "ulang-1"})
    assert (other.status_code, other.json()["code"]) == (422, "SPL621")
    assert count_stored(world) == 7


def test_two_at_once_with_one_key_are_one_batch(server: Server, world: World) -> None:
    answers: list[int] = []
    rows = make_rows(0, 3000)

    def run() -> None:
        answers.append(send(server, world, rows, **{"Idempotency-Key": "serentak"}).status_code)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 201 in answers
    assert set(answers) <= {201, 409}
    assert world.execute("SELECT count(*) FROM batch WHERE idempotency_key = 'serentak'") == [(1,)]


def test_wholly_refused_batch_is_422_with_its_report(server: Server, world: World) -> None:
    answer = send(server, world, [{"kode": "70.1"}, {"nama": "x"}])
    assert answer.status_code == 422
    assert answer.json()["code"] == "SPLX20"
    assert answer.json()["refused"] == 2


def test_trial_stores_nothing(server: Server, world: World) -> None:
    before = count_stored(world), world.execute("SELECT count(*) FROM batch")
    answer = send(server, world, [*make_rows(0, 2), {"nama": "x"}], Prefer="tx=rollback")
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "tx=rollback")
    assert (answer.json()["inserted"], answer.json()["refused"]) == (2, 1)
    assert (count_stored(world), world.execute("SELECT count(*) FROM batch")) == before


@pytest.mark.parametrize(
    ("content", "media_type", "headers", "status", "code"),
    [
        (b"x", "application/xml", {}, 415, "SPLX05"),
        (b"x", "text/csv", {"Content-Encoding": "gzip"}, 415, "SPLX05"),
        (b"kode,nama\n", "text/csv", {}, 422, "SPL615"),
        (b"kode,nama,kode\n1,2,3\n", "text/csv", {}, 422, "SPL616"),
        (b"kode,lain\n1,2\n", "text/csv", {}, 422, "SPL623"),
        (b"[{", "application/json", {}, 422, "SPL610"),
        (b"[]", "application/json", {}, 422, "SPL615"),
        (b'[{"kode":"1","nama":"x"}]', "application/json", {"Idempotency-Key": "x" * 300}, 422, "SPL622"),
    ],
)
def test_body_that_cannot_be_read_is_refused(
    server: Server, world: World, content: bytes, media_type: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = send(server, world, content, media_type, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_body_over_the_limit_is_refused_before_it_is_sent(server: Server, world: World) -> None:
    answer = send(server, world, b"x", "text/csv", **{"Content-Length": str(200 * 1024 * 1024)})
    assert answer.status_code == 413


def test_large_body_goes_through_a_file(server: Server, world: World) -> None:
    rows = [{**row, "nama": "Desa " + "x" * 40, "isi": {"teks": "y" * 1000}} for row in make_rows(0, 1500)]
    assert send(server, world, rows).json()["inserted"] == 1500
    assert not list((world.home / "spool").glob("batch-*"))


def test_batch_is_told_to_its_own_application_alone(server: Server, world: World) -> None:
    report = send(server, world, [*make_rows(0, 1), {"kode": "70.2"}, {"kode": "70.3"}]).json()
    path = f"{BATCHES}/{report['batch']}"
    assert server.get(path, world.keys["alice_test"]).json() == report
    page = server.get(f"{path}/refused?limit=1&after=2", world.keys["alice_test"]).json()
    assert [row["position"] for row in page["rows"]] == [3]
    assert server.get(path, world.keys["bob_test"]).status_code == 403
    elsewhere = server.get(f"/api/wilayah/v1/desa/batches/{report['batch']}", world.keys["alice_live"])
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "SPLX06")


def test_evidence_of_a_batch_commits_with_its_rows(server: Server, world: World) -> None:
    body = json.dumps(make_rows(0, 2)).encode()
    answer = send(server, world, body)
    [(record,)] = world.execute("SELECT record FROM evidence WHERE uid = %s", [answer.headers["evidence-id"]])
    found = json.loads(record)
    assert (found["operation"], found["status"], found["rows"]) == ("deliver", 201, 2)
    assert found["batch_id"] == answer.json()["batch"]
    salt = bytes.fromhex(answer.headers["evidence-salt"])
    assert is_body(salt, body, found["request_digest"])
    assert is_body(salt, answer.content, found["response_digest"])


def test_evidence_of_a_refused_batch_holds_no_value(server: Server, world: World) -> None:
    send(server, world, [{"kode": "70.1", "nik_kades": "6305010101019999", "nama": ""}])
    send(server, world, b'kode,nama\n70.1,"6305010101019999\n', "text/csv")
    server.flush()
    assert "6305010101019999" not in json.dumps(list_records(world))
    assert {"deliver"} <= {record["operation"] for record in list_records(world)}
