"""The worker's part of the quarantine: refused rows are kept 90 days at most, files that couldn't be read one day."""

from datetime import timedelta

from django.db import transaction

from simpul.delivery.refused import purge_refused
from simpul.kernel.clock import now
from simpul.portal.cases.models import Attachment
from simpul.portal.services.publishing import get_driver_connection


@transaction.atomic
def purge_expired() -> int:
    """Delete refused rows whose time is over; return how many.

    A file of rows goes once it is delivered; one whose delivery failed as a whole is left, and goes here.
    """
    left = Attachment.objects.filter(kind__in=("kiriman-data", "perbaikan-data"), at__lt=now() - timedelta(days=1))
    left.delete()
    return purge_refused(get_driver_connection())
