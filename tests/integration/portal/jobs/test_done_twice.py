"""A worker may be killed after its work and before it could say so: the same job is then done again, to no effect."""

from typing import Any

from portal_world import point_django
from service_world import NIK, Served
from simpul.contract.mock import make_sandbox_rows
from simpul.jobs.tasks import publish, run_tests
from simpul.portal.contracts.queries import load_contract
from simpul.portal.deliveries.models import Batch
from simpul.portal.quality import models as quality
from simpul.portal.services.models import Grant, Publication


def do_again(served: Served, publication: Publication) -> None:
    point_django(served.sop.database.dsn("worker"))
    try:
        publish(publication.pk)
    finally:
        point_django(served.sop.database.dsn("portal"))


def describe(served: Served, publication: Publication) -> dict[str, Any]:
    """Return what a publication is made of."""
    publication.refresh_from_db()
    dataset = publication.datasets.get()
    rows = served.sop.execute(f'SELECT * FROM "{dataset.schema_name}"."{dataset.table_name}" ORDER BY _row')
    grants = list(Grant.objects.filter(dataset=dataset).order_by("id").values_list("id", "revoked_at"))
    return {
        "state": publication.state,
        "rows": rows,
        "count": dataset.row_count,
        "version": dataset.version,
        "batches": Batch.objects.filter(dataset=dataset).count(),
        "grants": grants,
    }


def test_sandbox_published_twice_keeps_what_was_sent_to_it_in_between(served: Served) -> None:
    mock = make_sandbox_rows(load_contract(served.version))["desa"]
    table = served.sandbox.datasets.get()
    served.sop.execute(
        f'INSERT INTO "{table.schema_name}"."{table.table_name}" (_version, _batch, kode, nama, nik_kades)'
        " VALUES (2, 0, '63.05.99', 'Kiriman', %s)",
        [NIK],
    )
    before = describe(served, served.sandbox)
    assert (len(before["rows"]), before["batches"]) == (len(mock) + 1, 1)
    do_again(served, served.sandbox)
    assert describe(served, served.sandbox) == before


def test_live_service_published_twice_keeps_its_rows_and_state(served: Served) -> None:
    before = describe(served, served.live)
    do_again(served, served.live)
    after = describe(served, served.live)
    assert {**after, "grants": None} == {**before, "grants": None}
    in_force = [revoked for _, revoked in after["grants"] if revoked is None]
    assert len(in_force) == len([revoked for _, revoked in before["grants"] if revoked is None])


def test_test_run_that_has_its_result_is_not_run_again(served: Served) -> None:
    run = quality.TestRun.objects.create(
        publication=served.sandbox, case=served.version.case, state="selesai", passed=3, failed=1
    )
    run_tests(run.pk)
    run.refresh_from_db()
    assert (run.state, run.passed, run.failed) == ("selesai", 3, 1)
