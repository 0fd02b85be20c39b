"""From which networks a consumer's programs may call: kept beside the contract, since servers move more often than terms."""

from django.db import transaction

from simpul.access.addresses import MAX_ADDRESSES, read_network
from simpul.portal.audit.actions import record
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import check_role
from simpul.portal.services.errors import AddressesInvalid, NoGrant
from simpul.portal.services.models import Grant

SETTERS = (Role.TIM_IT, Role.BIDANG)


@transaction.atomic
def set_addresses(person: Person, grant_id: int, text: str) -> Grant:
    """Bind a grant to the networks of a text, one a line; an empty text lets every address in again.

    The consumer itself may not: the list is a condition of its access, not a convenience.
    Raises: RoleMissing, NoGrant (it isn't there or was revoked), AddressesInvalid.
    """
    check_role(person, *SETTERS)
    grant = Grant.objects.select_for_update(of=("self",)).filter(pk=grant_id).first()
    if grant is None or grant.revoked_at is not None:
        raise NoGrant
    grant.addresses = read_addresses(text)
    grant.save(update_fields=["addresses"])
    record(person, "grant.addresses", "grant", grant.pk, addresses=grant.addresses)
    return grant


def read_addresses(text: str) -> list[str]:
    """Return the networks of a text in their shortest form, each once, in the order given.

    Raises: AddressesInvalid, naming the line.
    """
    found: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            network = read_network(line.strip())
        except ValueError:
            raise AddressesInvalid(line=number, most=MAX_ADDRESSES) from None
        written = str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
        found.append(written)
        if len(found) > MAX_ADDRESSES:
            raise AddressesInvalid(line=number, most=MAX_ADDRESSES)
    return list(dict.fromkeys(found))
