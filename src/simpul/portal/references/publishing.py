"""The worker's part: the lists as a service of the exchange that every organization may read.

Each list is a dataset of the context `referensi`; a version that comes into force is delivered into it through the same
pipeline as everybody's rows, so that consumers have pages, ETags and the change feed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings
from django.db import transaction

from simpul.contract.check import check_contract
from simpul.contract.ddl import compile_ddl
from simpul.contract.model import Contract as Agreed
from simpul.contract.model import Dataset as AgreedDataset
from simpul.contract.odcs import write_odcs
from simpul.delivery.envelope import Envelope
from simpul.delivery.pipeline import deliver
from simpul.delivery.quarantine import open_quarantine
from simpul.delivery.sheet import Row, Sheet
from simpul.delivery.target import make_target
from simpul.kernel.clock import local, now
from simpul.portal.contracts.models import Contract, ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.organizations.models import Organization
from simpul.portal.references.models import CodeList, CodeListVersion
from simpul.portal.references.organizations import refresh_organizations
from simpul.portal.references.queries import CONTEXT, find_current, list_entries
from simpul.portal.references.reading import ENTRY
from simpul.portal.services.actions import write_compiled
from simpul.portal.services.driver import get_driver_connection
from simpul.portal.services.models import Dataset, Grant, Publication
from simpul.store.datasets import create_dataset_tables

Stage, State = Publication.Stage, Publication.State
_OPEN = {Stage.SANDBOX: State.OPEN, Stage.LIVE: State.LIVE}
_PURPOSE = "Kode rujukan bersama, agar data antarinstansi dapat dipadankan"


def publish_code_lists() -> None:
    """Bring the organizations' list and the exchange up to date with what is in force today. May run at any time.

    A hub without Kominfo has no provider yet: nothing is published. Cost: some queries where nothing changed.
    """
    provider = Organization.objects.filter(kind=Organization.Kind.KOMINFO).order_by("id").first()
    if provider is None:
        return
    with transaction.atomic():
        refresh_organizations()
    with transaction.atomic():
        _publish(provider)


def _publish(provider: Organization) -> None:
    """Publish what is in force; nothing where an agency's own service has the lists' name since before there were any."""
    current = {one.name: version for one in CodeList.objects.order_by("name") if (version := find_current(one))}
    if not current or ContractVersion.objects.filter(contract__context=CONTEXT, case__isnull=False).exists():
        return
    contract_version = _keep_contract(provider, current)
    for stage in (Stage.SANDBOX, Stage.LIVE):
        publication = _open(contract_version, stage)
        _grant_everyone(publication)
        for name, one in current.items():
            _deliver(publication, publication.datasets.get(name=name), one)
    CodeListVersion.objects.filter(pk__in=[one.pk for one in current.values()], published_at=None).update(
        published_at=now()
    )


def _keep_contract(provider: Organization, current: dict[str, CodeListVersion]) -> ContractVersion:
    """Return the service's contract version, a new minor one where the lists or what is told of them changed."""
    contract, _ = Contract.objects.get_or_create(
        context=CONTEXT, defaults={"title": "Data referensi", "provider": provider}
    )
    last = contract.versions.select_related("contract__provider").order_by("-sequence").first()
    sequence = last.sequence + 1 if last else 1
    agreed = Agreed(
        context=CONTEXT,
        version=f"1.{sequence - 1}.0",
        title=contract.title,
        purpose=_PURPOSE,
        description="Daftar kode yang dipakai kontrak pada hub ini.",
        provider_code=contract.provider.code,
        provider_name=contract.provider.name,
        datasets=tuple(_describe(one) for one in current.values()),
        status="active",
    )
    if last is not None and replace(load_contract(last), version=agreed.version) == agreed:
        return last
    check_contract(agreed)
    odcs = write_odcs(agreed)
    return ContractVersion.objects.create(
        contract=contract,
        case=None,
        sequence=sequence,
        version=agreed.version,
        state=ContractVersion.State.AGREED,
        definition=agreed.to_dict(),
        odcs=odcs,
        digest=hashlib.sha256(odcs.encode()).hexdigest(),
        frozen_at=now(),
    )


def _describe(version: CodeListVersion) -> AgreedDataset:
    told = (
        version.code_list.description,
        f"Sumber: {version.source}.",
        f"Keputusan: {version.decision_number}." if version.decision_number else "",
        f"Lisensi: {version.licence}." if version.licence else "",
    )
    return replace(
        ENTRY,
        name=version.code_list.name,
        title=version.code_list.title,
        description=" ".join(part for part in told if part),
        access_class="terbuka",
    )


def _open(version: ContractVersion, stage: str) -> Publication:
    publication = Publication.objects.filter(context=CONTEXT, major=1, stage=stage).select_for_update().first()
    if publication is not None and publication.contract_version_id == version.pk:
        return publication
    publication = publication or Publication(context=CONTEXT, major=1, stage=stage)
    publication.contract_version, publication.state = version, _OPEN[Stage(stage)]
    create_dataset_tables(get_driver_connection(), compile_ddl(load_contract(version), stage))
    publication.save()
    write_compiled(publication)
    publication.save()
    return publication


def _grant_everyone(publication: Publication) -> None:
    """Let every organization that exists today read every list."""
    today = local(now()).date()
    organizations = Organization.objects.exclude(valid_to__lt=today).values_list("pk", flat=True)
    held = set(
        Grant.objects.filter(dataset__publication=publication, revoked_at=None).values_list(
            "dataset_id", "organization_id"
        )
    )
    columns = [column.name for column in ENTRY.columns]
    missing = [
        (dataset.pk, organization)
        for dataset in publication.datasets.all()
        for organization in organizations
        if (dataset.pk, organization) not in held
    ]
    Grant.objects.bulk_create(
        Grant(
            dataset_id=dataset,
            organization_id=organization,
            role="pemanfaat",
            columns=columns,
            operations=["read"],
            purpose=_PURPOSE,
            valid_from=today,
        )
        for dataset, organization in missing
    )


def _deliver(publication: Publication, dataset: Dataset, version: CodeListVersion) -> None:
    """Deliver a version's entries, unless the dataset's last batch brought that version."""
    name = f"{version.code_list.name}.v{version.number}"
    last = dataset.batches.order_by("-id").first()
    if last is not None and last.file_name == name:
        return
    envelope = Envelope(
        digest=bytes(version.digest),
        quarantine=open_quarantine(settings.HUB.SIMPUL_HOME / "keys"),
        person_id=version.decided_by_id,
        file_name=name,
        mode="replace",
        all_or_nothing=True,
    )
    sheet = Sheet("json", [column.name for column in ENTRY.columns], _list_rows(version))
    deliver(get_driver_connection(), make_target(dataset.pk, publication.compiled, dataset.name), sheet, envelope)


def _list_rows(version: CodeListVersion) -> Iterator[Row]:
    for position, entry in enumerate(list_entries(version), start=1):
        first = entry.valid_from.isoformat() if entry.valid_from else None
        last = entry.valid_to.isoformat() if entry.valid_to else None
        yield position, [entry.code, entry.name, first, last]
