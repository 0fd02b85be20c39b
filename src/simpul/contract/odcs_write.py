"""Write a contract as an ODCS v3.1 file: deterministic YAML, hub-only facts in `customProperties`.

Source: Open Data Contract Standard v3.1.0; its schema is in `library/reference/odcs`.
"""

import re
from dataclasses import asdict
from typing import Any

import yaml

from simpul.contract.model import DECIMAL_COMMA, WHEN_UNKNOWN, Column, ConsumerTerms, Contract, Dataset
from simpul.contract.types import choose_postgres_type

API_VERSION = "v3.1.0"
DOMAIN = "simpul"
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")

CONTRACT_FACTS = {
    "context": "context",
    "providerCode": "provider_code",
    "providerName": "provider_name",
    "zone": "zone",
    "caseNumber": "case_number",
}
"""customProperties of the contract → the model's fields; likewise below for datasets and columns."""
DATASET_FACTS = {
    "accessClass": "access_class",
    "accessGround": "access_ground",
    "delivery": "delivery",
    "frequency": "frequency",
    "whenLate": "when_late",
    "filledFrom": "filled_from",
}
COLUMN_FACTS = {
    "klasifikasi": "classification",
    "ukuran": "measure",
    "satuan": "unit",
    "pdpClass": "pdp_class",
    "pdpLegalBasis": "pdp_legal_basis",
    "pdpPurpose": "pdp_purpose",
    "precision": "precision",
    "scale": "scale",
    "filledFrom": "filled_from",
    "filledWith": "filled_with",
    "codeDate": "code_date",
}


class _PlainDumper(yaml.SafeDumper):
    """Writes every value out: an alias in a contract would be refused when it is read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Quote and escape a text with breaks or controls that YAML's plainer styles would fold away."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if _CONTROLS.search(text) else None)


_PlainDumper.add_representer(str, _represent_text)


def write_odcs(contract: Contract) -> str:
    """Write a contract as YAML text; the same contract always gives the same bytes."""
    return yaml.dump(
        make_odcs(contract),
        Dumper=_PlainDumper,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=False,
    )


def make_odcs(contract: Contract) -> dict[str, Any]:
    """Make the ODCS document of a contract as plain data, in the standard's order."""
    facts = _list_facts(contract, CONTRACT_FACTS)
    facts.append({"property": "consumers", "value": [terms.to_dict() for terms in contract.consumers]})
    document = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": f"urn:simpul:{contract.context}",
        "name": contract.title,
        "version": contract.version,
        "status": contract.status,
        "domain": DOMAIN,
        "dataProduct": contract.context,
        "tenant": contract.provider_name or contract.provider_code,
        "description": _drop_empty({"purpose": contract.purpose, "usage": contract.description}),
        "schema": [_make_schema(dataset) for dataset in contract.datasets],
        "roles": [_make_role(terms) for terms in contract.consumers],
        "slaProperties": [_make_frequency(dataset) for dataset in contract.datasets],
        "customProperties": facts,
    }
    return _drop_empty(document)


def _make_schema(dataset: Dataset) -> dict[str, Any]:
    facts = _list_facts(dataset, DATASET_FACTS)
    facts.append({"property": "thresholds", "value": _drop_empty(asdict(dataset.thresholds))})
    positions = {name: number for number, name in enumerate(dataset.key, start=1)}
    return _drop_empty(
        {
            "name": dataset.name,
            "logicalType": "object",
            "physicalType": "table",
            "physicalName": dataset.name,
            "businessName": dataset.title,
            "description": dataset.description,
            "properties": [_make_property(column, positions.get(column.name)) for column in dataset.columns],
            "customProperties": facts,
        }
    )


def _make_property(column: Column, key_position: int | None) -> dict[str, Any]:
    facts = _list_facts(column, COLUMN_FACTS)
    if column.format == DECIMAL_COMMA:
        facts.append({"property": "textFormat", "value": DECIMAL_COMMA})
    if column.code_list is not None:
        codes = list(column.code_list) if isinstance(column.code_list, tuple) else column.code_list
        facts.append({"property": "codeList", "value": codes})
    if column.when_unknown != WHEN_UNKNOWN[0]:
        facts.append({"property": "whenUnknown", "value": column.when_unknown})
    written = {
        "name": column.name,
        "logicalType": column.logical_type,
        "physicalType": choose_postgres_type(column),
        "businessName": column.title,
        "description": column.definition,
        "primaryKey": column.key or None,
        "primaryKeyPosition": key_position,
        "required": column.required or None,
        "unique": column.unique or None,
        "logicalTypeOptions": _make_options(column),
        "classification": f"personal-{column.pdp_class}" if column.is_personal else None,
        "examples": [column.example] if column.example is not None else [],
        "quality": _make_quality(column),
        "customProperties": facts,
    }
    return _drop_empty(written)


def _make_options(column: Column) -> dict[str, Any]:
    options = {
        "maxLength": column.length,
        "pattern": column.pattern,
        "format": column.format if column.format != DECIMAL_COMMA else None,
        "minimum": column.minimum,
        "maximum": column.maximum,
    }
    return {name: value for name, value in options.items() if value is not None}


def _make_quality(column: Column) -> list[dict[str, Any]]:
    """Say a list of codes in the standard's own words too, so that other tools can measure it."""
    if not isinstance(column.code_list, tuple) or not column.code_list:
        return []
    arguments = {"validValues": list(column.code_list)}
    return [{"type": "library", "metric": "invalidValues", "arguments": arguments, "mustBe": 0}]


def _make_role(terms: ConsumerTerms) -> dict[str, Any]:
    return _drop_empty(
        {"role": f"consumer:{terms.organization}:{terms.dataset}", "access": "read", "description": terms.purpose}
    )


def _make_frequency(dataset: Dataset) -> dict[str, Any]:
    return {"property": "frequency", "value": dataset.frequency, "element": dataset.name}


def _list_facts(record: object, names: dict[str, str]) -> list[dict[str, Any]]:
    values = ((written, getattr(record, held)) for written, held in names.items())
    return [{"property": written, "value": value} for written, value in values if value not in ("", None)]


def _drop_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None and value != "" and value not in ([], {})}
