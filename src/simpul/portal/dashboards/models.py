"""The last good picture of a dataset; a failed refresh keeps it and says so, and never shows 0."""

from django.db import models

from simpul.portal.services.models import Dataset


class DashboardSnapshot(models.Model):
    dataset = models.OneToOneField(Dataset, models.CASCADE, related_name="snapshot")
    content = models.JSONField(default=dict)
    dataset_version = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        db_table = "dashboard_snapshot"
