"""The dashboard's plan: no personal column, every kind of chart from its kind of column."""

from contract_strategies import datasets, make_contract, make_dataset
from hypothesis import given, settings

from simpul.contract.dashboard import MIN_GROUP, plan_dashboard
from simpul.contract.model import Column, Dataset


def test_example_gets_each_kind_of_chart() -> None:
    charts = plan_dashboard(make_contract().datasets[0])
    assert [(chart.kind, chart.column, chart.aggregate, chart.measure) for chart in charts] == [
        ("total", "", "count", ""),
        ("total", "", "sum", "penduduk"),
        ("total", "", "sum", "luas"),
        ("category", "nama", "count", ""),
        ("category", "jenis", "count", ""),
        ("time", "dibentuk", "count", ""),
        ("area", "kode", "count", ""),
        ("table", "", "count", ""),
    ]
    assert charts[-1].columns == ("nama", "jenis", "dibentuk", "kode")
    assert MIN_GROUP == 5


def test_years_and_codes_are_not_summed() -> None:
    charts = plan_dashboard(make_dataset(Column("tahun", logical_type="integer"), Column("no", logical_type="integer")))
    assert [(chart.kind, chart.column, chart.measure) for chart in charts] == [
        ("total", "", ""),
        ("time", "tahun", ""),
        ("table", "", ""),
    ]


@given(datasets())
@settings(max_examples=60, deadline=None)
def test_no_chart_touches_a_personal_column(dataset: Dataset) -> None:
    personal = {column.name for column in dataset.columns if column.is_personal}
    for chart in plan_dashboard(dataset):
        assert personal.isdisjoint({chart.column, chart.measure, *chart.columns})
        assert chart.to_dict()["title"]
