"""Hypothesis strategies of valid contracts, and a plain example contract for the other tests."""

from typing import Any

from hypothesis import strategies as st

from simpul.contract.model import Column, ConsumerTerms, Contract, Dataset, Thresholds
from simpul.contract.names import is_safe_name

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(is_safe_name)


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    """A column that `check` finds nothing wrong with."""
    logical = draw(st.sampled_from(("string", "integer", "number", "boolean", "date", "timestamp", "time", "object")))
    personal = draw(st.sampled_from(("tidak", "umum", "spesifik")))
    facts: dict[str, Any] = {
        "title": draw(TEXT.filter(str.strip)),
        "definition": draw(TEXT.filter(str.strip)),
        "classification": draw(TEXT),
        "measure": draw(TEXT),
        "unit": draw(TEXT),
        "required": draw(st.booleans()),
        "unique": logical in ("string", "integer") and draw(st.booleans()),
        "pdp_class": personal,
        "pdp_legal_basis": "UU 27/2022" if personal != "tidak" else "",
        "pdp_purpose": "Pelayanan" if personal != "tidak" else "",
    }
    return Column(name, logical_type=logical, **facts, **draw(_limits(logical)))


@st.composite
def _limits(draw: st.DrawFn, logical: str) -> dict[str, Any]:
    if logical == "string":
        shape = draw(st.sampled_from(("free", "format", "codes", "pattern")))
        return {
            "free": {"length": draw(st.none() | st.integers(20, 200))},
            "format": {"format": draw(st.sampled_from(("nik", "nip", "phone", "area_code", "email")))},
            "codes": {"code_list": tuple(draw(st.lists(st.sampled_from("ABCDEFGH"), min_size=1, unique=True)))},
            "pattern": {"pattern": draw(st.sampled_from(("^[A-Z]{2}-[0-9]{3}$", r"^\d+(a|b)?$", "^[^x]{4,6}$")))},
        }[shape]
    if logical == "integer":
        low = draw(st.integers(-1000, 1000))
        return draw(st.sampled_from(({}, {"minimum": low}, {"minimum": low, "maximum": low + 500}, {"maximum": low})))
    if logical == "number":
        return draw(
            st.sampled_from(({}, {"precision": 8, "scale": 2}, {"minimum": 0, "maximum": 100.5}, {"precision": 5}))
        )
    if logical == "date":
        return draw(st.sampled_from(({}, {"format": "dd/MM/yyyy"}, {"minimum": "2020-01-01", "maximum": "2020-03-01"})))
    if logical == "timestamp":
        return draw(st.sampled_from(({}, {"minimum": "2024-01-01T00:00:00+08:00"})))
    return {}


@st.composite
def datasets(draw: st.DrawFn, name: str = "data") -> Dataset:
    """A dataset whose first column may be its key."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    made = [draw(columns(name)) for name in names]
    if draw(st.booleans()) and made[0].logical_type in ("string", "integer", "date"):
        made[0] = Column.from_dict({**made[0].to_dict(), "key": True, "required": True})
    return Dataset(
        name,
        title=draw(TEXT.filter(str.strip)),
        description=draw(TEXT),
        columns=tuple(made),
        frequency=draw(st.sampled_from(("harian", "bulanan", "sewaktu-waktu"))),
        thresholds=Thresholds(completeness=draw(st.floats(0, 100)), max_age_days=draw(st.none() | st.integers(1, 90))),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract that `check` finds nothing wrong with."""
    names = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True).filter(lambda all: "docs" not in all))
    made = tuple(draw(datasets(name)) for name in names)
    consumers = tuple(
        ConsumerTerms("DISDIK", one.name, tuple(column.name for column in one.columns), "", "Layanan", "Perbup 1/2024")
        for one in made
    )
    return Contract(
        context=draw(NAMES.filter(lambda name: not name.startswith("pg_"))),
        version=draw(st.sampled_from(("1.0.0", "2.3.4"))),
        title=draw(TEXT.filter(str.strip)),
        purpose=draw(TEXT.filter(str.strip)),
        description=draw(TEXT),
        provider_code="DUKCAPIL",
        provider_name=draw(TEXT),
        datasets=made,
        consumers=consumers,
        case_number=draw(TEXT),
    )


def make_contract(**changes: Any) -> Contract:
    """The example: districts of Tapin with one personal column."""
    columns = (
        Column(
            "kode", "Kode", "Kode Kemendagri", length=13, required=True, key=True, format="area_code", example="63.05"
        ),
        Column("nama", "Nama", "Nama kecamatan", length=50, required=True),
        Column("penduduk", "Penduduk", "Jumlah penduduk", logical_type="integer", minimum=0, unit="jiwa"),
        Column("luas", "Luas", "Luas wilayah", logical_type="number", precision=10, scale=2, unit="km2"),
        Column("dibentuk", "Dibentuk", "Tanggal dibentuk", logical_type="date", format="dd/MM/yyyy"),
        Column("jenis", "Jenis", "Jenis wilayah", code_list=("kecamatan", "kelurahan", "desa")),
        Column(
            "nik_camat",
            "NIK camat",
            "NIK camat",
            format="nik",
            pdp_class="umum",
            pdp_legal_basis="UU",
            pdp_purpose="Tes",
        ),
    )
    facts: dict[str, Any] = {
        "title": "Wilayah Tapin",
        "purpose": "Pelayanan",
        "provider_code": "DUKCAPIL",
        "provider_name": "Dinas Dukcapil",
        "datasets": (Dataset("kecamatan", "Kecamatan", columns=columns, frequency="bulanan"),),
        "consumers": (
            ConsumerTerms(
                "DISDIK", "kecamatan", ("kode", "nama", "penduduk"), "kode=like.63.05*", "Layanan", "Perbup 1"
            ),
        ),
    }
    return Contract(**{"context": "wilayah", "version": "1.0.0", **facts, **changes})


def make_dataset(*columns: Column) -> Dataset:
    """A dataset of just these columns."""
    return Dataset("data", "Data", columns=columns)
