"""The end of a version: deprecated with a last day, then retired. The provider asks, Kominfo decides.

Before it stand the sandbox, the verification and the live service, which the SOP's activities lead through.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from simpul.kernel.clock import local, now
from simpul.kernel.words import Words
from simpul.portal.audit.actions import record
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import RoleMissing, check_role, has_role
from simpul.portal.services.errors import (
    ReasonMissing,
    RequestedAlready,
    RequestNotFound,
    StateUnfit,
    SunsetTooSoon,
)
from simpul.portal.services.models import LifecycleRequest, Publication
from simpul.portal.services.notices import name_consumers, tell_consumers
from simpul.portal.services.pausing import is_provider

DECIDERS = (Role.TIM_IT, Role.BIDANG)
NOTICE_DAYS = 30
"""Days at least that consumers have from the notice to the last day."""
State, Wish = Publication.State, LifecycleRequest.Wish
_WISHES = {
    Wish.DEPRECATE: Words("diumumkan akan dihentikan", "be deprecated"),
    Wish.RETIRE: Words("dihentikan", "be retired"),
}
_DEPRECATED = Words(
    "Layanan {context} versi {major} akan dihentikan. Hari terakhirnya {day}. {next}",
    "Version {major} of the service {context} will be retired. Its last day is {day}. {next}",
)
_RETIRED = Words(
    "Layanan {context} versi {major} sudah dihentikan. {next}",
    "Version {major} of the service {context} is retired. {next}",
)
_SUCCESSOR = Words("Pakai versi {major}.", "Use version {major}.")
_NO_SUCCESSOR = Words("Belum ada penggantinya.", "It has no successor.")


@transaction.atomic
def deprecate(person: Person, publication: Publication, sunset_on: date | None, reason: str) -> Publication:
    """Announce a live version's last day, or move it. Consumers are told; calls carry Deprecation and Sunset from now on.

    Raises: RoleMissing, ReasonMissing, StateUnfit, SunsetTooSoon.
    """
    check_role(person, *DECIDERS)
    reason = _need(reason)
    publication = _lock(publication)
    _check_state(publication, Wish.DEPRECATE)
    sunset_on = _check_sunset(sunset_on)
    publication.state, publication.sunset_on = State.DEPRECATED, sunset_on
    publication.deprecated_at = publication.deprecated_at or now()
    publication.successor = publication.successor or find_successor(publication)
    publication.save(update_fields=["state", "sunset_on", "deprecated_at", "successor", "updated_at"])
    told = tell_consumers(publication, f"usang:{publication.pk}:{sunset_on}", _write(_DEPRECATED, publication))
    record(
        person,
        "service.deprecated",
        "publication",
        publication.pk,
        sunset_on=sunset_on.isoformat(),
        reason=reason,
        told=name_consumers(told),
    )
    return publication


@transaction.atomic
def retire(person: Person, publication: Publication, reason: str) -> Publication:
    """End a deprecated version once its last day has passed: each call gets 410 with its successor. Rows stay.

    Raises: RoleMissing, ReasonMissing, StateUnfit.
    """
    check_role(person, *DECIDERS)
    reason = _need(reason)
    publication = _lock(publication)
    _check_state(publication, Wish.RETIRE)
    publication.state = State.RETIRED
    publication.save(update_fields=["state", "updated_at"])
    told = tell_consumers(publication, f"pensiun:{publication.pk}", _write(_RETIRED, publication))
    record(person, "service.retired", "publication", publication.pk, reason=reason, told=name_consumers(told))
    return publication


@transaction.atomic
def ask(person: Person, publication: Publication, wish: str, sunset_on: date | None, reason: str) -> LifecycleRequest:
    """Ask Kominfo, as the provider's officer, to deprecate or retire a version.

    Raises: RoleMissing, ReasonMissing, StateUnfit, SunsetTooSoon, RequestedAlready.
    """
    if not is_provider(person, publication):
        raise RoleMissing
    reason, wish = _need(reason), Wish(wish)
    _check_state(publication, wish)
    if wish == Wish.DEPRECATE:
        _check_sunset(sunset_on)
    try:
        with transaction.atomic():
            made = LifecycleRequest.objects.create(
                publication=publication, wish=wish, sunset_on=sunset_on, reason=reason, asked_by=person, asked_at=now()
            )
    except IntegrityError:
        raise RequestedAlready from None
    record(person, "service.end_asked", "publication", publication.pk, wish=wish, reason=reason)
    return made


@transaction.atomic
def decide(person: Person, request_id: int, *, granted: bool) -> LifecycleRequest:
    """Grant or refuse a provider's request; a granted one is done at once.

    Raises: RoleMissing, RequestNotFound; as `deprecate` and `retire`.
    """
    check_role(person, *DECIDERS)
    request = LifecycleRequest.objects.select_for_update().filter(pk=request_id, decided_at=None).first()
    if request is None:
        raise RequestNotFound
    request.decided_by, request.decided_at, request.granted = person, now(), granted
    request.save(update_fields=["decided_by", "decided_at", "granted"])
    if not granted:
        record(person, "service.end_refused", "publication", request.publication_id, wish=request.wish)
    elif request.wish == Wish.RETIRE:
        retire(person, request.publication, request.reason)
    elif request.sunset_on is not None:
        deprecate(person, request.publication, request.sunset_on, request.reason)
    return request


def may_decide(person: Person) -> bool:
    """May the person deprecate and retire versions?"""
    return has_role(person, *DECIDERS)


def find_successor(publication: Publication) -> Publication | None:
    """Return the newest later major version that is live, or None."""
    later = Publication.objects.filter(
        context=publication.context, stage=publication.stage, major__gt=publication.major, state=State.LIVE
    )
    return later.order_by("-major").first()


def succeed(publication: Publication) -> None:
    """Mark the older major versions of a service that just went live as deprecated by it; their consumers are told.

    Their last day is set by Kominfo later. Nobody is moved: both versions serve side by side.
    """
    older = Publication.objects.filter(
        context=publication.context, stage=publication.stage, major__lt=publication.major, state=State.LIVE
    )
    for one in older.select_for_update(of=("self",)):
        one.state, one.deprecated_at, one.successor = State.DEPRECATED, now(), publication
        one.save(update_fields=["state", "deprecated_at", "successor", "updated_at"])
        tell_consumers(one, f"usang:{one.pk}", _write(_DEPRECATED, one))


def _lock(publication: Publication) -> Publication:
    rows = Publication.objects.select_for_update(of=("self",)).select_related("successor")
    return rows.get(pk=publication.pk)


def _check_state(publication: Publication, wish: str) -> None:
    is_live = publication.stage == Publication.Stage.LIVE
    if wish == Wish.DEPRECATE:
        fits = is_live and publication.state in (State.LIVE, State.DEPRECATED)
    else:
        today = local(now()).date()
        is_over = publication.sunset_on is not None and publication.sunset_on < today
        fits = is_live and publication.state == State.DEPRECATED and is_over
    if not fits:
        words = _WISHES[Wish(wish)]
        state = str(publication.get_state_display())
        raise StateUnfit(
            Words(
                StateUnfit.message.id.format(state=state, wish=words.id),
                StateUnfit.message.en.format(state=state, wish=words.en),
            )
        )


def _check_sunset(sunset_on: date | None) -> date:
    """Return the last day. Raises: SunsetTooSoon, also where there is none."""
    earliest = local(now()).date() + timedelta(days=NOTICE_DAYS)
    if sunset_on is None or sunset_on < earliest:
        raise SunsetTooSoon(earliest=earliest.isoformat())
    return sunset_on


def _need(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonMissing
    return reason


def _write(words: Words, publication: Publication) -> Words:
    following = _SUCCESSOR.format(major=publication.successor.major) if publication.successor else _NO_SUCCESSOR
    day = publication.sunset_on.isoformat() if publication.sunset_on else None
    facts = {"context": publication.context, "major": publication.major}
    return Words(
        words.id.format(**facts, day=day or "belum ditetapkan", next=following.id),
        words.en.format(**facts, day=day or "not set yet", next=following.en),
    )
