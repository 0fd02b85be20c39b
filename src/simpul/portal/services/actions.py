"""Putting a contract into the exchange: publications, grants, applications and keys.

The portal writes rows and enqueues; only the worker makes tables (`publishing`). All of these run inside an action's
transaction, so that a publication that nobody committed is never seen by the exchange.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from simpul.access.keys import NewKey, make_key
from simpul.contract.compare import compare_contracts
from simpul.contract.compile import compile_publication
from simpul.contract.model import ConsumerTerms, Contract
from simpul.kernel.clock import local, now
from simpul.kernel.errors import Finding
from simpul.portal.audit.actions import record
from simpul.portal.cases.models import Case
from simpul.portal.contracts.actions import find_version_in_force
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import find_successor, list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import has_role
from simpul.portal.services.absent import remove_absent_datasets
from simpul.portal.services.errors import (
    ApplicationNameMissing,
    BreakingChange,
    NoGrant,
    NotYourApplication,
    TooManyKeys,
)
from simpul.portal.services.lifecycle import succeed
from simpul.portal.services.models import TESTING_APPLICATION, ApiKey, Application, Dataset, Grant, Publication
from simpul.portal.services.showing import ENDED, grants_not_ended
from simpul.store.queue import defer

KEY_DAYS = {"test": 180, "live": 365}
STAGE_OF_KEY = {"test": "sandbox", "live": "live"}
Stage, State = Publication.Stage, Publication.State


def publish(version: ContractVersion, stage: str) -> Publication:
    """Publish an agreed version to a stage: rows now, tables by the worker within a moment.

    A live service that is open stays open while a minor version is added to it.
    Raises: BreakingChange where a live service's programs would fail: that takes a new major version.
    """
    contract = load_contract(version)
    if stage == Stage.LIVE:
        _check_minor(version, contract)
    rows = Publication.objects.filter(context=contract.context, major=contract.major, stage=stage)
    publication = rows.select_for_update().first()  # a worker may be preparing it for an earlier version
    if publication is None:
        publication = Publication(context=contract.context, major=contract.major, stage=stage)
    if publication.state not in (State.LIVE, State.DEPRECATED):
        publication.state = State.PREPARING
    remove_absent_datasets(publication, [one.name for one in contract.datasets])
    publication.contract_version, publication.problem = version, ""
    publication.save()
    defer(connection, "publish", lock=f"publish:{contract.context}", publication_id=publication.pk)
    return publication


def _check_minor(version: ContractVersion, contract: Contract) -> None:
    """Check that a version of the major in force only adds to it; the consumers' terms are theirs to agree on."""
    force = find_version_in_force(version.contract)
    if force is None or force.pk == version.pk:
        return
    old = load_contract(force)
    if old.major == contract.major:
        changes = compare_contracts(old, replace(old, datasets=contract.datasets))
        breaking = [change for change in changes if change.breaking]
        if breaking:
            findings = [Finding(change.path, "breaking", change.message) for change in breaking]
            raise BreakingChange(findings=findings, major=str(old.major))


def write_compiled(publication: Publication) -> None:
    """Write the compiled contract and the datasets' rows; the exchange reads both."""
    version = publication.contract_version
    compiled = compile_publication(load_contract(version), publication.stage)
    provider = version.contract.provider
    compiled["provider"] = {"id": provider.pk, "code": provider.code, "name": provider.name}
    for name, dataset in compiled["datasets"].items():
        Dataset.objects.update_or_create(
            publication=publication,
            name=name,
            defaults={"schema_name": dataset["schema"], "table_name": dataset["table"]},
        )
    publication.compiled = compiled


def grant_provider(publication: Publication, case: Case) -> None:
    """Give the provider reading and delivering of all columns of its own datasets; whoever was provider before loses it."""
    provider = publication.contract_version.contract.provider
    rows = Grant.objects.filter(dataset__publication=publication, role="penyedia", revoked_at=None)
    rows.exclude(organization=provider).update(revoked_at=now())
    for dataset in publication.datasets.all():
        _replace_grant(
            dataset,
            provider,
            "penyedia",
            case,
            columns=list(publication.compiled["datasets"][dataset.name]["columns"]),
            operations=["read", "deliver"],
            purpose="Penyedia data",
            valid_from=local(now()).date(),
        )


def grant_consumers(
    publication: Publication, case: Case, *, trial_until: date | None = None, only: Organization | None = None
) -> list[Grant]:
    """Give the consumers what the contract says of each; with `trial_until`, for a trial until that day alone.

    A trial stands beside what was agreed before: a consumer of a live service never loses by trying its next version.
    """
    contract = load_contract(publication.contract_version)
    terms = [one for one in contract.consumers if only is None or one.organization == only.code]
    named = Organization.objects.filter(code__in=[one.organization for one in terms]).select_related("successor")
    organizations = {one.code: find_successor(one) for one in named}
    datasets = {one.name: one for one in publication.datasets.all()}
    return [
        _grant_terms(datasets[one.dataset], organizations[one.organization], one, case, trial_until)
        for one in terms
        if one.columns and one.dataset in datasets
    ]


def _grant_terms(
    dataset: Dataset, organization: Organization, terms: ConsumerTerms, case: Case, trial_until: date | None
) -> Grant:
    until = date.fromisoformat(terms.valid_until) if terms.valid_until else None
    agreed_from = date.fromisoformat(terms.valid_from) if terms.valid_from else local(now()).date()
    is_test = dataset.publication.stage == Stage.SANDBOX
    return _replace_grant(
        dataset,
        organization,
        "pemanfaat",
        case,
        columns=list(terms.columns),
        row_filter=terms.row_filter,
        masks=dict(terms.masks),
        operations=["read"],
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        valid_from=local(now()).date() if trial_until or is_test else agreed_from,
        valid_until=trial_until or (None if is_test else until),
        trial_until=trial_until,
    )


def _replace_grant(dataset: Dataset, organization: Organization, role: str, case: Case, **terms: object) -> Grant:
    """Put a new grant in the place of the one in force, which is kept as revoked; a trial replaces trials alone.

    The networks that calls may come from were set beside the contract, so they go over to the new grant.
    """
    rows = Grant.objects.filter(dataset=dataset, organization=organization, role=role, revoked_at=None)
    last = rows.order_by("-id").first()
    if terms.get("trial_until"):
        rows = rows.exclude(trial_until=None)
    rows.update(revoked_at=now())
    addresses = last.addresses if last is not None else []
    return Grant.objects.create(
        dataset=dataset, organization=organization, role=role, case=case, addresses=addresses, **terms
    )


def revoke_absent_consumers(publication: Publication, codes: Iterable[str]) -> None:
    """Revoke the grants of consumers that the contract in force no longer names, itself or by its predecessor."""
    named = Organization.objects.filter(code__in=list(codes)).select_related("successor")
    rows = Grant.objects.filter(dataset__publication=publication, role="pemanfaat", revoked_at=None)
    rows.exclude(organization__in=[find_successor(one) for one in named]).update(revoked_at=now())


def go_live(publication: Publication, case: Case) -> None:
    """Open a verified service to its consumers by the agreed terms; an older major version becomes deprecated."""
    contract = load_contract(publication.contract_version)
    publication.state = State.LIVE
    publication.save(update_fields=["state", "updated_at"])
    grant_consumers(publication, case)
    revoke_absent_consumers(publication, {one.organization for one in contract.consumers})
    succeed(publication)


def close_case_services(case: Case, reason: str) -> list[dict[str, object]]:
    """Close what a stopped or withdrawn case has opened: its sandbox, its verification, its grants on them.

    Rows already delivered stay in their tables, closed to all. A service that was live before the case serves the
    version in force again, also in its sandbox. Returns: what became of each publication and its rows, for the log.
    """
    closed: list[dict[str, object]] = []
    for publication in Publication.objects.filter(contract_version__case=case).select_for_update(of=("self",)):
        before = find_version_in_force(publication.contract_version.contract)
        rows = {one.name: one.row_count for one in publication.datasets.order_by("id")}
        grants = Grant.objects.filter(dataset__publication=publication, revoked_at=None)
        if before is not None and load_contract(before).major == publication.major:
            _revoke_grants(grants.filter(case=case, role="pemanfaat"), publication.stage)
            publication = publish(before, publication.stage)
        else:
            publication.state, publication.problem = State.CLOSED, reason
            publication.save(update_fields=["state", "problem", "updated_at"])
            _revoke_grants(grants, publication.stage)
        version = publication.contract_version.version
        closed.append({"stage": publication.stage, "state": publication.state, "version": version, "rows": rows})
    return closed


def _revoke_grants(grants: QuerySet[Grant], stage: str) -> None:
    organizations = {one.organization for one in grants.select_related("organization")}
    grants.update(revoked_at=now())
    _revoke_useless_keys(organizations, stage)


def _revoke_useless_keys(organizations: set[Organization], stage: str) -> None:
    """Revoke the keys of who has nothing left to call in a stage; the keys of other services stay."""
    idle = [one for one in organizations if not has_grant(one, stage)]
    kinds = [kind for kind, of_stage in STAGE_OF_KEY.items() if of_stage == stage]
    ApiKey.objects.filter(application__organization__in=idle, stage__in=kinds, revoked_at=None).update(revoked_at=now())


@transaction.atomic
def get_application(person: Person, organization: Organization, name: str) -> Application:
    """Return an organization's application by name, made if it isn't there.

    Raises: NotYourApplication, ApplicationNameMissing.
    """
    check_programmer(person, organization)
    name = " ".join(name.split())
    if not name.isprintable() or not 1 <= len(name) <= 100 or name == TESTING_APPLICATION:
        raise ApplicationNameMissing
    application, made = Application.objects.get_or_create(
        organization=organization, name=name, defaults={"created_by": person}
    )
    if made:
        record(person, "application.create", "application", str(application.pk), organization=organization.code)
    return application


def check_programmer(person: Person, organization: Organization) -> None:
    """Raise NotYourApplication unless the person is a Pemrogram OPD of this organization (or of its successor)."""
    if not (has_role(person, Role.PEMROGRAM_OPD) and organization in list_lineage(person.organization)):
        raise NotYourApplication


@transaction.atomic
def issue_key(person: Person, application: Application, stage: str) -> NewKey:
    """Make a key, to be shown once; two at most are valid at a time in each stage.

    Raises: NotYourApplication, NoGrant (the organization may do nothing in that stage), TooManyKeys.
    """
    check_programmer(person, application.organization)
    if application.name == TESTING_APPLICATION:
        raise NotYourApplication
    if not has_grant(application.organization, STAGE_OF_KEY[stage]):
        raise NoGrant
    Application.objects.select_for_update().get(pk=application.pk)
    if application.keys.filter(stage=stage, revoked_at=None, expires_at__gt=now()).count() >= 2:
        raise TooManyKeys
    key = keep_key(application, stage, person, now() + timedelta(days=KEY_DAYS[stage]))
    record(person, "key.issue", "application", str(application.pk), key=key.key_id, stage=stage)
    return key


def has_grant(organization: Organization, stage: str) -> bool:
    """Return whether an organization was granted something in a stage that hasn't ended yet."""
    rows = Grant.objects.filter(grants_not_ended(), organization=organization, dataset__publication__stage=stage)
    return rows.exclude(dataset__publication__state__in=ENDED).exists()


def keep_key(application: Application, stage: str, person: Person | None, expires_at: datetime) -> NewKey:
    """Make a key and keep its digest."""
    key = make_key(stage)  # type: ignore[arg-type]
    ApiKey.objects.create(
        application=application,
        key_id=key.key_id,
        digest=key.digest,
        stage=stage,
        created_by=person,
        expires_at=expires_at,
    )
    return key


@transaction.atomic
def revoke_key(person: Person, key: ApiKey) -> None:
    """Revoke a key at once, by its programmer or the Pengelola Sistem. Raises: NotYourApplication."""
    if not has_role(person, Role.PENGELOLA_SISTEM):
        check_programmer(person, key.application.organization)
    if key.revoked_at is None:
        key.revoked_at = now()
        key.save(update_fields=["revoked_at"])
        record(person, "key.revoke", "application", str(key.application_id), key=key.key_id)
