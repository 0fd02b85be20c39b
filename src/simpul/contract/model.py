"""The contract as frozen data, with plain JSON both ways. Every other module of the room starts here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

LOGICAL_TYPES = ("string", "integer", "number", "boolean", "date", "timestamp", "time", "object")
TEXT_FORMATS = ("nik", "nip", "phone", "area_code", "email")
DATE_FORMATS = ("yyyy-MM-dd", "dd/MM/yyyy", "dd-MM-yyyy")
"""How text files write dates; ISO is always read too, and JSON carries ISO only."""
TIMESTAMP_FORMATS = ("dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy HH:mm", "dd-MM-yyyy HH:mm:ss", "dd-MM-yyyy HH:mm")
DECIMAL_COMMA = "decimal_comma"
"""A number's format in text files: 1.234,56. Without it: 1234.56."""
WHEN_UNKNOWN = ("tolak", "catat")
"""What becomes of a row with a code that isn't valid in its reference list: refused, or taken in with a remark."""
PDP_CLASSES = ("tidak", "umum", "spesifik")
ACCESS_CLASSES = ("terbuka", "terbatas", "dikecualikan")
DELIVERIES = ("upload", "push")
WHEN_LATE = ("layani", "tolak")
"""What readers get of data past its schedule: the rows with a word of warning, or a refusal."""
STATUSES = ("proposed", "draft", "active", "deprecated", "retired")
STAGES = ("sandbox", "live")
MASKS = ("hidden", "hashed", "last4")
"""What a consumer may get in the place of a column's values."""
FREQUENCY_DAYS: Mapping[str, int | None] = {
    "harian": 1,
    "mingguan": 7,
    "bulanan": 31,
    "triwulanan": 92,
    "semesteran": 184,
    "tahunan": 366,
    "sewaktu-waktu": None,
}
"""How often a dataset is brought up to date → the longest age in days; None: whenever it changes."""


class _Record:
    """JSON both ways for flat dataclasses: what is empty or default stays out of the dict."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data; fields at their default are left out."""
        result: dict[str, Any] = {}
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if value != item.default or item.name == "name":
                result[item.name] = _plain(value)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; fields that aren't there take their default, unknown ones are left out."""
        known = {item.name for item in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: _frozen(value) for name, value in data.items() if name in known})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.to_dict() if isinstance(value, _Record) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Column(_Record):
    """One element of a dataset, with what Satu Data asks (konsep, definisi, klasifikasi, ukuran, satuan).

    `format`: for strings one of TEXT_FORMATS; for dates and timestamps how text files write them;
    for numbers DECIMAL_COMMA or None. `code_list`: the values themselves, or the name of a reference list.
    Of a reference list, `code_date` names the column whose day the code must be valid on (empty: the delivery's day),
    and `when_unknown` says what becomes of a row with another code.
    `minimum`/`maximum`: a number for numbers, ISO text for dates and times. `length` counts characters.

    Of a new major version, `filled_from` names the older version's column that the first rows take their values from
    (empty: the one of the same name), `filled_with` a value that all of them get instead, written as in a CSV file.
    """

    name: str
    title: str = ""
    definition: str = ""
    classification: str = ""
    measure: str = ""
    unit: str = ""
    logical_type: str = "string"
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    required: bool = False
    unique: bool = False
    key: bool = False
    code_list: tuple[str, ...] | str | None = None
    code_date: str = ""
    when_unknown: str = "tolak"
    pdp_class: str = "tidak"
    pdp_legal_basis: str = ""
    pdp_purpose: str = ""
    minimum: int | float | str | None = None
    maximum: int | float | str | None = None
    pattern: str | None = None
    format: str | None = None
    example: str | None = None
    filled_from: str = ""
    filled_with: str | None = None

    @property
    def is_personal(self) -> bool:
        """Whether the PDP law counts this column as personal data."""
        return self.pdp_class != "tidak"


@dataclass(frozen=True)
class Thresholds(_Record):
    """What quality the parties agreed on, in percent; `max_age_days` None: by the dataset's frequency."""

    completeness: float = 95.0
    validity: float = 95.0
    refused_share: float = 5.0
    max_age_days: int | None = None


@dataclass(frozen=True)
class Dataset(_Record):
    """One table of a contract, filled by the provider, read by consumers.

    `filled_from`: the older major version's dataset that the first rows come from; empty: the one of the same name.
    """

    name: str
    title: str = ""
    description: str = ""
    columns: tuple[Column, ...] = ()
    access_class: str = "terbatas"
    access_ground: str = ""
    delivery: str = "upload"
    frequency: str = "sewaktu-waktu"
    when_late: str = "layani"
    thresholds: Thresholds = field(default_factory=Thresholds)
    filled_from: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The key columns' names, in order; empty when rows are only appended."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def max_age_days(self) -> int | None:
        """The longest age of the data before it counts as stale; None: no limit."""
        return self.thresholds.max_age_days or FREQUENCY_DAYS.get(self.frequency)

    def find_column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        given = dict(data)
        given["columns"] = tuple(Column.from_dict(column) for column in data.get("columns", ()))
        given["thresholds"] = Thresholds.from_dict(data.get("thresholds", {}))
        return super().from_dict(given)


@dataclass(frozen=True)
class ConsumerTerms(_Record):
    """What one consumer gets from one dataset. `columns` empty: none. Dates are ISO text, empty: open.

    `row_filter` is written as in an address: "kode=like.63.05*", several joined by "&". `masks` pairs columns with one of
    MASKS, in the columns' order; as JSON it is an object.
    """

    organization: str
    dataset: str
    columns: tuple[str, ...] = ()
    row_filter: str = ""
    purpose: str = ""
    legal_basis: str = ""
    valid_from: str = ""
    valid_until: str = ""
    masks: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data; fields at their default are left out."""
        made = super().to_dict()
        return made | {"masks": dict(self.masks)} if self.masks else made

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        masks = data.get("masks") or {}
        return super().from_dict({**data, "masks": tuple((str(name), str(mask)) for name, mask in masks.items())})


@dataclass(frozen=True)
class Contract(_Record):
    """One version of an agreement (rumusan integrasi data)."""

    context: str
    version: str = "1.0.0"
    title: str = ""
    purpose: str = ""
    description: str = ""
    provider_code: str = ""
    provider_name: str = ""
    datasets: tuple[Dataset, ...] = ()
    consumers: tuple[ConsumerTerms, ...] = ()
    zone: str = "Asia/Makassar"
    status: str = "draft"
    case_number: str = ""

    @property
    def major(self) -> int:
        """The first number of the version; 0 when the version can't be read (`check` names that)."""
        head = self.version.partition(".")[0]
        return int(head) if head.isascii() and head.isdigit() else 0

    def find_dataset(self, name: str) -> Dataset | None:
        """Return the dataset of that name, or None."""
        return next((dataset for dataset in self.datasets if dataset.name == name), None)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        given = dict(data)
        given["datasets"] = tuple(Dataset.from_dict(dataset) for dataset in data.get("datasets", ()))
        given["consumers"] = tuple(ConsumerTerms.from_dict(terms) for terms in data.get("consumers", ()))
        return super().from_dict(given)
