"""Counts for the validation report and the dashboard, on real tables."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from delivery_bench import Bench, make_bench

from simpul.contract.dashboard import Chart, plan_dashboard
from simpul.contract.model import Column
from simpul.contract.quality import DatasetCounts, judge_quality
from simpul.delivery.dashboard import measure_charts
from simpul.delivery.errors import MeasureRefused
from simpul.delivery.measure import measure_dataset
from simpul.delivery.mend import Correction, mend
from simpul.kernel.clock import now
from simpul.store.launcher import Database

COLUMNS = (
    Column("id", key=True, required=True, logical_type="integer"),
    Column("jenis", code_list=("sawah", "kebun", "hutan"), length=10),
    Column("wilayah", format="area_code", length=13),
    Column("tanggal", logical_type="date"),
    Column("luas", logical_type="number", unit="ha"),
    Column("nama", length=50, pdp_class="umum", pdp_legal_basis="x", pdp_purpose="y"),
)


@pytest.fixture
def land(delivery_database: Database) -> Bench:
    return make_bench(delivery_database, COLUMNS)


def row(number: int, **values: Any) -> dict[str, Any]:
    return {
        "id": number,
        "jenis": "sawah",
        "wilayah": "63.05.01.2001",
        "tanggal": "2026-01-15",
        "luas": 1.5,
        "nama": "x",
    } | values


def measure(bench: Bench, **options: Any) -> DatasetCounts:
    target = bench.target
    publication = {
        "zone": target.zone,
        "major": 1,
        "datasets": {
            "desa": {
                "schema": target.schema,
                "table": target.table,
                "key": list(target.key),
                "unique": [],
                "model": target.model.to_dict(),
            }
        },
    }
    with bench.connect("portal") as connection:
        return measure_dataset(connection, publication, "desa", target.dataset_id, now() + timedelta(days=2), **options)


def draw(bench: Bench, *charts: Chart) -> list[dict[str, Any]]:
    with bench.connect("portal") as connection:
        return measure_charts(connection, bench.target, charts)


def test_an_empty_dataset_has_nothing_to_count(land: Bench):
    counts = measure(land)
    assert (counts.rows, counts.received, counts.refused, counts.age_days) == (0, 0, 0, None)
    assert draw(land, Chart("total", "", "t"))[0]["groups"] == [{"label": None, "value": 0}]


def test_columns_are_counted_over_the_stored_rows(land: Bench):
    land.send_rows([row(1), row(2, jenis=None, luas=None), row(3, nama=""), row(4, jenis="kota")])
    counts = measure(land, references={"wilayah": ["63.05.02"]})
    assert (counts.rows, counts.received, counts.refused) == (3, 4, 1)
    assert counts.age_days == pytest.approx(2, abs=0.1)
    assert (counts.columns["id"].filled, counts.columns["id"].distinct) == (3, 3)
    assert (counts.columns["jenis"].filled, counts.columns["jenis"].refused) == (2, 1)
    assert counts.columns["nama"].filled == 2
    assert counts.columns["wilayah"].outside == 3
    assert {one.dimension for one in judge_quality(land.target.model, counts)} >= {
        "completeness",
        "timeliness",
        "conformity",
    }


def test_mended_rows_are_refused_no_more(land: Bench):
    report = land.send_rows([row(1), row(2, jenis="kota"), row(3, jenis="laut", luas="x"), row(4, jenis="desa")])
    with land.connect("portal") as connection:
        values = {"id": "2", "jenis": "kebun"}
        again = mend(
            connection,
            land.target,
            report.batch,
            [Correction(2, values), Correction(3, {"id": "3", "jenis": "?"})],
            land.envelope(),
        )
        assert again.refused == 1
        counts = measure(land)
        assert (counts.received, counts.refused, counts.columns["jenis"].refused, counts.columns["luas"].refused) == (
            4,
            2,
            2,
            0,
        )
        mend(connection, land.target, again.batch, [Correction(3, {"id": "3", "jenis": "hutan"})], land.envelope())
    counts = measure(land)
    assert (counts.rows, counts.received, counts.refused, counts.columns["jenis"].refused) == (3, 4, 1, 1)


def test_uploads_are_judged_by_the_last_one_and_pushes_by_the_last_day(land: Bench):
    land.send_rows([row(1), row(2, jenis="kota")])
    land.send_rows([row(1), row(2)])
    assert (measure(land).received, measure(land).refused) == (2, 0)
    land.target = dataclasses.replace(land.target, model=dataclasses.replace(land.target.model, delivery="push"))
    assert (measure(land).received, measure(land).refused) == (4, 1)


def test_groups_under_five_are_hidden_and_can_not_be_subtracted(land: Bench):
    kinds = ["sawah"] * 9 + ["kebun"] * 7 + ["hutan"] * 2
    land.send_rows([row(n, jenis=kind) for n, kind in enumerate(kinds)])
    (chart,) = draw(land, Chart("category", "jenis", "t"))
    assert chart["groups"] == [{"label": "sawah", "value": 9}]
    assert chart["hidden"] == 2


def test_charts_planned_from_the_contract_are_drawn(land: Bench):
    land.send_rows([row(n, tanggal=f"2026-0{1 + n % 3}-01", wilayah=f"63.05.0{1 + n % 2}.2001") for n in range(36)])
    charts = draw(land, *plan_dashboard(land.target.model))
    found = {(chart["kind"], chart["column"], chart["aggregate"]): chart for chart in charts}
    assert found["total", "", "count"]["groups"] == [{"label": None, "value": 36}]
    assert found["total", "", "sum"]["groups"] == [{"label": None, "value": 54}]
    assert found["category", "jenis", "count"]["groups"] == [{"label": "sawah", "value": 36}]
    assert found["time", "tanggal", "count"]["groups"] == [
        {"label": day, "value": 12} for day in ("2026-01-01", "2026-02-01", "2026-03-01")
    ]
    assert found["area", "wilayah", "count"]["groups"] == [
        {"label": "63.05.01.2001", "value": 18},
        {"label": "63.05.02.2001", "value": 18},
    ]
    assert "nama" not in str(charts)


def test_time_is_drawn_in_steps_that_fit_its_span(land: Bench):
    land.send_rows([row(n, tanggal=f"20{15 + n % 10}-01-01") for n in range(60)])
    (chart,) = draw(land, Chart("time", "tanggal", "t"))
    assert (chart["step"], len(chart["groups"])) == ("year", 10)


def test_areas_are_drawn_at_the_finest_level_that_can_be_shown(land: Bench):
    land.send_rows([row(n, wilayah=f"63.0{1 + n % 3}.{1 + n // 3:02}.2001") for n in range(60)])
    (chart,) = draw(land, Chart("area", "wilayah", "t"))
    assert [group["label"] for group in chart["groups"]] == ["63.01", "63.02", "63.03"]


@pytest.mark.parametrize(
    "chart",
    [
        Chart("category", "nama", "t"),
        Chart("total", "", "t", "sum", "nama"),
        Chart("table", "", "t", columns=("nama",)),
        Chart("category", "_batch", "t"),
    ],
)
def test_personal_or_unknown_columns_are_never_drawn(land: Bench, chart: Chart):
    with pytest.raises(MeasureRefused):
        draw(land, chart)


def test_a_sum_over_fewer_than_five_rows_is_hidden(land: Bench):
    land.send_rows([row(1), row(2)])
    (chart,) = draw(land, Chart("total", "", "t", "sum", "luas"))
    assert (chart["groups"], chart["hidden"]) == ([], 1)
