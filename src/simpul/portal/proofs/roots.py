"""The roots told to the parties: once a day the newest seal goes to everyone who gives or takes data.

Who keeps one of them elsewhere can find later that nothing before it was changed (`evidence verify --expect-root`).
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from simpul.evidence.keys import KeyLink, describe_link
from simpul.evidence.seal import Seal as SealFacts
from simpul.evidence.seal import describe_seal
from simpul.kernel import clock
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import find_successor
from simpul.portal.proofs.models import DailyRoot, Seal, SealKey
from simpul.portal.services.models import Grant, Notice, Publication

SHORT_DIGITS = 32
"""Of a root's 64 hex digits, as printed: 128 bits are enough that nobody finds another root beginning so."""
TOLD_STATES = (Publication.State.VERIFICATION, Publication.State.LIVE, Publication.State.DEPRECATED)


def tell_daily_root() -> DailyRoot | None:
    """Keep the newest seal of yesterday (WITA) as that day's root and tell the parties; None where it was told before.

    A day without any new seal has no root of its own. Runs each hour, so that a hub that slept tells it late.
    """
    day = clock.local(clock.now()).date() - timedelta(days=1)
    last = DailyRoot.objects.first()
    if last is not None and last.day >= day:
        return None
    seal = _find_seal_of(day)
    if seal is None or (last is not None and last.seal_id == seal.number):
        return None
    with transaction.atomic():
        root, made = DailyRoot.objects.get_or_create(day=day, defaults={"seal": seal, "told_at": clock.now()})
        if not made:
            return None
        for organization in list_told():
            _tell(organization, root)
    return root


def _find_seal_of(day: date) -> Seal | None:
    end = datetime.combine(day + timedelta(days=1), time(), clock.ZONE)
    return Seal.objects.filter(signed_at__lt=end).order_by("-number").first()


def list_told() -> list[Organization]:
    """Return who gives or takes data of a live service today, by code; a successor stands for those before it."""
    grants = Grant.objects.filter(
        dataset__publication__stage=Publication.Stage.LIVE,
        dataset__publication__state__in=TOLD_STATES,
        revoked_at=None,
    )
    parties = Organization.objects.filter(pk__in=grants.values("organization")).select_related("successor")
    return sorted({find_successor(one) for one in parties}, key=lambda one: one.code)


def _tell(organization: Organization, root: DailyRoot) -> None:
    seal = root.seal
    short = write_short(seal)
    Notice.objects.get_or_create(
        organization=organization,
        key=f"root-{root.day.isoformat()}",
        defaults={
            "text_id": f"Akar bukti akses {root.day:%d-%m-%Y}: segel nomor {seal.number}, {short}. Simpan di luar hub.",
            "text_en": f"Evidence root of {root.day.isoformat()}: seal {seal.number}, {short}. Keep it outside the hub.",
            "link": "/bukti/akar/",
            "created_at": clock.now(),
        },
    )


def write_short(seal: Seal) -> str:
    """Return the first half of a seal's root in groups of eight digits, to be read out and compared."""
    text = bytes(seal.root).hex()[:SHORT_DIGITS]
    return " ".join(text[place : place + 8] for place in range(0, SHORT_DIGITS, 8))


def describe_newest() -> str:
    """Return the newest root as a paper prints it; "-" where nothing was sealed yet."""
    seal = Seal.objects.order_by("-number").first()
    if seal is None:
        return "-"
    return f"segel nomor {seal.number}, {write_short(seal)}, {clock.local(seal.signed_at):%d-%m-%Y %H.%M.%S} WITA"


def describe_root(root: DailyRoot) -> dict[str, Any]:
    """Return a day's root as the JSON data that a party keeps: the signed seal and the chain of public keys."""
    seal = root.seal
    facts = SealFacts(
        seal.number,
        seal.count,
        bytes(seal.root),
        bytes(seal.previous),
        bytes(seal.digest),
        seal.key_id,
        bytes(seal.signature),
        seal.signed_at,
    )
    links = [
        KeyLink(
            one.number, one.key_id, bytes(one.public), one.previous, one.after_seal, one.made_at, bytes(one.signature)
        )
        for one in SealKey.objects.filter(after_seal__lt=seal.number)
    ]
    return {
        "v": 1,
        "what": "simpul evidence root",
        "day": root.day.isoformat(),
        "seal": describe_seal(facts),
        "keys": [describe_link(one) for one in links],
    }
