"""The decision, default deny. Source: decision 14; the states of decision 4."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from ipaddress import ip_address

from simpul.access.addresses import is_listed
from simpul.access.errors import (
    AddressNotListed,
    ApplicationDisabled,
    ApplicationPaused,
    ConsumerPaused,
    GrantEnded,
    GrantNotYet,
    GrantRevoked,
    InVerification,
    KeyExpired,
    KeyMissing,
    KeyRevoked,
    KeyUnknown,
    NotGranted,
    OperationNotGranted,
    ServiceClosed,
    ServicePaused,
    ServicePreparing,
    ServiceRetired,
    StageWrong,
)
from simpul.access.keys import is_key, parse_key
from simpul.access.model import AccessRequest, Grant, Key, Operation, Permission, Service, Stage
from simpul.kernel.clock import ZONE, local
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words

PROVIDER_ROLE = "penyedia"
DEPRECATED_STATE = "usang"
RETIRED_STATE = "pensiun"
CLOSED_STATES = frozenset((RETIRED_STATE, "ditutup"))
PREPARING_STATES = frozenset(("disiapkan", "gagal"))
VERIFICATION_STATE = "verifikasi"
OPEN_STATES = frozenset(("terbuka", "aktif", DEPRECATED_STATE))

_STAGE_OF_KEY: dict[str, Stage] = {"test": "sandbox", "live": "live"}
_STAGE_WORDS = {"sandbox": Words("uji coba", "the sandbox"), "live": Words("layanan aktif", "the live service")}
_OPERATION_WORDS: dict[Operation, Words] = {
    "read": Words("membaca baris", "read rows"),
    "deliver": Words("mengirim baris", "deliver rows"),
}


def identify(text: str | None, find_key: Callable[[str], Key | None], now: datetime) -> Key:
    """Return the valid key that a caller's text is.

    Args: `find_key` finds a key by its id, whatever its state.
    Raises: KeyMissing, KeyUnknown, KeyExpired, KeyRevoked, ApplicationDisabled. Whether an id exists is told only to
    who holds the whole key.
    """
    if not text:
        raise KeyMissing()
    parsed = parse_key(text)
    key = find_key(parsed.key_id) if parsed else None
    if not is_key(text, key.digest if key else bytes(32)) or key is None:
        raise KeyUnknown()
    if key.revoked_at is not None and key.revoked_at <= now:
        raise KeyRevoked(when=_show_day(key.revoked_at))
    if key.expires_at <= now:
        raise KeyExpired(when=_show_day(key.expires_at))
    if key.application_disabled_at is not None:
        raise ApplicationDisabled()
    return key


def decide(request: AccessRequest, key: Key, service: Service, grants: Sequence[Grant], now: datetime) -> Permission:
    """Return what this key may do with this dataset now.

    Args: `grants` are those of this dataset, of any organization.
    Where an organization holds several usable grants the provider's role comes first, then the one with more columns,
    then the older: two grants are never mixed, since each has its own purpose.
    Raises: what `check_service` does, or an AccessRefused that says why; the refusal of the best grant is told, of
    one in force before one that isn't.
    """
    check_service(key, service)
    own = sorted(
        (grant for grant in grants if grant.organization_id == key.organization_id),
        key=lambda grant: (grant.role != PROVIDER_ROLE, -len(grant.columns), grant.grant_id),
    )
    if not own:
        if service.state == VERIFICATION_STATE:  # consumers get their grants when it is live: nothing to ask for yet
            raise InVerification(provider=service.provider)
        raise NotGranted(dataset=request.dataset, provider=service.provider)
    refusals: list[SimpulError] = []
    for grant in own:
        refusal = find_refusal(grant, request, service, now)
        if refusal is None:
            return _permit(grant, request, service)
        refusals.append(refusal)
    raise min(refusals, key=lambda refusal: isinstance(refusal, (GrantRevoked, GrantNotYet, GrantEnded)))


def find_change(key: Key, grants: Iterable[Grant], now: datetime) -> datetime:
    """Return until when (exclusive) `identify` and `decide` surely say the same of the same key, service and grants.

    That is the next midnight in WITA, as grants begin and end with a day, or an earlier instant that is known already:
    the key's end, or a revocation that was set for later.
    """
    midnight = datetime.combine(local(now).date() + timedelta(days=1), time(), ZONE)
    known = [key.expires_at, key.revoked_at, *(grant.revoked_at for grant in grants)]
    return min([midnight, *(instant for instant in known if instant is not None and instant > now)])


def _permit(grant: Grant, request: AccessRequest, service: Service) -> Permission:
    return Permission(
        grant.grant_id,
        grant.columns,
        grant.row_filter,
        request.operation,
        grant.purpose,
        _find_end(grant, service),
        grant.masks,
        grant.fingerprint,
        grant.shape,
        grant.role,
    )


def check_service(key: Key, service: Service) -> None:
    """Check what no grant of any kind could help against.

    Raises: StageWrong, ServiceRetired, ServiceClosed, ServicePreparing, ServicePaused, ConsumerPaused, ApplicationPaused.
    """
    key_stage = _STAGE_OF_KEY[key.stage]
    if key_stage != service.stage:
        have, need = _STAGE_WORDS[key_stage], _STAGE_WORDS[service.stage]
        raise StageWrong(
            Words(
                StageWrong.message.id.format(key_stage=have.id, stage=need.id),
                StageWrong.message.en.format(key_stage=have.en, stage=need.en),
            )
        )
    if service.state == RETIRED_STATE and service.successor:
        raise ServiceRetired(successor=service.successor)
    if service.state in CLOSED_STATES:
        raise ServiceClosed(provider=service.provider)
    if service.state not in OPEN_STATES and service.state != VERIFICATION_STATE:
        raise ServicePreparing()
    _check_pauses(key, service)


def _check_pauses(key: Key, service: Service) -> None:
    """Raise the refusal of the widest pause that stands in the way."""
    pauses = (
        (ServicePaused, service.pause),
        (ConsumerPaused, service.consumer_pauses.get(key.organization_id)),
        (ApplicationPaused, key.pause),
    )
    for refusal, pause in pauses:
        if pause is not None:
            raise refusal(office=pause.office, when=local(pause.since).strftime("%Y-%m-%d %H:%M WITA"))


def find_refusal(
    grant: Grant, request: AccessRequest, service: Service, now: datetime
) -> GrantRevoked | GrantNotYet | GrantEnded | OperationNotGranted | InVerification | AddressNotListed | None:
    """Return why this grant doesn't allow the request now, or None where it does."""
    today, dataset, provider = local(now).date(), request.dataset, service.provider
    if grant.revoked_at is not None and grant.revoked_at <= now:
        return GrantRevoked(when=_show_day(grant.revoked_at), dataset=dataset, provider=provider)
    if today < grant.valid_from:
        return GrantNotYet(when=grant.valid_from.isoformat(), dataset=dataset)
    if grant.valid_until is not None and today > grant.valid_until:
        return GrantEnded(when=grant.valid_until.isoformat(), dataset=dataset, provider=provider)
    if request.operation not in grant.operations:
        return _refuse_operation(request, service)
    if service.state == VERIFICATION_STATE and not _is_open_for_trial(grant, today):
        return InVerification(provider=provider)
    if not is_listed(request.address, grant.addresses):
        return AddressNotListed(dataset=dataset, address=_show_address(request.address), provider=provider)
    return None


def _refuse_operation(request: AccessRequest, service: Service) -> OperationNotGranted:
    words, wish = OperationNotGranted.message, _OPERATION_WORDS[request.operation]
    message = Words(
        words.id.format(dataset=request.dataset, operation=wish.id),
        words.en.format(dataset=request.dataset, operation=wish.en),
    )
    return OperationNotGranted(message, hint=OperationNotGranted.hint.format(provider=service.provider))


def _is_open_for_trial(grant: Grant, today: date) -> bool:
    return grant.role == PROVIDER_ROLE or (grant.trial_until is not None and today <= grant.trial_until)


def _find_end(grant: Grant, service: Service) -> date | None:
    on_trial = service.state == VERIFICATION_STATE and grant.role != PROVIDER_ROLE
    ends = [day for day in (grant.valid_until, grant.trial_until if on_trial else None) if day is not None]
    return min(ends, default=None)


def _show_address(address: str) -> str:
    """Return an address as it may be repeated: what isn't one was written by the caller."""
    try:
        return str(ip_address(address))
    except ValueError:
        return "?"


def _show_day(instant: datetime) -> str:
    return local(instant).date().isoformat()
