"""The unmodified postgrest-py, as a programmer installs it, reads from a running exchange."""

from collections.abc import Iterator
from typing import Any

import pytest
from exchange_world import Process, World
from postgrest import APIError, CountMethod, SyncPostgrestClient
from postgrest._sync.request_builder import SyncRequestBuilder


@pytest.fixture(scope="module")
def process(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Give a running granian."""
    made = Process(world, tmp_path_factory.mktemp("served"))
    yield made
    made.kill()


@pytest.fixture
def desa(world: World, process: Process) -> Iterator[SyncRequestBuilder]:
    """Give the client's builder for the dataset, with the provider's key."""
    key = world.keys["alice_live"].text
    address = f"http://127.0.0.1:{process.port}/api/wilayah/v1"
    with SyncPostgrestClient(address, headers={"apikey": key, "Authorization": f"Bearer {key}"}) as client:
        yield client.from_("desa")


def list_codes(builder: Any) -> list[str]:
    return [row["kode"] for row in builder.order("kode").execute().data]


def test_filters_find_their_rows(desa: SyncRequestBuilder) -> None:
    def select() -> Any:
        return desa.select("kode")

    one, two, three, four, five = "63.04.01", "63.04.02", "63.05.01", "63.05.02", "63.05.03"
    found = [
        (select().eq("kode", one), [one]),
        (select().neq("jumlah", 7).gt("jumlah", 50), [one, three]),
        (select().gte("jumlah", 50).lt("jumlah", 999), [three, four]),
        (select().like("nama", "%arang%"), [four]),
        (select().ilike("nama", "*TAPIN*"), [three]),
        (select().like_any_of("nama", "Tapin%,Bakar%"), [three, four]),
        (select().ilike_all_of("nama", "%a%,%u%"), [two, three]),
        (select().in_("nama", ['Bakarangan, "Lama"', "Rahasia"]), [one, four]),
        (select().is_("jumlah", None), [five]),
        (select().not_.is_("jumlah", "null").lte("jumlah", 7), [two]),
        (select().or_('jumlah.eq.7,and(nama.eq."",isi->luas.eq.7)'), [two, five]),
        (select().contains("isi", {"luas": 12}), [three]),
        (select().eq("isi->>luas", "7"), [five]),
        (select().text_search("nama", "'tapin' & 'utara'", {"config": "indonesian"}), [three]),
        (select().text_search("nama", "rahasia or lama", {"type": "web_search"}), [one, four]),
        (select().match({"kode": one, "jumlah": 999}), [one]),
    ]
    assert [list_codes(builder) for builder, _ in found] == [codes for _, codes in found]


def test_order_limit_and_range_page_through_rows(desa: SyncRequestBuilder) -> None:
    assert [row["jumlah"] for row in desa.select("jumlah").order("jumlah", desc=True, nullsfirst=True).execute().data] == [
        None, 999, 100, 50, 7,
    ]  # fmt: skip
    assert list_codes(desa.select("kode").range(1, 2)) == ["63.04.02", "63.05.01"]
    assert list_codes(desa.select("kode").limit(1).offset(4)) == ["63.05.03"]


@pytest.mark.parametrize("count", list(CountMethod))
def test_counts_come_with_rows_and_without(desa: SyncRequestBuilder, count: CountMethod) -> None:
    some = desa.select("kode", count=count).limit(2).execute()
    assert len(some.data) == 2
    assert some.count is not None
    assert some.count >= 2
    if count is not CountMethod.planned:  # what the planner believes of a table that was never analysed
        assert some.count == 5
    none = desa.select("*", count=count, head=True).execute()
    assert (none.data, none.count is not None) == ([], True)


def test_one_row_comes_as_one_object_or_not_at_all(desa: SyncRequestBuilder) -> None:
    assert desa.select("kode,luas:isi->luas").eq("kode", "63.05.01").single().execute().data == {
        "kode": "63.05.01", "luas": 12,
    }  # fmt: skip
    maybe = desa.select("kode").eq("kode", "63.05.01").maybe_single().execute()
    assert maybe is not None
    assert maybe.data == {"kode": "63.05.01"}
    assert desa.select("kode").eq("kode", "x").maybe_single().execute() is None
    with pytest.raises(APIError) as caught:
        desa.select("kode").single().execute()
    assert caught.value.code == "PGRST116"


def test_csv_comes_as_text(desa: SyncRequestBuilder) -> None:
    assert desa.select("kode", "jumlah").gt("jumlah", 99).order("kode").csv().execute().data == (
        "kode,jumlah\n63.04.01,999\n63.05.01,100\n"
    )


def test_aggregates_come_as_rows(desa: SyncRequestBuilder) -> None:
    assert desa.select("n:count()", "jumlah.sum()").execute().data == [{"n": 5, "sum": 1156}]


def test_refusals_have_code_message_details_and_hint(desa: SyncRequestBuilder) -> None:
    with pytest.raises(APIError) as caught:
        desa.select("tidak_ada").execute()
    assert caught.value.code == "PGRST204"
    assert " / " in str(caught.value.message)
    assert caught.value.hint
    with pytest.raises(APIError) as caught:
        desa.select("tidak_ada", head=True).execute()
    assert caught.value.code == "PGRST204"


def test_key_that_is_missing_or_wrong_is_told(process: Process) -> None:
    with SyncPostgrestClient(f"http://127.0.0.1:{process.port}/api/wilayah/v1") as client:
        with pytest.raises(APIError) as caught:
            client.from_("desa").select("*").execute()
        assert caught.value.code == "SPLA01"


def test_nulls_are_stripped(desa: SyncRequestBuilder) -> None:
    rows = desa.select("kode,jumlah").is_("jumlah", None).strip_nulls().execute().data
    assert rows == [{"kode": "63.05.03"}]
