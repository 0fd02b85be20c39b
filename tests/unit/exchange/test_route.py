"""Which addresses the exchange knows; each has one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpul.exchange.errors import PathUnknown, QueryTooLong
from simpul.exchange.route import Route, parse_path


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", Route("home")),
        ("/health", Route("health")),
        ("/health/live", Route("health", part="live")),
        ("/health/ready", Route("health", part="ready")),
        ("/api/wilayah/v1", Route("index", "live", "wilayah", 1)),
        ("/sandbox/wilayah-63/v12/", Route("index", "sandbox", "wilayah-63", 12)),
        ("/api/wilayah/v1/openapi.json", Route("openapi", "live", "wilayah", 1)),
        ("/api/wilayah/v1/desa_2", Route("dataset", "live", "wilayah", 1, "desa_2")),
        ("/api/wilayah/v1/desa/batches", Route("batches", "live", "wilayah", 1, "desa")),
        ("/api/wilayah/v1/desa/batches/7", Route("batch", "live", "wilayah", 1, "desa", 7)),
        ("/api/wilayah/v1/desa/batches/7/refused", Route("refused", "live", "wilayah", 1, "desa", 7)),
    ],
)
def test_address_names_its_place(path: str, route: Route) -> None:
    assert parse_path(path) == route


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/api",
        "/api/wilayah",
        "/api/wilayah/1/desa",
        "/api/wilayah/v0/desa",
        "/api/wilayah/v1/_row",
        "/api/wilayah/v1/desa/batches/x",
        "/api/wilayah/v1/desa/changes/1/2",
        "/api/wilayah/v1/.",
        "/api/wilayah/v1/..",
        "/api/wilayah/v1/desa.csv",
        "/api/wilayah/v1/desa\n",
        "/api/wilayah/v1/d\u0435sa",
        "/api/wilayah/v\u0661/desa",
    ],
)
def test_other_address_is_unknown(path: str) -> None:
    with pytest.raises(PathUnknown):
        parse_path(path)


def test_very_long_address_is_refused() -> None:
    with pytest.raises(QueryTooLong):
        parse_path("/api/" + "a" * 600)


@given(st.text(max_size=40) | st.from_regex(r"/api/[a-z%./\\]{1,10}/v1/[a-z%./]{1,10}", fullmatch=True))
def test_no_address_is_read_that_has_two_spellings(path: str) -> None:
    try:
        parse_path(path)
    except (PathUnknown, QueryTooLong):
        return
    assert "%" not in path
    assert "//" not in path
    assert "\\" not in path
    assert not any(part in {".", ".."} for part in path.split("/"))
