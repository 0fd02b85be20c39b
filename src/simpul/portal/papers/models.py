"""Papers as they were made; a later round makes a new one and keeps the old."""

from django.db import models

from simpul.kernel.clock import now
from simpul.portal.cases.models import Case
from simpul.portal.people.models import Person


class Paper(models.Model):
    case = models.ForeignKey(Case, models.PROTECT, related_name="papers")
    step = models.CharField(max_length=40)
    step_no = models.PositiveSmallIntegerField()
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "paper"
        ordering = ["id"]
