"""Making a contract with the parties: drafted in row 5, completed and frozen in row 6, agreed, superseded.

A frozen version never changes; a change is a new version. All of these run inside an action's transaction,
under the lock of the case's row.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from simpul.contract.check import list_findings
from simpul.contract.compare import compare_contracts
from simpul.contract.model import ConsumerTerms, Dataset
from simpul.contract.model import Contract as Agreed
from simpul.contract.odcs import write_odcs
from simpul.portal.cases.models import Case
from simpul.portal.contracts.errors import ContextTaken, ContractUnready, ServiceInChange
from simpul.portal.contracts.models import Agreement, Contract, ContractVersion
from simpul.portal.contracts.queries import find_version, load_contract
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import find_successor, list_lineage
from simpul.portal.people.models import Person

State = ContractVersion.State


def save_definition(
    case: Case,
    provider: Organization,
    context: str,
    title: str,
    description: str,
    purpose: str,
    datasets: Iterable[Dataset],
) -> ContractVersion:
    """Keep the provider's definition (row 5) as the case's draft version; terms agreed earlier in the case stay.

    Raises: ContextTaken when the context names another service.
    """
    check_not_in_change(case)
    before = find_version(case)
    contract = _get_contract(case, provider, context, title, before)
    terms = load_contract(before).consumers if before else tuple(list_terms_in_force(contract))
    agreed = Agreed(
        context=contract.context,
        version=_propose_version(case, contract, tuple(datasets)),
        title=title,
        purpose=purpose,
        description=description,
        provider_code=provider.code,
        provider_name=provider.name,
        datasets=tuple(datasets),
        consumers=terms,
        case_number=case.number,
    )
    version = _get_draft(case, contract, before)
    version.definition, version.version = agreed.to_dict(), agreed.version
    version.save()
    return version


def _get_contract(
    case: Case, provider: Organization, context: str, title: str, before: ContractVersion | None
) -> Contract:
    if case.changes is not None:
        return case.changes
    own = before.contract if before else None
    other = Contract.objects.filter(context=context).exclude(pk=own.pk if own else 0).first()
    if other is not None:
        if not _is_free_again(other, case, provider):
            raise ContextTaken(context=context)
        own = other
    if own is None:
        return Contract.objects.create(context=context, title=title, provider=provider)
    own.title, own.provider = title, provider
    if not own.versions.exclude(odcs="").exists():
        own.context = context
    own.save()
    return own


def _is_free_again(contract: Contract, case: Case, provider: Organization) -> bool:
    """Return whether a name may be taken anew: all its cases were withdrawn or stopped, and the provider is the same.

    Rows that were delivered in them lie closed in its tables still, and they are that provider's alone.
    """
    others = contract.versions.exclude(case=case)
    over = not others.exclude(case__state__in=[Case.State.WITHDRAWN, Case.State.STOPPED]).exists()
    return over and contract.provider in list_lineage(provider)


def check_not_in_change(case: Case) -> None:
    """Lock the service that a case changes until the transaction ends. Raises: ServiceInChange, naming the other case."""
    if case.changes_id is None:
        return
    contract = Contract.objects.select_for_update().get(pk=case.changes_id)
    other = Case.objects.filter(changes=contract, state=Case.State.RUNNING).exclude(pk=case.pk).order_by("id").first()
    if other is not None:
        raise ServiceInChange(context=contract.context, number=other.number)


def _get_draft(case: Case, contract: Contract, before: ContractVersion | None) -> ContractVersion:
    if before is not None and before.state == State.DRAFT:
        before.contract = contract
        return before
    last = contract.versions.order_by("-sequence").first()
    return ContractVersion(contract=contract, case=case, sequence=last.sequence + 1 if last else 1)


def list_terms_in_force(contract: Contract) -> list[ConsumerTerms]:
    """Return the consumers' terms of the version in force, under the names that the organizations have now."""
    live = find_version_in_force(contract)
    terms = load_contract(live).consumers if live else ()
    codes = {one.organization for one in terms}
    named = Organization.objects.filter(code__in=codes).select_related("successor")
    today = {one.code: find_successor(one).code for one in named}
    return [replace(one, organization=today.get(one.organization, one.organization)) for one in terms]


def find_version_in_force(contract: Contract) -> ContractVersion | None:
    """Return the version that the last closed case put into force, or None: what a running case agrees isn't yet."""
    rows = contract.versions.filter(state=State.AGREED, case__state=Case.State.CLOSED)
    return rows.select_related("contract", "case").order_by("-sequence").first()


def _propose_version(case: Case, contract: Contract, datasets: tuple[Dataset, ...]) -> str:
    """Return the next version: 1.0.0 for a new service; a new minor that only adds, a new major that breaks.

    The last number counts the versions that were frozen in this case before.
    """
    revision = contract.versions.filter(case=case).exclude(odcs="").count()
    live = find_version_in_force(contract)
    if live is None:
        return f"1.0.{revision}"
    old = load_contract(live)
    changes = compare_contracts(old, replace(old, datasets=datasets))
    minor = int(old.version.split(".")[1])
    if any(change.breaking for change in changes):
        return f"{old.major + 1}.0.{revision}"
    return f"{old.major}.{minor + 1}.{revision}"


def freeze_version(
    case: Case, person: Person, draft: Agreed, terms: Iterable[ConsumerTerms], at: datetime
) -> ContractVersion:
    """Complete a draft with each consumer's terms, check it, and freeze it for the parties to agree.

    A minor version takes nothing from the consumers who aren't parties of its case: their terms stand in it as they
    were agreed. Of a new major version they have nothing before they agree; the older one goes on serving them.

    Raises: ContractUnready with each finding; nothing is changed then.
    """
    before = find_version(case)
    if before is None:
        raise ContractUnready
    own = tuple(terms)
    agreed = replace(draft, consumers=own, version=_propose_version(case, before.contract, draft.datasets))
    agreed = replace(agreed, consumers=(*own, *_list_kept_terms(before.contract, agreed)))
    findings = list_findings(agreed)
    if findings:
        raise ContractUnready(findings=findings)
    version = _get_draft(case, before.contract, before)
    version.version = agreed.version
    version.definition = agreed.to_dict()
    version.odcs = write_odcs(agreed)
    version.digest = hashlib.sha256(version.odcs.encode()).hexdigest()
    version.state, version.frozen_at, version.frozen_by = State.FROZEN, at, person
    version.save()
    return version


def _list_kept_terms(contract: Contract, agreed: Agreed) -> list[ConsumerTerms]:
    live = find_version_in_force(contract)
    if live is None or load_contract(live).major != agreed.major:
        return []
    own = Organization.objects.filter(code__in={one.organization for one in agreed.consumers})
    named = {predecessor.code for one in own for predecessor in list_lineage(one)}
    return [one for one in list_terms_in_force(contract) if one.organization not in named]


def record_agreement(
    version: ContractVersion,
    organization: Organization,
    role: str,
    person: Person,
    agrees: bool,
    reason: str,
    at: datetime,
) -> Agreement:
    """Keep one party's answer on one frozen version; each party answers for itself alone."""
    return Agreement.objects.create(
        contract_version=version,
        organization=organization,
        role=role,
        agrees=agrees,
        reason=reason,
        person=person,
        at=at,
    )


def conclude(version: ContractVersion, agreed: bool) -> None:
    """Close the round on a frozen version: agreed by all, or rejected."""
    version.state = State.AGREED if agreed else State.REJECTED
    version.save(update_fields=["state"])


def describe_changes(old: ContractVersion | None, new: ContractVersion) -> list[dict[str, Any]]:
    """Return what differs between two versions, for the page and the papers; [] for the first one."""
    if old is None:
        return []
    return [
        {
            "kind": change.kind,
            "path": change.path,
            "breaking": change.breaking,
            "id": change.message.id,
            "en": change.message.en,
        }
        for change in compare_contracts(load_contract(old), load_contract(new))
    ]


def supersede_older(version: ContractVersion) -> None:
    """Mark the versions that this one takes the place of, once it is in force."""
    older = version.contract.versions.filter(state__in=[State.AGREED, State.FROZEN], sequence__lt=version.sequence)
    older.update(state=State.SUPERSEDED)
