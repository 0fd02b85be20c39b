"""What papers say of a contract: its datasets and elements, each consumer's share, thresholds, who agreed."""

from typing import Any

from simpul.contract.ddl import compile_ddl
from simpul.contract.model import Column, ConsumerTerms, Contract, Dataset
from simpul.kernel.clock import local
from simpul.portal.activities.activity import ActContext
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.contracts.queries import load_contract
from simpul.portal.organizations.models import Organization
from simpul.portal.references.queries import find_titles
from simpul.portal.services.models import Publication
from simpul.portal.services.queries import find_publication, make_address

Facts = dict[str, Any]
TYPES = {
    "string": "teks",
    "integer": "bilangan bulat",
    "number": "desimal",
    "boolean": "ya/tidak",
    "date": "tanggal",
    "timestamp": "tanggal dan jam",
    "time": "jam",
    "object": "objek",
}
DELIVERIES = {"upload": "unggah berkas lewat portal", "push": "dikirim program lewat API"}
MASKS = {"hidden": "disembunyikan", "hashed": "disamarkan", "last4": "empat karakter terakhir"}
STAGES = {"sandbox": "uji coba", "live": "aktif"}


def describe_version(version: ContractVersion) -> Facts:
    """Return the contract itself as a paper names it: context, version, digest, addresses so far."""
    contract = load_contract(version)
    published = [find_publication(version, stage) for stage in (Publication.Stage.SANDBOX, Publication.Stage.LIVE)]
    return {
        "context": contract.context,
        "version": contract.version,
        "standard": "v3.1.0",
        "sha256": version.digest,
        **({"frozen_at": local(version.frozen_at).isoformat(timespec="seconds")} if version.frozen_at else {}),
        "addresses": [
            {"stage": STAGES[one.stage], "address": make_address(one)} for one in published if one is not None
        ],
    }


def describe_datasets(contract: Contract, application: str) -> list[Facts]:
    """Return each dataset with its elements, with the database's column types."""
    types = {
        plan.table: {column.name: column.type for column in plan.columns} for plan in compile_ddl(contract, "live")
    }
    lists = find_titles()
    return [_describe_dataset(one, contract, application, types.get(one.name, {}), lists) for one in contract.datasets]


def _describe_dataset(
    dataset: Dataset, contract: Contract, application: str, types: dict[str, str], lists: dict[str, str]
) -> Facts:
    return {
        "name": dataset.name,
        "title": dataset.title or dataset.name,
        "owner": contract.provider_name,
        "application": application,
        "access": dataset.access_class,
        **({"access_ground": dataset.access_ground} if dataset.access_ground else {}),
        "elements": [_describe_element(column, types.get(column.name, ""), lists) for column in dataset.columns],
    }


def _describe_element(column: Column, column_type: str, lists: dict[str, str]) -> Facts:
    facts = {
        "name": column.name,
        "type": TYPES[column.logical_type],
        "length": str(column.length) if column.length else "",
        "unit": column.unit,
        "required": column.required or column.key,
        "unique": column.unique or column.key,
        "key": column.key,
        "code_list": _describe_codes(column, lists),
        "personal": column.pdp_class if column.is_personal else "",
        "concept": column.title,
        "definition": column.definition,
        "classification": column.classification,
        "measure": column.measure,
        "column_type": column_type,
    }
    return {name: value for name, value in facts.items() if value not in ("", None)}


def _describe_codes(column: Column, lists: dict[str, str]) -> str:
    """Return the codes themselves, or the shared list's title with its name."""
    if not isinstance(column.code_list, str):
        return "; ".join(column.code_list or ())
    title = lists.get(column.code_list)
    named = f"{title} ({column.code_list})" if title else column.code_list
    return f"{named}, berlaku pada {column.code_date}" if column.code_date else named


def describe_shares(contract: Contract) -> list[Facts]:
    """Return what each consumer gets of each dataset."""
    names = dict(
        Organization.objects.filter(code__in={one.organization for one in contract.consumers}).values_list(
            "code", "name"
        )
    )
    return [_describe_share(one, names.get(one.organization, one.organization)) for one in contract.consumers]


def _describe_share(terms: ConsumerTerms, name: str) -> Facts:
    masks = dict(terms.masks)
    facts = {
        "consumer": name,
        "dataset": terms.dataset,
        "columns": [f"{one} ({MASKS[masks[one]]})" if one in masks else one for one in terms.columns],
        "rows": terms.row_filter or "semua baris",
        "purpose": terms.purpose or "-",
        "legal_basis": terms.legal_basis,
        "until": terms.valid_until,
    }
    return {key: value for key, value in facts.items() if value}


def describe_thresholds(contract: Contract) -> list[Facts]:
    """Return the quality that the parties agreed on, a line a dimension and dataset."""
    many = len(contract.datasets) > 1
    lines = []
    for one in contract.datasets:
        prefix = f"{one.title or one.name}: " if many else ""
        limits = one.thresholds
        lines.append({"dimension": f"{prefix}Kelengkapan", "target": f"paling sedikit {limits.completeness:g}%"})
        lines.append({"dimension": f"{prefix}Kesahihan", "target": f"paling sedikit {limits.validity:g}%"})
        lines.append({"dimension": f"{prefix}Baris tertolak", "target": f"paling banyak {limits.refused_share:g}%"})
        if one.max_age_days:
            lines.append({"dimension": f"{prefix}Ketepatan waktu", "target": f"paling lama {one.max_age_days} hari"})
    return lines


def describe_rhythm(contract: Contract) -> Facts:
    """Return how often and by which way the data come."""
    return {
        "frequency": ", ".join(dict.fromkeys(one.frequency for one in contract.datasets)),
        "delivery": ", ".join(dict.fromkeys(DELIVERIES[one.delivery] for one in contract.datasets)),
    }


def describe_agreements(version: ContractVersion) -> list[Facts]:
    """Return who agreed in the hub, in order; a click is no signature, and the papers say so."""
    return [
        {
            "who": one.person.position or one.person.name,
            "organization": one.organization.name,
            "role": one.role.replace("_", " "),
            "at": local(one.at).isoformat(timespec="seconds"),
        }
        for one in version.agreements.filter(agrees=True).select_related("organization", "person").order_by("at")
    ]


def describe_contact(context: ActContext) -> Facts:
    """Return the contact person of the letter."""
    letter = context.answers(1, "kirim")
    return {part: letter.get(f"contact_{part}") or "-" for part in ("name", "email", "phone")}
