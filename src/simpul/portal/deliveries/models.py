"""A batch is one delivery of rows, kept as a record for ever; refused rows are kept encrypted, 90 days at most."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.portal.people.models import Person
from simpul.portal.services.models import Application, Dataset


class Batch(models.Model):
    """received = inserted + updated + unchanged + repeated + refused; see `delivery.report`."""

    class State(models.TextChoices):
        DONE = "selesai", _("Selesai")
        REJECTED = "ditolak", _("Ditolak seluruhnya")

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="batches")
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="batches")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="batches")
    scope = models.CharField(max_length=40)  # "application:7" or "person:3": who the idempotency key belongs to
    idempotency_key = models.CharField(max_length=200, null=True)
    digest = models.BinaryField(max_length=32)
    file_name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.DONE)
    received = models.BigIntegerField(default=0, db_default=0)
    inserted = models.BigIntegerField(default=0, db_default=0)
    updated = models.BigIntegerField(default=0, db_default=0)
    unchanged = models.BigIntegerField(default=0, db_default=0)
    repeated = models.BigIntegerField(default=0, db_default=0)
    refused = models.BigIntegerField(default=0, db_default=0)
    deleted = models.BigIntegerField(default=0, db_default=0)
    mode = models.CharField(max_length=10, default="merge", db_default="merge")  # delivery.modes.Mode
    dataset_version = models.BigIntegerField(default=0, db_default=0)
    contract_version = models.CharField(max_length=20)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "batch"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "scope", "idempotency_key"], name="batch_idempotency_once")
        ]
        indexes = [models.Index(fields=["dataset", "-id"], name="batch_by_dataset")]


class RefusedRow(models.Model):
    """`findings`: [{"column", "rule", "id", "en"}…] without values; `content`: the row's values, encrypted."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="refused_rows")
    position = models.BigIntegerField()
    findings = models.JSONField()
    content = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)
    mended_by = models.ForeignKey(Batch, models.SET_NULL, null=True, related_name="mended_rows")

    class Meta:
        db_table = "refused_row"
        ordering = ["batch", "position"]
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="refused_row_once")]


class Feed(models.Model):
    """Since which version a dataset's changes are all kept; without a row they always were. See `store.feeds`."""

    dataset = models.OneToOneField(Dataset, models.CASCADE, primary_key=True, related_name="feed")
    complete_since = models.BigIntegerField()

    class Meta:
        db_table = "feed"
