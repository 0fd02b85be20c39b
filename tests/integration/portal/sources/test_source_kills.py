"""A worker that is killed while it fetches: the next one goes on, and every row is there once."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from source_reader import COLUMNS, MAPPING

from service_world import Served
from simpul.kernel.clock import now
from simpul.portal.deliveries.models import Batch
from simpul.portal.sources.models import Source

ROWS = 600


@pytest.fixture
def source(served: Served) -> Iterator[Source]:
    """Give a source of a dataset without rows of sources."""
    dataset, person = served.dataset, served.sop.persons["penyedia"]
    served.sop.execute(f'DELETE FROM "{dataset.schema_name}"."{dataset.table_name}" WHERE length(kode) = 12')
    made = Source.objects.create(
        dataset=dataset,
        name=f"Mati {Source.objects.count()}",
        kind="mysql",
        mapping=MAPPING,
        described=[list(one) for one in COLUMNS],
        next_run_at=now() - timedelta(seconds=1),
        created_by=person,
        changed_by=person,
    )
    yield made
    Source.objects.filter(pk=made.pk).update(removed_at=now(), next_run_at=None)


def start(served: Served, source: Source, mode: str) -> "subprocess.Popen[str]":
    task = {
        "dsn": served.sop.database.dsn("worker"),
        "home": str(settings.HUB.SIMPUL_HOME),
        "source": source.pk,
        "rows": ROWS,
        "mode": mode,
    }
    program = Path(__file__).with_name("source_worker.py")
    return subprocess.Popen(
        [sys.executable, program, json.dumps(task)], stdout=subprocess.PIPE, text=True, env=os.environ
    )


@pytest.mark.parametrize("mode", ["merge", "replace"])
@pytest.mark.timeout(1800)
def test_killed_runs_lose_no_row_and_bring_none_twice(served: Served, source: Source, mode: str, long: bool) -> None:
    chance = random.Random(mode)
    Source.objects.filter(pk=source.pk).update(mode=mode, allows_deletion=True)
    dataset = served.dataset
    before = Batch.objects.filter(dataset=dataset).count()
    for _ in range(50 if long else 2):
        worker = start(served, source, mode)
        assert worker.stdout is not None
        said = worker.stdout.readline()
        if said:  # else the run had ended before, and the turn was over
            time.sleep(chance.random() * 0.5)
        worker.kill()
        worker.wait()
        source.refresh_from_db()
        if source.next_run_at is None:
            Source.objects.filter(pk=source.pk).update(next_run_at=now(), cursor=None)
    worker = start(served, source, mode)
    worker.communicate(timeout=120)
    run = source.runs.first()
    assert run is not None
    assert run.state == "selesai", run.problem
    table = f'"{dataset.schema_name}"."{dataset.table_name}"'
    own = "WHERE length(kode) = 12"
    ((rows, keys),) = served.sop.execute(f"SELECT count(*), count(DISTINCT kode) FROM {table} {own}")
    assert (rows, keys) == (ROWS, ROWS)
    if source.runs.count() == 1:
        assert (run.received, run.inserted + run.unchanged) == (ROWS, ROWS)
    sums = [run.received for run in source.runs.all()]
    batches = list(Batch.objects.filter(dataset=dataset).order_by("id"))[before:]
    assert sum(one.received for one in batches) == sum(sums)
    assert sum(one.inserted for one in batches) == ROWS
