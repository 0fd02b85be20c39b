"""Evidence (bukti akses): nobody updates or deletes these rows. The exchange and `evidence/` give their meaning."""

from django.db import models


class Evidence(models.Model):
    """One call. `record` is the canonical text that `digest` (SHA-256) is taken of; the rest serves finding it."""

    uid = models.UUIDField(unique=True)
    at = models.DateTimeField(db_index=True)
    organization_id = models.BigIntegerField(null=True, db_index=True)
    application_id = models.BigIntegerField(null=True)
    publication_id = models.BigIntegerField(null=True)
    dataset_id = models.BigIntegerField(null=True, db_index=True)
    status = models.PositiveSmallIntegerField()
    record = models.TextField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "evidence"
        ordering = ["id"]


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
    """Which evidence row is which leaf of which seal."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, primary_key=True, related_name="sealed")
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="rows")
    position = models.PositiveIntegerField()

    class Meta:
        db_table = "sealed_row"
        constraints = [models.UniqueConstraint(fields=["seal", "position"], name="sealed_position_once")]
