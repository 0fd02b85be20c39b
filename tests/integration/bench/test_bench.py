"""The command `bench` on tiny amounts: what it tells, never how fast it was."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from simpul.cli.bench import AMOUNTS, MODULES, SMALL

ROOT = Path(__file__).resolve().parents[3]


def run_small(what: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name not in ("SIMPUL_DSN", "DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "simpul.cli", "bench", what, "--small", "--json"],
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


def test_exchange_is_measured_against_its_own_statement() -> None:
    told = run_small("exchange")
    page = find(told, "first page of 50 rows")
    assert (page["limit_name"], page["ratio"] > 0) == ("the same SQL alone", True)
    assert find(told, "page in the middle of 50 rows")["ratio"] > 0


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
