"""The whole reading grammar through the exchange: what comes, what is refused by which code, what stays unknown."""

from typing import Any

import pytest
from exchange_world import Server, World

DESA = "/api/wilayah/v1/desa"


def read(server: Server, world: World, query: str, key: str = "alice_live", **headers: str) -> Any:
    return server.get(f"{DESA}?{query}", world.keys[key], headers=headers)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("nama=match.%5ETapin", ["63.05.01"]),
        ("nama=not.imatch(any).{tapin,RAHASIA,jauh}&nama=neq.", ["63.05.02"]),
        ("isi=cs.{%22luas%22:7}", ["63.05.03"]),
        ("nama=plfts.utara", ["63.05.01"]),
        ("nama=wfts(simple).tapin or rahasia", ["63.05.01", "63.04.01"]),
        (
            'or=(nama.match."^T.p(in|un)",isi.cs.{"luas":7},nama.fts(indonesian).rahasia)',
            ["63.05.01", "63.05.03", "63.04.01"],
        ),
    ],
)
def test_filter_finds_its_rows(server: Server, world: World, query: str, codes: list[str]) -> None:
    answer = read(server, world, f"select=kode&{query}")
    assert answer.status_code == 200, answer.text
    assert [row["kode"] for row in answer.json()] == codes


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("nama=match.(", 400, "2201B"),
        ("nama=fts.a b", 400, "42601"),
        ("nama=fts(klingon).a", 400, "PGRST100"),
        ("nama=cs.{a}", 400, "42883"),
        ("nama=adj.[1,2)", 400, "42883"),
        ("jumlah=plfts.a", 400, "42883"),
        ("isi=cs.{", 400, "22P02"),
        ("nama=like.*%5C", 400, "22025"),
    ],
)
def test_wrong_input_is_refused_under_its_code(
    server: Server, world: World, query: str, status: int, code: str
) -> None:
    answer = read(server, world, query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
