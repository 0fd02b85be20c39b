"""A new major version takes its first rows from the older one by its contract's mapping, through the validator, once."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction

from service_world import COLUMNS, Served, make_rows
from simpul.contract.model import Column, Dataset
from simpul.contract.odcs import write_odcs
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.deliveries.models import Batch
from simpul.portal.services import actions
from simpul.portal.services.errors import BreakingChange
from simpul.portal.services.filling import find_older
from simpul.portal.services.models import Publication
from simpul.store.queue import defer
from sop_world import Sop

NEW_COLUMNS = (
    Column("id", "Kode", key=True, required=True, length=13, filled_from="kode"),
    Column("nama", "Nama", required=True, length=6),
    Column("penduduk", "Penduduk", filled_from="jumlah"),
    Column("tahun", "Tahun", logical_type="integer", filled_with="2026"),
    Column("catatan", "Catatan"),
)


@pytest.fixture(scope="module")
def old(sop: Sop) -> Served:
    """Give a live service of the first major version, with three rows."""
    made = Served(sop, "lama")
    made.send(make_rows(3))
    return made


def publish_next(old: Served, major: int, columns: tuple[Column, ...], **facts: Any) -> Publication:
    """Publish another major version to the live stage, and let the worker do its part."""
    agreed = replace(
        load_contract(old.version),
        version=f"{major}.0.0",
        datasets=(Dataset("desa", "Desa", "Desa di kabupaten", columns, **facts),),
        consumers=(),
    )
    odcs = write_odcs(agreed)
    version = ContractVersion.objects.create(
        contract=old.version.contract,
        case=old.version.case,
        sequence=old.version.contract.versions.count() + 1,
        version=agreed.version,
        state=ContractVersion.State.FROZEN,  # agreed in a case that goes on, so not in force yet
        definition=agreed.to_dict(),
        odcs=odcs,
        digest=hashlib.sha256(odcs.encode()).hexdigest(),
        frozen_at=old.version.frozen_at,
        frozen_by=old.version.frozen_by,
    )
    with transaction.atomic():
        made = actions.publish(version, "live")
    old.sop.work()
    made.refresh_from_db()
    return made


def fill_again(old: Served, publication: Publication) -> None:
    """Let the worker do the job of taking over once more, as after it was killed."""
    with transaction.atomic():
        defer(connection, "fill_publication", publication_id=publication.pk)
    old.sop.work()


def read_rows(old: Served, publication: Publication) -> list[tuple[Any, ...]]:
    dataset = publication.datasets.get(name="desa")
    columns = ", ".join(f'"{one["name"]}"' for one in publication.compiled["datasets"]["desa"]["model"]["columns"])
    table = f'"{dataset.schema_name}"."{dataset.table_name}"'
    return list(old.sop.execute(f"SELECT {columns} FROM {table} ORDER BY _row"))


def test_rows_come_by_the_mapping_and_refused_ones_are_kept_with_reasons(old: Served) -> None:
    old.send(["63.05.09,Desa panjang namanya,,maju,5"])
    made = publish_next(old, 2, NEW_COLUMNS)
    assert (made.state, made.problem) == ("verifikasi", "")
    assert sorted(read_rows(old, made)) == [
        (f"63.05.{number:02d}", f"Desa {number}", str(number * 10), 2026, None) for number in (1, 2, 3)
    ]
    dataset = made.datasets.get(name="desa")
    assert dataset.filled_at is not None
    assert dataset.delivered_at == old.dataset.delivered_at
    batch = Batch.objects.get(dataset=dataset)
    assert (batch.received, batch.refused) == (4, 1)


def test_both_majors_serve_side_by_side(old: Served) -> None:
    old.live.refresh_from_db()
    assert old.live.state == "aktif"
    assert len(read_rows(old, old.live)) == 4
    newest = Publication.objects.get(context="lama", stage="live", major=2)
    assert find_older(newest) == old.live


def test_rows_are_taken_over_once(old: Served) -> None:
    made = Publication.objects.get(context="lama", stage="live", major=2)
    before = read_rows(old, made)
    old.send(make_rows(1, start=7))
    fill_again(old, made)
    assert read_rows(old, made) == before


def test_without_a_declared_source_nothing_is_taken_over(old: Served) -> None:
    made = publish_next(old, 3, COLUMNS[:2])
    assert (made.state, read_rows(old, made)) == ("verifikasi", [])


def test_source_that_is_not_there_is_told_and_nothing_is_taken_over(old: Served) -> None:
    made = publish_next(old, 4, (COLUMNS[0], replace(COLUMNS[1], filled_from="nama_lama")))
    assert made.state == "verifikasi"
    assert "nama" in made.problem
    assert read_rows(old, made) == []


def test_rows_the_provider_delivered_already_stay(old: Served) -> None:
    made = publish_next(old, 5, COLUMNS, filled_from="desa")
    assert len(read_rows(old, made)) == 5
    dataset = made.datasets.get(name="desa")
    table = f'"{dataset.schema_name}"."{dataset.table_name}"'
    old.sop.execute(f"UPDATE {table} SET nama = 'Lebih baru' WHERE kode = '63.05.01'")
    old.sop.execute("UPDATE dataset SET filled_at = NULL WHERE id = %s", [dataset.pk])
    fill_again(old, made)
    named = {row[0]: row[1] for row in read_rows(old, made)}
    assert named["63.05.01"] == "Lebih baru"
    assert len(named) == 5


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"logical_type": "integer"}, "datasets/desa/columns/kelas/logical_type"),
        ({"code_list": ("maju",)}, "datasets/desa/columns/kelas/code_list"),
        ({"required": True}, "datasets/desa/columns/kelas/required"),
        (None, "datasets/desa/columns/kelas"),
    ],
)
def test_breaking_change_is_not_published_under_the_same_major(
    old: Served, changed: dict[str, Any] | None, path: str
) -> None:
    columns = tuple(
        replace(one, **changed or {}) if one.name == "kelas" else one
        for one in COLUMNS
        if changed is not None or one.name != "kelas"
    )
    with pytest.raises(BreakingChange) as refusal:
        publish_next(old, 1, columns)
    assert [finding.where for finding in refusal.value.findings] == [path]
    old.live.refresh_from_db()
    assert (old.live.state, old.live.contract_version_id) == ("aktif", old.version.pk)
