"""A source's runs: what they bring, what stops them before the dataset is touched, and what is kept of each."""

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from threading import Event
from typing import Any

import pytest
from source_reader import COLUMNS, MAPPING, MemoryReader, make_row

from portal_world import point_django
from service_world import Served
from simpul.kernel.clock import now
from simpul.kernel.words import Words
from simpul.portal.deliveries.models import Batch
from simpul.portal.services.models import Dataset, Notice
from simpul.portal.sources import actions
from simpul.portal.sources.errors import RunAsked
from simpul.portal.sources.models import Source, SourceRun
from simpul.portal.sources.running import hold_source, list_due, run_source
from simpul.portal.sources.schedule import Schedule
from simpul.sources.shape import DamagedRow, SourceColumn
from simpul.store.pools import connect


class Fetched:
    """A source of the served dataset, run as the worker runs it."""

    def __init__(self, served: Served) -> None:
        self.served = served
        person = served.sop.persons["penyedia"]
        self.source = Source.objects.create(
            dataset=served.dataset,
            name=f"SIMDUK {Source.objects.count()}",
            kind="mysql",
            mapping=MAPPING,
            described=[list(one) for one in COLUMNS],
            is_active=True,
            schedule="minutes",
            every=5,
            next_run_at=now(),
            created_by=person,
            changed_by=person,
        )

    def run(self, reader: MemoryReader, *, part_rows: int = 4, stop: Event | None = None) -> Any:
        """Run it once, now; return how the run stands, None where it wasn't its turn."""
        Source.objects.filter(pk=self.source.pk).update(next_run_at=now() - timedelta(seconds=1))
        point_django(self.served.sop.database.dsn("worker"))
        try:
            run_source(self.source.pk, stop, lambda _: reader, part_rows)
        finally:
            point_django(self.served.sop.database.dsn("portal"))
        self.source.refresh_from_db()
        return self.source.runs.first()

    def change(self, **values: object) -> None:
        Source.objects.filter(pk=self.source.pk).update(**values)
        self.source.refresh_from_db()

    def read_rows(self) -> dict[str, Any]:
        """Return kode → jumlah of the dataset's rows that came from here."""
        dataset = self.served.dataset
        table = f'"{dataset.schema_name}"."{dataset.table_name}"'
        return dict(self.served.sop.execute(f"SELECT kode, jumlah FROM {table} WHERE length(kode) = 12 ORDER BY kode"))


@pytest.fixture
def fetched(served: Served) -> Iterator[Fetched]:
    """Give a source of its own, over a dataset without rows of sources."""
    dataset = served.dataset
    served.sop.execute(f'DELETE FROM "{dataset.schema_name}"."{dataset.table_name}" WHERE length(kode) = 12')
    made = Fetched(served)
    yield made
    Source.objects.filter(pk=made.source.pk).update(next_run_at=None, removed_at=now())


def rows(*numbers: int) -> list[dict[str, object]]:
    return [make_row(number) for number in numbers]


def count(run: SourceRun) -> tuple[int, ...]:
    return run.received, run.inserted, run.updated, run.unchanged, run.repeated, run.refused, run.deleted


def codes(*numbers: int) -> list[str]:
    return [f"63.05.{number:06d}" for number in numbers]


def test_run_brings_rows_and_keeps_the_counts_and_the_cursor(fetched: Fetched) -> None:
    run = fetched.run(MemoryReader(rows(*range(1, 8)), steps=True))
    assert run.state == "selesai", run.problem
    assert count(run) == (7, 7, 0, 0, 0, 0, 0)
    assert list(fetched.read_rows()) == codes(*range(1, 8))
    assert (run.cursor_before, run.cursor_after, fetched.source.cursor) == (None, "7", "7")
    assert run.batches == 2
    assert fetched.source.next_run_at is not None
    assert fetched.source.next_run_at > now()


def test_second_run_reads_only_what_is_new(fetched: Fetched) -> None:
    fetched.run(MemoryReader(rows(1, 2), steps=True))
    reader = MemoryReader(rows(1, 2, 3), steps=True)
    assert count(fetched.run(reader))[:2] == (1, 1)
    assert reader.asked == ["2"]


def test_run_without_new_rows_makes_no_batch(fetched: Fetched) -> None:
    fetched.run(MemoryReader(rows(1), steps=True))
    before = Batch.objects.count()
    run = fetched.run(MemoryReader(rows(1), steps=True))
    assert (run.state, run.batches, Batch.objects.count()) == ("selesai", 0, before)


def test_run_that_finds_nothing_new_makes_the_dataset_as_fresh_as_a_delivery(fetched: Fetched) -> None:
    fetched.run(MemoryReader(rows(1), steps=True))
    old = now() - timedelta(days=9)
    Dataset.objects.filter(pk=fetched.source.dataset_id).update(delivered_at=old)
    fetched.run(MemoryReader(rows(1), steps=True, breaks_after=0))
    assert fetched.served.dataset.delivered_at is not None
    assert fetched.served.dataset.delivered_at > old


def test_source_that_stops_answering_keeps_whole_parts_and_goes_on_at_their_cursor(fetched: Fetched) -> None:
    cut = fetched.run(MemoryReader(rows(*range(1, 11)), steps=True, breaks_after=3))
    assert cut.state == "menunggu"
    assert cut.problem["code"] == "SPL711"
    assert list(fetched.read_rows()) == codes(1, 2, 3, 4)
    assert fetched.source.cursor == "4"
    assert fetched.source.next_run_at is not None
    assert fetched.source.next_run_at > now()
    reader = MemoryReader(rows(*range(1, 11)), steps=True)
    run = fetched.run(reader)
    assert (run.pk, run.state, count(run)[:2]) == (cut.pk, "selesai", (10, 10))
    assert reader.asked == ["4"]
    assert run.problem is None


def test_source_without_a_cursor_that_breaks_leaves_nothing(fetched: Fetched) -> None:
    fetched.run(MemoryReader(rows(*range(1, 11)), breaks_after=4))
    assert fetched.read_rows() == {}
    assert fetched.source.runs.get().received == 0


def test_source_that_stays_away_fails_in_the_end_and_the_provider_is_told_once(fetched: Fetched) -> None:
    for _ in range(6):
        run = fetched.run(MemoryReader(rows(1), breaks_after=0))
    assert run.state == "gagal"
    told = Notice.objects.filter(key__startswith=f"source-{fetched.source.pk}-")
    assert told.count() == 1
    for _ in range(6):
        run = fetched.run(MemoryReader(rows(1), breaks_after=0))
    assert (run.state, told.count()) == ("gagal", 1)
    assert fetched.run(MemoryReader(rows(1))).state == "selesai"
    assert told.count() == 2
    assert fetched.source.failures == 0


def test_full_comparison_updates_and_deletes(fetched: Fetched) -> None:
    fetched.change(mode="replace", allows_deletion=True)
    fetched.run(MemoryReader(rows(1, 2, 3)))
    fetched.change(allows_deletion=True)
    run = fetched.run(MemoryReader([make_row(1), make_row(3, 999)]))
    assert run.state == "selesai", run.problem
    assert fetched.read_rows() == {codes(1)[0]: 10, codes(3)[0]: 999}
    assert (run.updated, run.deleted) == (1, 1)


def test_deletion_of_much_waits_for_the_provider(fetched: Fetched) -> None:
    fetched.change(mode="replace", allows_deletion=True)
    fetched.run(MemoryReader(rows(*range(1, 9))))
    run = fetched.run(MemoryReader(rows(1, 2)))
    assert (run.state, run.problem["code"]) == ("ditahan", "SPL625")
    assert len(fetched.read_rows()) == 8
    actions.ask_run(fetched.served.sop.persons["penyedia"], fetched.source, allows_deletion=True)
    run = fetched.run(MemoryReader(rows(1, 2)))
    assert (run.state, run.deleted) == ("selesai", 6)
    assert not fetched.source.allows_deletion


def test_full_comparison_that_breaks_deletes_nothing(fetched: Fetched) -> None:
    fetched.change(mode="replace", allows_deletion=True)
    fetched.run(MemoryReader(rows(*range(1, 9))))
    fetched.change(allows_deletion=True)
    run = fetched.run(MemoryReader(rows(*range(1, 9)), breaks_after=1))
    assert run.state == "menunggu"
    assert len(fetched.read_rows()) == 8


def test_empty_source_deletes_nothing_and_says_so(fetched: Fetched) -> None:
    fetched.change(mode="replace", allows_deletion=True)
    fetched.run(MemoryReader(rows(1, 2)))
    fetched.change(allows_deletion=True)
    run = fetched.run(MemoryReader([]))
    assert run.state == "selesai"
    assert len(fetched.read_rows()) == 2
    assert "tidak berisi baris" in run.notes[0][0]


GONE = [one for one in COLUMNS if one.name != "jumlah"]
RETYPED = [one._replace(logical_type="string", raw_type="text") if one.name == "jumlah" else one for one in COLUMNS]


@pytest.mark.parametrize(("columns", "told"), [(GONE, "hilang"), (RETYPED, "int(11) menjadi text")])
def test_drift_of_a_mapped_column_stops_before_any_row(
    fetched: Fetched, columns: Sequence[SourceColumn], told: str
) -> None:
    reader = MemoryReader(rows(1), columns=columns)
    run = fetched.run(reader)
    assert (run.state, run.problem["code"], reader.asked) == ("gagal", "SPL723", [])
    assert run.problem["findings"][0][0] == "jumlah"
    assert told in run.problem["findings"][0][1]
    assert fetched.read_rows() == {}


def test_new_column_of_the_source_is_only_noted(fetched: Fetched) -> None:
    run = fetched.run(MemoryReader(rows(1), columns=[*COLUMNS, SourceColumn("baru", "string", "text")]))
    assert run.state == "selesai"
    assert "baru" in run.notes[0][0]


def test_bad_and_damaged_rows_are_refused_with_the_contracts_column(fetched: Fetched) -> None:
    damaged = DamagedRow(make_row(2), "jumlah", "not-exact", Words("Nilai tidak tepat.", "Not exact."))
    run = fetched.run(MemoryReader([make_row(1), damaged, make_row(3, -5)]))
    assert count(run)[:2] == (3, 1)
    assert run.refused == 2
    found = {
        row.findings[0]["rule"]: row.findings[0]["column"] for row in Batch.objects.latest("id").refused_rows.all()
    }
    assert found == {"not-exact": "jumlah", "minimum": "jumlah"}


def test_text_of_digits_becomes_its_number_and_nothing_is_guessed(fetched: Fetched) -> None:
    columns = [one._replace(logical_type="string") if one.name == "jumlah" else one for one in COLUMNS]
    fetched.change(described=[list(one) for one in columns])
    run = fetched.run(MemoryReader([make_row(1, "12"), make_row(2, "12,5"), make_row(3, "")], columns=columns))
    assert (run.inserted, run.refused) == (2, 1)
    assert fetched.read_rows() == {codes(1)[0]: 12, codes(3)[0]: None}


def test_constant_fills_a_column(fetched: Fetched) -> None:
    fetched.change(mapping={**MAPPING, "jumlah": {"constant": "77"}})
    fetched.run(MemoryReader(rows(1)))
    assert fetched.read_rows() == {codes(1)[0]: 77}


def test_two_workers_never_run_one_source_at_once(fetched: Fetched) -> None:
    with connect(fetched.served.sop.database.dsn("worker"), autocommit=True) as other:
        name = f"source/{fetched.source.pk}"
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 7310586))", [name])
        assert fetched.run(MemoryReader(rows(1))) is None
    assert fetched.run(MemoryReader(rows(1))).state == "selesai"


def test_hold_is_given_back_after_a_run(fetched: Fetched) -> None:
    fetched.run(MemoryReader(rows(1), breaks_after=0))
    with hold_source(fetched.source.pk) as is_held:
        assert is_held


def test_run_that_was_cut_off_is_due_again_and_goes_on(fetched: Fetched) -> None:
    stop = Event()

    def stop_at(number: int) -> None:
        if number == 2:
            stop.set()

    cut = fetched.run(MemoryReader(rows(*range(1, 11)), steps=True, at_chunk=stop_at), stop=stop)
    assert (cut.state, fetched.source.cursor) == ("berjalan", "4")
    assert fetched.source.pk in list_due()
    run = fetched.run(MemoryReader(rows(*range(1, 11)), steps=True))
    assert (run.pk, run.state, count(run)[:2]) == (cut.pk, "selesai", (10, 10))


def test_source_changed_while_it_is_read_keeps_nothing_of_that_part(fetched: Fetched) -> None:
    person = fetched.served.sop.persons["penyedia"]

    def change(number: int) -> None:
        if number == 1:
            with connect(fetched.served.sop.database.owner_dsn, autocommit=True) as other:
                other.execute("UPDATE source SET revision = revision + 1 WHERE id = %s", [fetched.source.pk])

    run = fetched.run(MemoryReader(rows(1, 2, 3, 4), at_chunk=change))
    assert (run.state, run.problem["code"]) == ("menunggu", "SPL727")
    assert fetched.read_rows() == {}
    assert person is not None
    assert fetched.run(MemoryReader(rows(1, 2, 3, 4))).state == "selesai"


def test_paused_source_ends_its_run_and_is_not_due(fetched: Fetched) -> None:
    person = fetched.served.sop.persons["penyedia"]
    fetched.run(MemoryReader(rows(1), breaks_after=0))
    actions.pause(person, fetched.source)
    fetched.source.refresh_from_db()
    assert fetched.source.runs.get().state == "gagal"
    assert fetched.source.pk not in list_due()


def test_run_is_asked_once(fetched: Fetched) -> None:
    person = fetched.served.sop.persons["penyedia"]
    first = actions.ask_run(person, fetched.source)
    assert actions.ask_run(person, fetched.source).pk == first.pk
    SourceRun.objects.filter(pk=first.pk).update(state="berjalan")
    with pytest.raises(RunAsked):
        actions.ask_run(person, fetched.source)
    SourceRun.objects.filter(pk=first.pk).update(state="menunggu")
    run = fetched.run(MemoryReader(rows(1)))
    assert (run.pk, run.person_id, run.state) == (first.pk, person.pk, "selesai")


def test_ended_service_ends_its_sources(fetched: Fetched) -> None:
    publication = fetched.served.live
    type(publication).objects.filter(pk=publication.pk).update(state="pensiun")
    try:
        run = fetched.run(MemoryReader(rows(1)))
    finally:
        type(publication).objects.filter(pk=publication.pk).update(state="aktif")
    assert (run.state, run.problem["code"], fetched.source.is_active) == ("gagal", "SPL725", False)


def test_daily_schedule_is_kept_with_its_time(fetched: Fetched) -> None:
    person = fetched.served.sop.persons["penyedia"]
    timing = Schedule("daily", 1, time(6, 30), True)
    kept = actions.save_schedule(person, fetched.source, mode="merge", timing=timing, limits=(5, 10, 1), is_active=True)
    assert kept.timing == timing
    assert kept.next_run_at is not None
    assert kept.next_run_at > now()


def test_unknown_failure_ends_the_run_without_quoting_it(fetched: Fetched) -> None:
    def fail(number: int) -> None:
        raise RuntimeError("rahasia-6305")

    run = fetched.run(MemoryReader(rows(1), at_chunk=fail))
    assert (run.state, run.problem["code"]) == ("gagal", "SPL000")
    assert "rahasia" not in str(run.problem)
