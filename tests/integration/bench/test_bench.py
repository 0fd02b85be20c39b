"""The command `bench` on tiny amounts: what it tells, never how fast it was."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simpul.cli.bench import AMOUNTS, MODULES, SMALL

ROOT = Path(__file__).resolve().parents[3]


def run_small(what: str, *options: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name not in ("SIMPUL_DSN", "DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "simpul.cli", "bench", what, "--small", "--json", *options],
        env=environment | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def find(told: dict[str, Any], words: str) -> dict[str, Any]:
    return next(one for one in told["figures"] if words in one["name"])


def test_every_benchmark_has_its_module_and_both_amounts() -> None:
    assert set(AMOUNTS) == set(SMALL) == set(MODULES)
    assert all((ROOT / "benchmarks" / f"{name}.py").is_file() for name in MODULES.values())
    assert AMOUNTS["inbox"] == {"cases": 5000, "events": 70_000}


def test_inbox_is_read_by_the_same_few_queries_and_its_cases_follow_their_history() -> None:
    told = run_small("inbox")
    assert told["amounts"]["cases"] == SMALL["inbox"]["cases"]
    assert abs(told["amounts"]["events"] - SMALL["inbox"]["events"]) < 100
    assert told["facts"]["cases_that_differ_from_their_history"] == 0
    assert find(told, "Tim IT: rows")["value"] > 0
    assert find(told, "OPD: queries")["value"] <= 5
    assert find(told, "OPD: the whole inbox")["limit_name"] == "SELECT 1"
    assert set(told["facts"]["plans"]) == {"OPD", "Tim IT"}


def test_procedure_is_measured_by_real_acts_that_ask_the_database_no_more_in_later_rounds() -> None:
    told = run_small("procedure")
    assert told["facts"]["cases_that_differ_from_their_history"] == []
    for loop in ("rows 1-3", "rows 5-6"):
        assert find(told, f"{loop}: queries")["ratio"] == 1
    assert find(told, "interpreter alone, a step")["limit"] > 0


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk isn't installed: apt-get install wrk")
def test_exchange_is_measured_against_limits_of_the_same_run() -> None:
    told = run_small("exchange", "--only", "key,page,cached,export,depth,stages")
    limits = {
        "one row by key": "pgbench's prepared SELECT of it",
        "page of 50 rows, uncached": "pgbench, same SQL",
        "page of 50 rows, cached": "the server's own fixed answer of 1 KB",
        "304": "the server's own fixed answer of 1 KB",
        "3000 rows as NDJSON": "COPY … TO STDOUT",
        "keyed page of 4000 rows": "of 3000 rows",
    }
    found = {one["name"]: one for one in told["figures"]}
    assert {name: found[name]["limit_name"] for name in limits} == limits
    assert all(found[name]["ratio"] > 0 and found[name]["met"] is not None for name in limits)
    assert {"auth", "parse", "plan", "database", "encode", "evidence", "total"} <= {
        name.partition(": ")[2] for name in found if name.startswith("one row by key: ")
    }


def test_an_option_of_another_benchmark_is_refused() -> None:
    command = [sys.executable, "-m", "simpul.cli", "bench", "procedure", "--only", "key"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "--only" in done.stderr


def test_ingest_stores_every_row_once_and_finds_them_unchanged_the_second_time() -> None:
    told = run_small("ingest")
    first, second = told["facts"]["reports"]
    rows = SMALL["ingest"]["rows"]
    assert (first["inserted"], first["refused"]) == (rows, 0)
    assert (second["unchanged"], second["inserted"]) == (rows, 0)
    assert find(told, "first delivery")["limit_name"] == "COPY of the same file"


def test_publication_comes_up_on_a_running_exchange_and_worker() -> None:
    told = run_small("publish")
    assert len(told["facts"]["mock_rows"]) == SMALL["publish"]["times"]
    assert min(told["facts"]["mock_rows"]) > 0
    assert find(told, "first publication, median")["limit"] == 2000
    assert find(told, "made again, median")["value"] > 0


def test_unknown_benchmark_is_a_wrong_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simpul.cli", "bench", "coffee"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "inbox" in done.stderr
