"""The counts, and up to which seal the evidence is counted."""

from django.db import models


class UsageDay(models.Model):
    """What one application called on one day (WITA) of one publication; 0 stands for none of the hub's.

    `rows` were given or received; `errors` are calls that were refused, failed, or whose answer broke off.
    """

    day = models.DateField()
    organization_id = models.BigIntegerField()
    application_id = models.BigIntegerField()
    publication_id = models.BigIntegerField()
    calls = models.BigIntegerField()
    rows = models.BigIntegerField()
    errors = models.BigIntegerField()

    class Meta:
        db_table = "usage_day"
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "day", "application_id", "publication_id"], name="usage_day_once"
            )
        ]
        indexes = [models.Index(fields=["publication_id", "day"], name="usage_publication")]


class UsageMark(models.Model):
    """The last seal whose rows are counted: one row, locked by who counts."""

    seal = models.BigIntegerField(default=0)

    class Meta:
        db_table = "usage_mark"
