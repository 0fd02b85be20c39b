"""What 1,000 publications cost: how soon a change is live, and what changing costs those who call meanwhile."""

import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection

from benchmarks.figures import Figure
from benchmarks.service import CONTEXT
from benchmarks.stand import PAGE, Stand, compare
from simpul.store.pools import connect

SAME_PAGE = f"order=kode&limit={PAGE}"
COPY_PUBLICATION = """
INSERT INTO publication (contract_version_id, context, major, stage, state, compiled, problem, created_at, updated_at)
SELECT contract_version_id, context || '-' || n, major, stage, state, compiled, problem, created_at, updated_at
FROM publication, generate_series(1, %s) AS n WHERE context = %s
"""
COPY_DATASET = """
INSERT INTO dataset (publication_id, name, schema_name, table_name)
SELECT copy.id, dataset.name, dataset.schema_name, dataset.table_name
FROM publication AS first JOIN dataset ON dataset.publication_id = first.id
JOIN publication AS copy ON copy.context LIKE first.context || '-%%' WHERE first.context = %s
"""
COPY_GRANT = """
INSERT INTO data_grant (dataset_id, organization_id, role, columns, row_filter, operations, purpose, legal_basis, valid_from,
    valid_until, created_at)
SELECT copied.id, g.organization_id, g.role, g.columns, g.row_filter, g.operations, g.purpose, g.legal_basis, g.valid_from,
    g.valid_until, g.created_at
FROM publication AS first JOIN dataset ON dataset.publication_id = first.id JOIN data_grant AS g ON g.dataset_id = dataset.id
JOIN publication AS copy ON copy.context LIKE first.context || '-%%' JOIN dataset AS copied ON copied.publication_id = copy.id
WHERE first.context = %s
"""
CHANGES = 5


def measure_catalogue(stand: Stand, publications: int) -> Iterator[Figure]:
    """Measure with so many publications beside the one that is called."""
    with connect(stand.database.owner_dsn, autocommit=True) as link:
        link.execute(COPY_PUBLICATION, [publications, CONTEXT])
        link.execute(COPY_DATASET, [CONTEXT])
        link.execute(COPY_GRANT, [CONTEXT])
    with stand.exchange() as connection:
        seconds = sorted(_change(stand, connection, turn) for turn in range(CHANGES))
        yield Figure(
            f"a change is live, {publications} publications, the slowest of {CHANGES}",
            round(seconds[-1], 3),
            "s",
            goal="≤ 1",
        )
        quiet, busy = stand.take_medians(
            lambda: _call(stand, is_changing=False), lambda: _call(stand, is_changing=True)
        )
    yield compare("calls while a change comes each second", "calls/s", busy, quiet, "no change", "≥ 0.95")


def _change(stand: Stand, connection: HTTPConnection, turn: int) -> float:
    """Change one publication's state; return after how many seconds the exchange answers by it."""
    context = f"{CONTEXT}-{turn + 1}"
    with connect(stand.database.owner_dsn, autocommit=True) as link:
        link.execute(f"UPDATE publication SET state = 'ditutup', updated_at = now() WHERE context = '{context}'")  # noqa: S608
        link.execute("NOTIFY simpul_publications")
    started = time.perf_counter()
    while True:
        connection.request("GET", f"/api/{context}/v1/", headers=stand.headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 400:
            return time.perf_counter() - started
        if time.perf_counter() - started > 30:
            raise RuntimeError("the change never came")
        time.sleep(0.005)


def _call(stand: Stand, *, is_changing: bool) -> float:
    stop = threading.Event()
    thread = threading.Thread(target=_keep_changing, args=(stand, stop))
    if is_changing:
        thread.start()
    try:
        return stand.call(SAME_PAGE).rate
    finally:
        stop.set()
        if is_changing:
            thread.join()


def _keep_changing(stand: Stand, stop: threading.Event) -> None:
    with connect(stand.database.owner_dsn, autocommit=True) as link:
        while not stop.wait(1.0):
            link.execute("UPDATE publication SET updated_at = now() WHERE context = %s", [f"{CONTEXT}-100"])
            link.execute("NOTIFY simpul_publications")
