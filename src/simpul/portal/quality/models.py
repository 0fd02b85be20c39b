"""What was measured: integration tests against the running exchange, and quality per column and dataset."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.portal.cases.models import Case
from simpul.portal.people.models import Person
from simpul.portal.services.models import Dataset, Publication


class TestRun(models.Model):
    class State(models.TextChoices):
        WAITING = "menunggu", _("Menunggu")
        DONE = "selesai", _("Selesai")
        BROKEN = "gagal", _("Tidak dapat dijalankan")

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="test_runs")
    case = models.ForeignKey(Case, models.PROTECT, related_name="test_runs")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    passed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    results = models.JSONField(default=list)
    problem = models.TextField(blank=True)
    started_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "test_run"
        ordering = ["-id"]


class ValidationReport(models.Model):
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="validation_reports")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="validation_reports")
    dataset_version = models.BigIntegerField()
    passed = models.BooleanField()
    results = models.JSONField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "validation_report"
        ordering = ["-id"]
