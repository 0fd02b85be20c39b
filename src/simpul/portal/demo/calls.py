"""A consumer's program in the sample data: it calls the running exchange, so that its calls are real evidence."""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from simpul.kernel.clock import now
from simpul.outbound.own_exchange import OwnExchange, open_own_exchange
from simpul.portal.organizations.models import Organization
from simpul.portal.proofs.queries import list_service_calls
from simpul.portal.services.actions import keep_key
from simpul.portal.services.models import ApiKey, Application, Publication

OWN_APPLICATION = "Aplikasi instansi (contoh)"
"""The program of each sample agency that calls what it agreed on."""
KEY_MINUTES = 5
WARM_UP_SECONDS = 5.0
SEEING_SECONDS = 5.0


def call_service(publication: Publication, organization: Organization) -> bool:
    """Read each dataset once, with a live key that ends with the call. Returns: whether every call was answered.

    Raises: ExchangeAway.
    """
    with transaction.atomic():
        application, _ = Application.objects.get_or_create(organization=organization, name=OWN_APPLICATION)
        key = keep_key(application, ApiKey.Stage.LIVE, None, now() + timedelta(minutes=KEY_MINUTES))
    root = f"/api/{publication.context}/v{publication.major}"
    headers = {"Authorization": f"Bearer {key.text}"}
    try:
        with open_own_exchange(settings.HUB) as exchange:
            _wait_until_known(exchange, root, headers)
            names = list(publication.datasets.order_by("id").values_list("name", flat=True))
            answers = [exchange.send("GET", f"{root}/{name}", [("limit", "5")], headers, None) for name in names]
    finally:
        ApiKey.objects.filter(key_id=key.key_id).update(revoked_at=now())
    return all(answer.status in (200, 206) for answer in answers) and _wait_until_seen(publication, organization)


def _wait_until_seen(publication: Publication, organization: Organization) -> bool:
    """Wait for the evidence of the calls, which the exchange writes within a second; say whether it came."""
    end = time.monotonic() + SEEING_SECONDS
    while not list_service_calls(organization, publication.contract_version.contract, 1):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _wait_until_known(exchange: OwnExchange, root: str, headers: dict[str, str]) -> None:
    """Wait until the exchange has heard of the key and its grant: it is told at commit and needs a moment."""
    end = time.monotonic() + WARM_UP_SECONDS
    while time.monotonic() < end and exchange.send("GET", f"{root}/", [], headers, None).status != 200:
        time.sleep(0.1)
