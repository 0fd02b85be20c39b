"""Evidence (bukti akses): nobody updates or deletes these rows. The exchange and `evidence/` give their meaning."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Evidence(models.Model):
    """One call. `record` is the canonical text that `digest` (SHA-256) is taken of; the rest serves finding it.

    In the database one partition holds a month of `at` (Asia/Makassar), and `id` is unique through its sequence alone.
    """

    uid = models.UUIDField()
    at = models.DateTimeField()
    organization_id = models.BigIntegerField(null=True)
    application_id = models.BigIntegerField(null=True)
    publication_id = models.BigIntegerField(null=True)
    dataset_id = models.BigIntegerField(null=True)
    status = models.PositiveSmallIntegerField()
    record = models.TextField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "evidence"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["uid", "at"], name="evidence_once")]
        indexes = [
            BrinIndex(fields=["at"], name="evidence_at"),
            models.Index(fields=["organization_id", "id"], name="evidence_organization"),
            models.Index(fields=["dataset_id", "id"], name="evidence_dataset"),
        ]


class Seal(models.Model):
    """A signed Merkle root over `count` evidence rows, chained to the seal before."""

    number = models.BigIntegerField(primary_key=True)
    count = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=40)
    signature = models.BinaryField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "seal"
        ordering = ["number"]


class SealedRow(models.Model):
    """Which evidence row is which leaf of which seal; `at` is the evidence row's, and chooses the same month.

    Without constraints between the tables: a month leaves both at once, and the verifier finds what they would.
    """

    evidence = models.OneToOneField(
        Evidence, models.DO_NOTHING, primary_key=True, related_name="sealed", db_constraint=False
    )
    at = models.DateTimeField()
    seal = models.ForeignKey(Seal, models.DO_NOTHING, related_name="rows", db_constraint=False, db_index=False)
    position = models.PositiveIntegerField()

    class Meta:
        db_table = "sealed_row"
        constraints = [models.UniqueConstraint(fields=["seal", "position", "at"], name="sealed_position")]


class SealKey(models.Model):
    """A public key of the chain, signed by the one before (`previous`, a key id); it seals from after `after_seal` on."""

    number = models.PositiveIntegerField(primary_key=True)
    key_id = models.CharField(max_length=40, unique=True)
    public = models.BinaryField(max_length=32)
    previous = models.CharField(max_length=40, blank=True)
    after_seal = models.BigIntegerField()
    made_at = models.DateTimeField()
    signature = models.BinaryField(max_length=64)

    class Meta:
        db_table = "seal_key"
        ordering = ["number"]


class EvidenceArchive(models.Model):
    """A month ("2026-03") whose rows were taken out into files; `manifest` is the signed JSON text beside them."""

    month = models.CharField(max_length=7, primary_key=True)
    manifest = models.TextField()
    detached_at = models.DateTimeField()

    class Meta:
        db_table = "evidence_archive"
        ordering = ["month"]


class DailyRoot(models.Model):
    """The newest seal at the end of a day (WITA), told to each party, so that nobody can rewrite what was before."""

    day = models.DateField(primary_key=True)
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="days")
    told_at = models.DateTimeField()

    class Meta:
        db_table = "daily_root"
        ordering = ["-day"]
