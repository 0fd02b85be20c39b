"""The decision, default deny. Source: decision 14; the states of decision 4."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from simpul.access.errors import (
    ApplicationDisabled,
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
    ServicePreparing,
    StageWrong,
)
from simpul.access.keys import is_key, parse_key
from simpul.access.model import AccessRequest, Grant, Key, Operation, Permission, Service, Stage
from simpul.kernel.clock import local
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words

PROVIDER_ROLE = "penyedia"
CLOSED_STATES = frozenset(("pensiun", "ditutup"))
PREPARING_STATES = frozenset(("disiapkan", "gagal"))
VERIFICATION_STATE = "verifikasi"
OPEN_STATES = frozenset(("terbuka", "aktif", "usang"))

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
    Raises: an AccessRefused, ServiceClosed or ServicePreparing that says why; the refusal of the best grant is told, of
    one in force before one that isn't.
    """
    check_service(key, service)
    own = sorted(
        (grant for grant in grants if grant.organization_id == key.organization_id),
        key=lambda grant: (grant.role != PROVIDER_ROLE, -len(grant.columns), grant.grant_id),
    )
    if not own:
        raise NotGranted(dataset=request.dataset, provider=service.provider)
    refusals: list[SimpulError] = []
    for grant in own:
        refusal = find_refusal(grant, request, service, now)
        if refusal is None:
            until = _find_end(grant, service)
            return Permission(grant.grant_id, grant.columns, grant.row_filter, request.operation, grant.purpose, until)
        refusals.append(refusal)
    raise min(refusals, key=lambda refusal: isinstance(refusal, (GrantRevoked, GrantNotYet, GrantEnded)))


def check_service(key: Key, service: Service) -> None:
    """Raises: StageWrong, ServiceClosed or ServicePreparing where no grant of any kind could help."""
    key_stage = _STAGE_OF_KEY[key.stage]
    if key_stage != service.stage:
        have, need = _STAGE_WORDS[key_stage], _STAGE_WORDS[service.stage]
        raise StageWrong(
            Words(
                StageWrong.message.id.format(key_stage=have.id, stage=need.id),
                StageWrong.message.en.format(key_stage=have.en, stage=need.en),
            )
        )
    if service.state in CLOSED_STATES:
        raise ServiceClosed(provider=service.provider)
    if service.state not in OPEN_STATES and service.state != VERIFICATION_STATE:
        raise ServicePreparing()


def find_refusal(
    grant: Grant, request: AccessRequest, service: Service, now: datetime
) -> GrantRevoked | GrantNotYet | GrantEnded | OperationNotGranted | InVerification | None:
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


def _show_day(instant: datetime) -> str:
    return local(instant).date().isoformat()
