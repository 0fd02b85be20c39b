"""Which notices have been mailed."""

from django.db import models

from simpul.portal.services.models import Notice


class NoticeMail(models.Model):
    """A notice that was sent to everybody it is for; `addresses` counts them, and who they were isn't kept."""

    notice = models.OneToOneField(Notice, models.CASCADE, primary_key=True, related_name="mail")
    addresses = models.PositiveIntegerField()
    mailed_at = models.DateTimeField()

    class Meta:
        db_table = "notice_mail"
