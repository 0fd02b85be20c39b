"""Setting a source up and steering it; each act is logged, and no secret is in any log, message or answer."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F

from simpul.contract.model import Dataset as AgreedDataset
from simpul.kernel.clock import now
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.portal.audit.actions import record
from simpul.portal.people.models import Person
from simpul.portal.procedures.queries import get_calendar
from simpul.portal.services.models import Dataset
from simpul.portal.sources.errors import RunAsked, RunEnded, SourceInvalid, SourceNotReady
from simpul.portal.sources.kinds import KINDS
from simpul.portal.sources.mapping import Filling, check_mapping, read_columns
from simpul.portal.sources.models import Source, SourceRun
from simpul.portal.sources.permissions import check_keeps, check_may_add
from simpul.portal.sources.schedule import Schedule, find_next
from simpul.portal.sources.secrets import name_place, seal_secret
from simpul.portal.sources.telling import describe_problem
from simpul.sources.opening import parse_settings

OPEN = (SourceRun.State.RUNNING, SourceRun.State.WAITING)
_HARMLESS = {"user", "headers", "ca_pem", "tls", "page_size", "pause_ms", "settle_seconds", "sign_in", "secret_header"}
"""Fields that change how the hub comes in, not what it reads: the cursor and the mapping still hold."""
_SAME_NAME = Words("Sudah ada sumber bernama sama.", "There is a source of this name already.")
_SECRET_AGAIN = Words(
    "Alamatnya berubah; isi lagi rahasianya, agar tidak terkirim ke tempat lain tanpa disengaja.",
    "The address changed; type the secret again, so that it isn't sent elsewhere by accident.",
)


@transaction.atomic
def create_source(
    person: Person, dataset: Dataset, kind: str, name: str, given: Mapping[str, str], secret: str
) -> Source:
    """Keep a new source, not running yet. Raises: NotProvider, SourceClosed, SourceInvalid."""
    check_may_add(person, dataset)
    _check_connection(dataset, None, kind, name, given)
    has_key = bool(read_model(dataset).key)
    source = Source.objects.create(
        dataset=dataset,
        kind=kind,
        name=name,
        settings=dict(given),
        mode=Source.Mode.MERGE if has_key else Source.Mode.REPLACE,
        created_by=person,
        changed_by=person,
    )
    source.secret_sealed = seal_secret(source.pk, given, secret)
    source.save(update_fields=["secret_sealed"])
    record(person, "source.create", "source", source.pk, of=kind, dataset=dataset.pk, place=name_place(given))
    return source


@transaction.atomic
def change_connection(person: Person, source: Source, name: str, given: Mapping[str, str], secret: str) -> Source:
    """Change where and how the source is read; an empty secret keeps the one that is there.

    Where what is read changes, the cursor starts anew and the mapping is to be made again.

    Raises: NotProvider, SourceInvalid, also where the place changed and the secret wasn't typed again.
    """
    check_keeps(person, source)
    source = Source.objects.select_for_update().get(pk=source.pk)
    _check_connection(source.dataset, source, source.kind, name, given)
    if not secret and source.secret_sealed and name_place(given) != name_place(source.settings):
        raise SourceInvalid(findings=[Finding("secret", "secret-again", _SECRET_AGAIN)])
    old = source.settings
    reads_else = any(old.get(field, "") != given.get(field, "") for field in {*old, *given} - _HARMLESS)
    if secret:
        source.secret_sealed = seal_secret(source.pk, given, secret)
    source.name, source.settings, source.changed_by = name, dict(given), person
    source.revision += 1
    if reads_else:
        source.cursor, source.described, source.checked_at = None, [], None
        source.is_active, source.next_run_at = False, None
        end_open_run(source)
    source.save()
    record(person, "source.change", "source", source.pk, place=name_place(given), reads_else=reads_else)
    return source


@transaction.atomic
def note_test(person: Person, source: Source, findings: Sequence[Finding]) -> None:
    """Keep that a person tested the connection, and how it went. Raises: NotProvider."""
    check_keeps(person, source)
    if not findings:
        Source.objects.filter(pk=source.pk).update(checked_at=now())
    record(person, "source.test", "source", source.pk, wrong=[one.rule for one in findings])


@transaction.atomic
def save_mapping(
    person: Person, source: Source, fillings: Mapping[str, Filling], described: Sequence[Sequence[object]]
) -> None:
    """Keep which column fills which, made for the columns `described`. Raises: NotProvider, SourceInvalid."""
    check_keeps(person, source)
    findings = check_mapping(fillings, read_columns(described), read_model(source.dataset))
    if findings:
        raise SourceInvalid(findings=findings)
    stored = {name: filling.to_dict() for name, filling in fillings.items()}
    source = Source.objects.select_for_update().get(pk=source.pk)
    if stored != source.mapping:
        source.cursor = None  # rows that were read by another mapping are read again
    source.mapping, source.described, source.changed_by = stored, list(described), person
    source.revision += 1
    source.save()
    record(person, "source.map", "source", source.pk, columns=sorted(stored))


@transaction.atomic
def save_schedule(
    person: Person,
    source: Source,
    *,
    mode: str,
    timing: Schedule,
    limits: tuple[int, int, int],
    is_active: bool,
) -> Source:
    """Keep how rows are taken over and when; `limits` are minutes, rows and megabytes of one run.

    Raises: NotProvider, SourceInvalid by field, SourceNotReady where it is switched on before it is mapped.
    """
    check_keeps(person, source)
    source = Source.objects.select_for_update().get(pk=source.pk)
    findings = check_timing(source, mode, timing)
    if findings:
        raise SourceInvalid(findings=findings)
    if is_active and not source.mapping:
        raise SourceNotReady
    if mode != source.mode:
        source.cursor = None
    source.mode, source.schedule, source.every = mode, timing.kind, timing.every
    source.at, source.working_days = timing.at, timing.working_days
    source.limit_minutes, source.limit_rows, source.limit_megabytes = limits
    source.is_active, source.changed_by = is_active, person
    source.revision += 1
    if not source.runs.filter(state__in=OPEN).exists():
        source.next_run_at = find_next(timing, now(), get_calendar()) if is_active else None
    source.save()
    record(person, "source.schedule", "source", source.pk, mode=mode, schedule=timing.kind, is_active=is_active)
    return source


def check_timing(source: Source, mode: str, timing: Schedule) -> list[Finding]:
    """Return what doesn't go together, by field."""
    has_key, steps = bool(read_model(source.dataset).key), bool(source.settings.get("cursor_column"))
    each = KINDS[source.kind].has_files and source.settings.get("takes", "each") != "newest"
    told: list[tuple[bool, str, Words]] = [
        (
            mode == Source.Mode.MERGE and not has_key,
            "mode",
            Words("Data tanpa kunci tidak dapat diperbarui per baris.", "Without a key rows can't be updated."),
        ),
        (
            mode == Source.Mode.REPLACE and (steps or each),
            "mode",
            Words(
                "Membandingkan seluruhnya memerlukan pembacaan penuh: kosongkan kolom penanda, atau ambil berkas terbaru saja.",
                "A full comparison needs a full reading: leave the cursor column empty, or take the newest file only.",
            ),
        ),
        (
            mode == Source.Mode.APPEND and not each,
            "mode",
            Words(
                "Menambahkan saja hanya untuk folder yang setiap berkasnya diambil sekali.",
                "Appending is for folders whose files are each taken once.",
            ),
        ),
        (
            timing.kind == "daily" and timing.at is None,
            "at",
            Words("Isi jamnya.", "Give the time of the day."),
        ),
        (
            timing.kind == "minutes" and not 1 <= timing.every <= 1440,
            "every",
            Words("Isi 1 sampai 1440 menit.", "Give 1 to 1440 minutes."),
        ),
        (
            timing.kind == "hours" and not 1 <= timing.every <= 168,
            "every",
            Words("Isi 1 sampai 168 jam.", "Give 1 to 168 hours."),
        ),
    ]
    return [Finding(field, "combination", words) for is_wrong, field, words in told if is_wrong]


@transaction.atomic
def ask_run(person: Person, source: Source, *, allows_deletion: bool = False) -> SourceRun:
    """Let the worker run the source now; with `allows_deletion` it may delete whatever the source doesn't hold.

    Raises: NotProvider, SourceNotReady, RunAsked.
    """
    check_keeps(person, source)
    source = Source.objects.select_for_update().get(pk=source.pk)
    if not source.mapping:
        raise SourceNotReady
    if source.runs.filter(state=SourceRun.State.WAITING).update(attempts=0) == 0:
        if source.runs.filter(state__in=OPEN).exists():
            raise RunAsked
        SourceRun.objects.create(
            source=source,
            state=SourceRun.State.WAITING,
            person=person,
            started_at=now(),
            cursor_before=source.cursor,
            cursor_after=source.cursor,
        )
    Source.objects.filter(pk=source.pk).update(next_run_at=now(), allows_deletion=allows_deletion)
    kind = "source.confirm_deletion" if allows_deletion else "source.run"
    record(person, kind, "source", source.pk)
    return source.runs.get(state=SourceRun.State.WAITING)


@transaction.atomic
def read_again(person: Person, source: Source) -> None:
    """Forget the cursor, so that the next run reads everything again. Raises: NotProvider."""
    check_keeps(person, source)
    Source.objects.filter(pk=source.pk).update(cursor=None, revision=F("revision") + 1)
    record(person, "source.read_again", "source", source.pk)


@transaction.atomic
def pause(person: Person, source: Source) -> None:
    """Stop a source, a running run too; what is committed stays. Raises: NotProvider."""
    check_keeps(person, source)
    end_open_run(source)
    Source.objects.filter(pk=source.pk).update(is_active=False, next_run_at=None, revision=F("revision") + 1)
    record(person, "source.pause", "source", source.pk)


@transaction.atomic
def resume(person: Person, source: Source) -> None:
    """Let a source run by its schedule again. Raises: NotProvider, SourceNotReady."""
    check_keeps(person, source)
    if not source.mapping:
        raise SourceNotReady
    turn = find_next(source.timing, now(), get_calendar())
    Source.objects.filter(pk=source.pk).update(is_active=True, next_run_at=turn)
    record(person, "source.resume", "source", source.pk)


@transaction.atomic
def remove(person: Person, source: Source) -> None:
    """Take a source away with its secret; its runs and batches stay as records. Raises: NotProvider."""
    check_keeps(person, source)
    end_open_run(source)
    Source.objects.filter(pk=source.pk).update(
        removed_at=now(), secret_sealed="", is_active=False, next_run_at=None, revision=F("revision") + 1
    )
    record(person, "source.remove", "source", source.pk)


def end_open_run(source: Source) -> None:
    """End a run that is open; a worker that reads for it finds out before it commits."""
    source.runs.filter(state__in=OPEN).update(
        state=SourceRun.State.FAILED, problem=describe_problem(RunEnded()), finished_at=now()
    )


def _check_connection(dataset: Dataset, source: Source | None, kind: str, name: str, given: Mapping[str, str]) -> None:
    _, findings = parse_settings(kind, given)
    others = Source.objects.filter(dataset=dataset, name=name, removed_at=None)
    if source is not None:
        others = others.exclude(pk=source.pk)
    if others.exists():
        findings = [*findings, Finding("name", "same-name", _SAME_NAME)]
    if findings:
        raise SourceInvalid(findings=findings)


def read_model(dataset: Dataset) -> AgreedDataset:
    """Return what is agreed of a dataset."""
    return AgreedDataset.from_dict(dataset.publication.compiled["datasets"][dataset.name]["model"])
