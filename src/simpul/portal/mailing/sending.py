"""Mails each notice once to the programmers of its organization. Without MAIL_URL nothing is sent and nothing is kept."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from simpul.kernel.clock import local, now
from simpul.portal.mailing.models import NoticeMail
from simpul.portal.organizations.queries import find_successor
from simpul.portal.people.models import Person, Role, RoleAssignment
from simpul.portal.services.models import Notice

TRIED = timedelta(days=3)
"""A notice that couldn't be sent for so long stays in the portal alone."""
SUBJECT = "Simpul: pemberitahuan untuk pemrogram"


def mail_notices() -> int:
    """Send what wasn't sent yet; return how many notices. One that fails is tried again at the next run.

    Raises: OSError or SMTPException where the mail server is away or refuses; those sent before are noted.
    """
    if not settings.HUB.MAIL_URL:
        return 0
    waiting = Notice.objects.filter(mail=None, created_at__gte=now() - TRIED).select_related("organization__successor")
    count = 0
    for notice in waiting.order_by("id"):
        addresses = list_addresses(notice)
        if addresses:
            _send(notice, addresses)
        NoticeMail.objects.create(notice=notice, addresses=len(addresses), mailed_at=now())
        count += 1
    return count


def list_addresses(notice: Notice) -> list[str]:
    """Return the addresses of the organization's programmers of today, sorted."""
    today = local(now()).date()
    held = RoleAssignment.objects.filter(role=Role.PEMROGRAM_OPD, valid_from__lte=today).exclude(valid_to__lt=today)
    organization = find_successor(notice.organization)
    people = Person.objects.filter(organization=organization, is_active=True, pk__in=held.values("person"))
    return sorted({one.email for one in people if one.email})


def _send(notice: Notice, addresses: list[str]) -> None:
    """Send to each alone, so that none sees the others' addresses."""
    link = f"{settings.HUB.PUBLIC_URL}{notice.link or '/'}"
    text = f"{notice.text_id}\n{link}\n\n{notice.text_en}\n"
    with get_connection() as connection:
        for address in addresses:
            EmailMessage(SUBJECT, text, to=[address], connection=connection).send()
