"""A source is where the hub fetches a dataset's rows; each fetching is a run, kept as a record for ever."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person
from simpul.portal.services.models import Dataset
from simpul.portal.sources.schedule import Schedule


class Source(models.Model):
    """One outside system that fills one dataset.

    `settings` are the kind's own fields as text (`simpul.sources.settings`), without the secret, which is sealed in
    `secret_sealed`. `described` are the columns as they were when the mapping was made, [[name, logical type, raw type,
    nullable]…]. `mapping`: the dataset's column → {"source": name} or {"constant": text}. `cursor` moves with the rows
    alone; `revision` rises when what a run relies on changes, and ends the run that relied on the old.
    """

    class Mode(models.TextChoices):
        MERGE = "merge", _("Perbarui menurut kunci")
        REPLACE = "replace", _("Bandingkan seluruhnya (yang hilang di sumber dihapus)")
        APPEND = "append", _("Tambahkan saja")

    class Every(models.TextChoices):
        MANUAL = "manual", _("Hanya bila dijalankan petugas")
        MINUTES = "minutes", _("Setiap beberapa menit")
        HOURS = "hours", _("Setiap beberapa jam")
        DAILY = "daily", _("Setiap hari pada jam tertentu")

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="sources")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    settings = models.JSONField(default=dict)
    secret_sealed = models.TextField(blank=True)
    described = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.MERGE)
    schedule = models.CharField(max_length=10, choices=Every, default=Every.MANUAL)
    every = models.PositiveIntegerField(default=1)
    at = models.TimeField(null=True, blank=True)
    working_days = models.BooleanField(default=False)
    limit_minutes = models.PositiveIntegerField(default=60, validators=[MinValueValidator(1), MaxValueValidator(720)])
    limit_rows = models.PositiveIntegerField(
        default=5_000_000, validators=[MinValueValidator(1), MaxValueValidator(50_000_000)]
    )
    limit_megabytes = models.PositiveIntegerField(
        default=2048, validators=[MinValueValidator(1), MaxValueValidator(20_480)]
    )
    is_active = models.BooleanField(default=False)
    cursor = models.TextField(null=True)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    next_run_at = models.DateTimeField(null=True, db_index=True)
    allows_deletion = models.BooleanField(default=False)  # of the next run: confirmed by the provider
    failures = models.PositiveIntegerField(default=0, db_default=0)  # runs that failed since the last good one
    checked_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "source"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "name"], condition=models.Q(removed_at=None), name="source_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def timing(self) -> Schedule:
        """When it runs by itself."""
        return Schedule(self.schedule, self.every, self.at, self.working_days)

    @property
    def is_late(self) -> bool:
        """Did the last run fail? Then the dataset isn't as new as it should be."""
        return self.failures > 0


class SourceRun(models.Model):
    """One fetching. received = inserted + updated + unchanged + repeated + refused, summed over its batches.

    A run that is `berjalan` and that no worker holds was cut off; the next worker goes on with it at the source's
    cursor. `problem`: {"code", "message": [id, en], "hint": [id, en], "findings": [[where, id, en]…]}; never a value.
    """

    class State(models.TextChoices):
        RUNNING = "berjalan", _("Berjalan")
        WAITING = "menunggu", _("Dicoba lagi nanti")
        DONE = "selesai", _("Selesai")
        FAILED = "gagal", _("Gagal")
        HELD = "ditahan", _("Menunggu konfirmasi penghapusan")

    source = models.ForeignKey(Source, models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # who asked; None: the schedule
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    busy_seconds = models.FloatField(default=0, db_default=0)
    batches = models.PositiveIntegerField(default=0, db_default=0)
    last_batch_id = models.BigIntegerField(null=True)
    received = models.BigIntegerField(default=0, db_default=0)
    inserted = models.BigIntegerField(default=0, db_default=0)
    updated = models.BigIntegerField(default=0, db_default=0)
    unchanged = models.BigIntegerField(default=0, db_default=0)
    repeated = models.BigIntegerField(default=0, db_default=0)
    refused = models.BigIntegerField(default=0, db_default=0)
    deleted = models.BigIntegerField(default=0, db_default=0)
    cursor_before = models.TextField(null=True)
    cursor_after = models.TextField(null=True)
    problem: Any = models.JSONField(null=True)
    notes = models.JSONField(default=list)  # [[id, en]…]

    class Meta:
        db_table = "source_run"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(state__in=["berjalan", "menunggu"]), name="source_run_one_open"
            )
        ]


class Allowance(models.Model):
    """An exception of the guard on the way out: a server in a closed network, or a folder of the hub's machine."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("Alamat server")
        FOLDER = "folder", _("Folder di server hub")

    kind = models.CharField(_("jenis"), max_length=10, choices=Kind, default=Kind.ADDRESS)
    value = models.CharField(_("alamat atau folder"), max_length=300)
    purpose = models.CharField(_("untuk apa"), max_length=200)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("instansi")
    )  # whose sources may use it; None: everybody's
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "outbound_allowance"
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value", "organization"], nulls_distinct=False, name="outbound_allowance_once"
            )
        ]

    def __str__(self) -> str:
        return self.value
