"""Reading contracts: the version a case works on, and the version as pure data."""

from simpul.contract.model import Contract as Agreed
from simpul.portal.cases.models import Case
from simpul.portal.contracts.errors import ContractNotFound
from simpul.portal.contracts.models import Agreement, Contract, ContractVersion


def find_version(case: Case) -> ContractVersion | None:
    """Return the newest version made in a case, whatever its state, or None."""
    return (
        ContractVersion.objects.filter(case=case)
        .select_related("contract", "contract__provider")
        .order_by("-sequence")
        .first()
    )


def get_version(case: Case, *states: str) -> ContractVersion:
    """Return the newest version of a case in one of these states (none given: any). Raises: ContractNotFound."""
    rows = ContractVersion.objects.filter(case=case).select_related("contract", "contract__provider")
    version = (rows.filter(state__in=states) if states else rows).order_by("-sequence").first()
    if version is None:
        raise ContractNotFound
    return version


def is_in_force(contract: Contract) -> bool:
    """Return whether a closed case has put a version of it into force."""
    return contract.versions.filter(state=ContractVersion.State.AGREED, case__state=Case.State.CLOSED).exists()


def find_previous(version: ContractVersion) -> ContractVersion | None:
    """Return the version that was frozen before this one of the same contract, or None."""
    rows = version.contract.versions.filter(sequence__lt=version.sequence).exclude(odcs="")
    return rows.order_by("-sequence").first()


def list_objections(case: Case) -> list[Agreement]:
    """Return what parties objected to in the case's last frozen version that wasn't agreed; [] without one."""
    rejected = ContractVersion.objects.filter(case=case, state=ContractVersion.State.REJECTED).order_by("-sequence")
    version = rejected.first()
    if version is None:
        return []
    return list(version.agreements.filter(agrees=False).select_related("organization").order_by("id"))


def load_contract(version: ContractVersion) -> Agreed:
    """Return a version as the pure contract."""
    return Agreed.from_dict(version.definition)
