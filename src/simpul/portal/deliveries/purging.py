"""What the worker removes in time: refused rows and datasets' changes after 90 days, unreadable files after one day."""

from datetime import timedelta

from django.db import transaction

from simpul.delivery.feed import purge_feeds
from simpul.delivery.refused import purge_refused
from simpul.kernel.clock import now
from simpul.portal.cases.models import Attachment
from simpul.portal.services.driver import get_driver_connection


@transaction.atomic
def purge_expired() -> int:
    """Delete refused rows and changes whose time is over; return how many of both.

    A file of rows goes once it is delivered; one whose delivery failed as a whole is left, and goes here.
    """
    left = Attachment.objects.filter(kind__in=("kiriman-data", "perbaikan-data"), at__lt=now() - timedelta(days=1))
    left.delete()
    connection = get_driver_connection()
    return purge_refused(connection) + purge_feeds(connection)
