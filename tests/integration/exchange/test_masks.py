"""A masked column is its mask in every way of asking, and nothing tells what stands behind it."""

import csv
import hmac
import io
import json
from collections.abc import Iterator

import pytest
from exchange_world import BOB_COLUMNS, ROWS, Server, World

from simpul.access.masks import derive_mask_key
from simpul.store.mask_secret import open_mask_secret
from simpul.store.sql import Jsonb

DESA = "/api/wilayah/v1/desa"
NIK = "6305010101010001"
COVERED = "*" * 12 + "0001"
INSIDE = [row for row in ROWS if row[0].startswith("63.05")]


@pytest.fixture
def mask(server: Server, world: World) -> Iterator[object]:
    """Give a function that masks columns of Bob's grant; he sees nik_kades, diubah and isi as well."""

    def put(**masks: str) -> None:
        world.execute(
            "UPDATE data_grant SET masks = %s, columns = %s WHERE organization_id = 2",
            [Jsonb(masks), [*BOB_COLUMNS, "nik_kades", "diubah", "isi"]],
        )
        server.reload()

    yield put
    world.execute("UPDATE data_grant SET masks = '{}', columns = %s WHERE organization_id = 2", [BOB_COLUMNS])
    server.reload()


def ask(server: Server, world: World, query: str, **headers: str) -> tuple[int, object]:
    answer = server.get(f"{DESA}?{query}", world.keys["bob_live"], headers=headers)
    return answer.status_code, answer.json()


def hash_for(world: World, organization: int, text: str) -> str:
    key = derive_mask_key(open_mask_secret(world.home / "keys"), organization)
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def test_each_mask_has_its_form(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    mask(nik_kades="last4", nama="hashed", jumlah="hidden", isi="hashed", diubah="hashed")
    _, rows = ask(server, world, "order=kode")
    first, second, third = rows  # type: ignore[misc]
    assert (first["nik_kades"], third["nik_kades"]) == (COVERED, None)
    assert [row["nama"] for row in (first, second, third)] == [hash_for(world, 2, row[1]) for row in INSIDE]
    assert [row["jumlah"] for row in (first, second, third)] == [None] * 3
    assert first["isi"] == hash_for(world, 2, '{"luas": 12}')
    assert first["diubah"] == hash_for(world, 2, "2026-01-01T00:00:00.000000Z")
    _, elsewhere = ask(server, world, "order=kode&limit=1", Prefer="timezone=Asia/Jayapura")
    assert elsewhere == [first]


def test_hash_is_the_consumers_own_and_the_same_in_every_column(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    mask(nik_kades="hashed")
    world.execute(
        "INSERT INTO data_grant (dataset_id, organization_id, role, columns, row_filter, operations, purpose, legal_basis,"
        " valid_from, masks, created_at) VALUES (%s, 3, 'pemanfaat', '{nik_kades}', 'kode=eq.63.05.01', '{read}', 'Uji', '',"
        " '2026-01-01', %s, now())",
        [world.datasets["live/desa"], Jsonb({"nik_kades": "hashed"})],
    )
    server.reload()
    _, bobs = ask(server, world, "select=nik_kades&kode=eq.63.05.01")
    charlies = server.get(DESA, world.keys["charlie_live"]).json()
    assert bobs == [{"nik_kades": hash_for(world, 2, NIK)}]
    assert charlies == [{"nik_kades": hash_for(world, 3, NIK)}]
    assert bobs != charlies
    world.execute("DELETE FROM data_grant WHERE organization_id = 3")


@pytest.mark.parametrize("kind", ["hidden", "hashed", "last4"])
@pytest.mark.parametrize(
    "query",
    [
        "nik_kades=eq.{0}",
        "nik_kades=like.6305*",
        "nik_kades=in.({0})",
        "nik_kades=gt.6305010101010000&nik_kades=lt.6305010101010009",
        "or=(nik_kades.eq.{0},nik_kades.like.63050101*)",
        "nik_kades=match.^6305",
        "nik_kades=plfts.{0}",
        "nik_kades=like(any).{{6305*,{0}}}",
    ],
)
@pytest.mark.parametrize("count", ["exact", "planned", "estimated"])
def test_value_behind_a_mask_is_not_found(
    server: Server,
    world: World,
    mask,  # type: ignore[no-untyped-def]
    kind: str,
    query: str,
    count: str,
) -> None:
    mask(nik_kades=kind)
    answer = server.get(f"{DESA}?{query.format(NIK)}", world.keys["bob_live"], headers={"Prefer": f"count={count}"})
    assert (answer.json(), answer.headers["content-range"]) == ([], "*/0")


def test_order_is_by_the_mask(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    mask(nama="hashed", nik_kades="hidden")
    for direction in ("asc", "desc"):
        _, rows = ask(server, world, f"select=nama&order=nama.{direction}")
        names = [row["nama"] for row in rows]  # type: ignore[attr-defined]
        assert names == sorted(names, reverse=direction == "desc")
        _, rows = ask(server, world, f"select=kode&order=nik_kades.{direction},kode")
        assert [row["kode"] for row in rows] == sorted(row[0] for row in INSIDE)  # type: ignore[attr-defined]


def test_aggregates_aliases_and_casts_take_the_mask(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    mask(jumlah="hidden", nik_kades="last4", nama="hashed")
    assert ask(server, world, "select=jumlah.count(),terbesar:jumlah.max()") == (200, [{"count": 0, "terbesar": None}])
    assert ask(server, world, "select=lain:nik_kades.max()") == (200, [{"lain": "*" * 12 + "0002"}])
    assert ask(server, world, "select=kode:nik_kades&kode=eq.63.05.01") == (200, [{"kode": COVERED}])
    # A sum needs numbers, and a mask is a text: refused whatever the values are.
    assert ask(server, world, "select=jumlah.sum()")[0] == 400
    # The cast fails by the mask alone: it fails where every value would pass, and tells nothing of them.
    assert ask(server, world, "select=nik_kades::numeric")[0] == 400
    status, groups = ask(server, world, "select=nama,count()")
    assert (status, {row["count"] for row in groups}) == (200, {1})  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["select=isi->luas", "select=isi->>luas", "isi->>luas=eq.12", "order=isi->luas"])
def test_path_does_not_lead_into_a_masked_column(server: Server, world: World, mask, query: str) -> None:  # type: ignore[no-untyped-def]
    mask()
    assert ask(server, world, query)[0] == 200
    mask(isi="hashed")
    status, told = ask(server, world, query)
    assert (status, told["code"]) == (400, "PGRST100")  # type: ignore[index]


def test_csv_and_single_rows_are_masked(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    mask(nik_kades="last4", nama="hidden")
    text = server.get(f"{DESA}?kode=eq.63.05.01", world.keys["bob_live"], headers={"Accept": "text/csv"}).text
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["nik_kades"], row["nama"]) == (COVERED, "")
    one = server.get(
        f"{DESA}?kode=eq.63.05.01", world.keys["bob_live"], headers={"Accept": "application/vnd.pgrst.object+json"}
    )
    assert (one.json()["nik_kades"], one.json()["nama"]) == (COVERED, None)


def test_grants_own_filter_meets_the_value(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    world.execute("UPDATE data_grant SET row_filter = 'nik_kades=eq.6305010101010002' WHERE organization_id = 2")
    mask(nik_kades="hidden")
    assert ask(server, world, "select=kode,nik_kades") == (200, [{"kode": "63.05.02", "nik_kades": None}])
    world.execute("UPDATE data_grant SET row_filter = 'kode=like.63.05*' WHERE organization_id = 2")


def test_unreadable_mask_lets_nothing_through(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    mask(nik_kades="terbalik")
    status, told = ask(server, world, "select=kode")
    assert (status, told["code"]) == (403, "SPLX11")  # type: ignore[index]


def test_planner_tells_nothing_of_values_behind_a_mask(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    """Without a row filter the planner's own number is told: it must not know the masked values."""
    world.execute("UPDATE data_grant SET row_filter = '' WHERE organization_id = 2")
    world.execute(f'ANALYZE "{world.schema["live"]}"."desa"')
    mask(nik_kades="hashed")
    told = {
        server.get(f"{DESA}?nik_kades=eq.{value}", world.keys["bob_live"], headers={"Prefer": "count=planned"}).headers[
            "content-range"
        ]
        for value in (NIK, "6305010101010002", "0000000000000000")
    }
    assert len(told) == 1
    world.execute("UPDATE data_grant SET row_filter = 'kode=like.63.05*' WHERE organization_id = 2")


def test_index_and_openapi_tell_of_masks(server: Server, world: World, mask) -> None:  # type: ignore[no-untyped-def]
    mask(nik_kades="last4", isi="hidden")
    [dataset] = server.get("/api/wilayah/v1/", world.keys["bob_live"]).json()["datasets"]
    assert dataset["masks"] == {"nik_kades": "last4", "isi": "hidden"}
    document = server.get("/api/wilayah/v1/openapi.json", world.keys["bob_live"]).json()
    told = document["components"]["schemas"]["desa"]["properties"]
    assert told["nik_kades"]["type"] == ["string", "null"]
    assert "last4" in json.dumps(told["nik_kades"])
    assert "maxLength" not in told["nik_kades"]
    assert told["isi"]["type"] == ["string", "null"]
