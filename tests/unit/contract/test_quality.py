"""Quality: the arithmetic against thresholds; what can't be counted isn't judged."""

import json

import pytest
from contract_strategies import make_contract

from simpul.contract.model import Thresholds
from simpul.contract.quality import ColumnCounts, DatasetCounts, QualityResult, judge_quality, list_measures

DATASET = make_contract().datasets[0]


def judge_one(counts: DatasetCounts, column: str, dimension: str) -> QualityResult:
    return next(one for one in judge_quality(DATASET, counts) if (one.column, one.dimension) == (column, dimension))


def test_measures_follow_the_contract() -> None:
    measured = {(measure.column, measure.dimension) for measure in list_measures(DATASET)}
    assert {("", "completeness"), ("", "refused"), ("", "timeliness"), ("kode", "uniqueness")} <= measured
    assert {("kode", "conformity"), ("jenis", "conformity"), ("nama", "validity")} <= measured
    assert ("nama", "uniqueness") not in measured


@pytest.mark.parametrize(
    ("column", "dimension", "value", "passed"),
    [
        ("", "refused", 10.0, False),
        ("", "timeliness", 3.0, True),
        ("kode", "completeness", 100.0, True),
        ("kode", "uniqueness", 98.89, False),
        ("nama", "completeness", 90.0, False),
        ("nama", "validity", 90.0, False),
        ("penduduk", "completeness", 50.0, None),
        ("jenis", "conformity", 95.0, True),
    ],
)
def test_counts_are_judged(column: str, dimension: str, value: float, passed: bool | None) -> None:
    counts = DatasetCounts(
        rows=90,
        received=100,
        refused=10,
        age_days=3.0,
        columns={
            "kode": ColumnCounts(filled=90, distinct=89),
            "nama": ColumnCounts(filled=81, refused=10),
            "penduduk": ColumnCounts(filled=45),
            "jenis": ColumnCounts(filled=80, outside=4),
        },
    )
    result = judge_one(counts, column, dimension)
    assert (result.value, result.passed) == (value, passed)


def test_nothing_delivered_is_not_judged() -> None:
    assert {one.passed for one in judge_quality(DATASET, DatasetCounts())} == {None}


def test_stale_data_fails_by_the_frequency_or_the_agreed_age() -> None:
    assert judge_one(DatasetCounts(rows=1, age_days=32), "", "timeliness").passed is False
    assert Thresholds(max_age_days=60).max_age_days == 60


def test_results_are_plain_json_with_words() -> None:
    results = [one.to_dict() for one in judge_quality(DATASET, DatasetCounts())]
    assert json.loads(json.dumps(results)) == results
    assert results[0]["title"] == {"id": "Kelengkapan", "en": "Completeness"}
