"""Immutable versions of the SOP (a BPMN file) and of the working calendar (seasons and holidays)."""

from django.db import models

from simpul.portal.people.models import Person


class ProcedureVersion(models.Model):
    key = models.SlugField(max_length=40)
    number = models.PositiveIntegerField()
    bpmn = models.TextField()
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "procedure_version"
        ordering = ["key", "-number"]
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="procedure_version_once")]


class CalendarVersion(models.Model):
    """Content: {"seasons": […], "holidays": {"2026-01-01": "…"}} as `simpul.procedure.calendar` reads it."""

    number = models.PositiveIntegerField(unique=True)
    content = models.JSONField()
    reason = models.TextField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "calendar_version"
        ordering = ["-number"]
