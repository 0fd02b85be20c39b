"""Who did what, when, from where, and whether it was refused; no personal data of the rows served."""

from django.db import models

from simpul.portal.people.models import Person


class AuditEntry(models.Model):
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    refused = models.BooleanField(default=False)
    address = models.GenericIPAddressField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_entry"
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_kind", "object_id"], name="audit_by_object")]
