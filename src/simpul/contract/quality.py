"""What quality of a dataset is measured, and how the counts are judged against the agreed thresholds.

The counting itself is SQL and lives in `delivery`; here stand only the measures, in words, and the arithmetic.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from simpul.contract.model import Column, Dataset
from simpul.kernel.words import Words

DIMENSIONS: Mapping[str, Words] = {
    "completeness": Words("Kelengkapan", "Completeness"),
    "validity": Words("Kesahihan", "Validity"),
    "uniqueness": Words("Keunikan", "Uniqueness"),
    "conformity": Words("Kesesuaian referensi", "Reference conformity"),
    "timeliness": Words("Ketepatan waktu", "Timeliness"),
    "refused": Words("Baris tertolak", "Refused rows"),
}
_DESCRIPTIONS: Mapping[str, Words] = {
    "completeness": Words("Bagian isian yang tidak kosong.", "The share of values that aren't empty."),
    "validity": Words(
        "Bagian baris kiriman yang lolos aturan elemen ini.",
        "The share of delivered rows that passed this column's rules.",
    ),
    "uniqueness": Words("Bagian isian yang tidak kembar.", "The share of values that stand once."),
    "conformity": Words(
        "Bagian isian yang ada dalam daftar kode rujukan.", "The share of values that are in the reference list."
    ),
    "timeliness": Words("Umur data dalam hari sejak kiriman terakhir.", "The age in days since the last delivery."),
    "refused": Words("Bagian baris kiriman yang ditolak.", "The share of delivered rows that were refused."),
}


@dataclass(frozen=True)
class Measure:
    """One thing to measure: of a column, or of the whole dataset (column ""). `threshold` None: shown, not judged.

    Values are percents, but for timeliness: days. `at_most`: the value may not exceed the threshold.
    """

    column: str
    dimension: str
    threshold: float | None
    at_most: bool = False

    @property
    def title(self) -> Words:
        """What the measure is called."""
        return DIMENSIONS[self.dimension]

    @property
    def description(self) -> Words:
        """What it counts."""
        return _DESCRIPTIONS[self.dimension]


@dataclass(frozen=True)
class ColumnCounts:
    """Counts of one column over the stored rows; `refused`: delivered rows refused for this column's rules.

    `outside`: values outside the column's reference list (codes or areas).
    """

    filled: int = 0
    distinct: int = 0
    refused: int = 0
    outside: int = 0


@dataclass(frozen=True)
class DatasetCounts:
    """Counts of one dataset. `rows` stored; `received` and `refused` of its deliveries; `age_days` since the last."""

    rows: int = 0
    received: int = 0
    refused: int = 0
    age_days: float | None = None
    columns: Mapping[str, ColumnCounts] = field(default_factory=dict)


@dataclass(frozen=True)
class QualityResult:
    """One measure's outcome. `value` None: nothing to count yet; `passed` None: shown, not judged."""

    column: str
    dimension: str
    value: float | None
    threshold: float | None
    passed: bool | None
    count: int
    total: int
    title: Words
    description: Words

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON; title and description as {"id", "en"}."""
        return asdict(self) | {"title": self.title._asdict(), "description": self.description._asdict()}


def list_measures(dataset: Dataset) -> list[Measure]:
    """List what is measured: first the dataset as a whole, then each column in order.

    An optional column's completeness is shown, not judged: the contract allows it to be empty.
    """
    agreed = dataset.thresholds
    measures = [
        Measure("", "completeness", agreed.completeness),
        Measure("", "refused", agreed.refused_share, at_most=True),
        Measure("", "timeliness", dataset.max_age_days, at_most=True),
    ]
    for column in dataset.columns:
        measures += _list_column_measures(dataset, column)
    return measures


def _list_column_measures(dataset: Dataset, column: Column) -> list[Measure]:
    agreed = dataset.thresholds
    measures = [
        Measure(column.name, "completeness", agreed.completeness if column.required or column.key else None),
        Measure(column.name, "validity", agreed.validity),
    ]
    if column.unique or dataset.key == (column.name,):
        measures.append(Measure(column.name, "uniqueness", 100.0))
    if column.code_list is not None or column.format == "area_code":
        measures.append(Measure(column.name, "conformity", agreed.validity))
    return measures


def judge_quality(dataset: Dataset, counts: DatasetCounts) -> list[QualityResult]:
    """Judge counts against the agreed thresholds, in the order of `list_measures`."""
    return [_judge(measure, *_count(measure, dataset, counts)) for measure in list_measures(dataset)]


def _count(measure: Measure, dataset: Dataset, counts: DatasetCounts) -> tuple[float | None, int, int]:
    """Return (value, count, total) of a measure."""
    if measure.dimension == "timeliness":
        return counts.age_days, counts.rows, counts.rows
    count, total = _count_dataset(measure, dataset, counts) if not measure.column else _count_column(measure, counts)
    return (100.0 * count / total if total else None), count, total


def _count_dataset(measure: Measure, dataset: Dataset, counts: DatasetCounts) -> tuple[int, int]:
    if measure.dimension == "refused":
        return counts.refused, counts.received
    filled = sum(counts.columns.get(column.name, ColumnCounts()).filled for column in dataset.columns)
    return filled, counts.rows * len(dataset.columns)


def _count_column(measure: Measure, counts: DatasetCounts) -> tuple[int, int]:
    column = counts.columns.get(measure.column, ColumnCounts())
    return {
        "completeness": (column.filled, counts.rows),
        "validity": (counts.received - column.refused, counts.received),
        "uniqueness": (column.distinct, column.filled),
        "conformity": (column.filled - column.outside, column.filled),
    }[measure.dimension]


def _judge(measure: Measure, value: float | None, count: int, total: int) -> QualityResult:
    passed: bool | None = None
    if value is not None and measure.threshold is not None:
        passed = value <= measure.threshold if measure.at_most else value >= measure.threshold
    return QualityResult(
        column=measure.column,
        dimension=measure.dimension,
        value=None if value is None else round(value, 2),
        threshold=measure.threshold,
        passed=passed,
        count=count,
        total=total,
        title=measure.title,
        description=measure.description,
    )
