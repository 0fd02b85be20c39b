"""The worker's part of the quarantine: refused rows are kept 90 days at most."""

from django.db import transaction

from simpul.delivery.refused import purge_refused
from simpul.portal.services.publishing import get_driver_connection


@transaction.atomic
def purge_expired() -> int:
    """Delete refused rows whose time is over; return how many."""
    return purge_refused(get_driver_connection())
