"""The OpenAPI document: complete, self-contained, about this contract and stage only."""

import json
import re
from collections.abc import Iterator
from typing import Any

from contract_strategies import contracts, make_contract
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from simpul.contract import openapi_parts
from simpul.contract.model import Contract
from simpul.contract.openapi import write_openapi
from simpul.contract.openapi_writes import add_writes
from simpul.query.operators import OPERATORS
from simpul.query.preferences import MEDIA


def list_references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == "$ref")
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from list_references(item)


def find_reference(document: Any, reference: str) -> Any:
    for name in reference.removeprefix("#/").split("/"):
        document = document[name]
    return document


@given(contracts())
@settings(max_examples=25, deadline=None)
def test_document_is_whole(contract: Contract) -> None:
    document = write_openapi(contract, "sandbox", "https://api.contoh.go.id/")
    add_writes(document, contract, [dataset.name for dataset in contract.datasets])
    assert json.loads(json.dumps(document)) == document
    for reference in list_references(document):
        assert find_reference(document, reference)
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["responses"] for operation in operations)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_only_who_may_write_is_told_how() -> None:
    contract = make_contract()
    document = write_openapi(contract, "live", "http://x")
    names = [dataset.name for dataset in contract.datasets]
    add_writes(document, contract, names[:1])
    assert {"get", "post", "put", "patch", "delete"} == set(document["paths"][f"/{names[0]}"])
    assert all(set(document["paths"][f"/{name}"]) == {"get"} for name in names[1:])
    put = document["paths"][f"/{names[0]}"]["put"]
    assert [one["name"] for one in put["parameters"] if "name" in one] == list(contract.datasets[0].key)


def test_document_names_stage_version_and_keys() -> None:
    document = write_openapi(make_contract(version="2.0.1"), "live", "https://api.contoh.go.id")
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == "2.0.1"
    assert document["servers"][0]["url"] == "https://api.contoh.go.id/api/wilayah/v2"
    assert set(document["components"]["securitySchemes"]) == {"bearer", "x_api_key", "apikey"}
    sandbox = write_openapi(make_contract(), "sandbox", "https://api.contoh.go.id")
    assert sandbox["servers"][0]["url"].endswith("/sandbox/wilayah/v1")


def test_every_column_can_be_filtered_and_no_personal_example_is_shown() -> None:
    document = write_openapi(make_contract(), "live", "http://x")
    parameters = document["paths"]["/kecamatan"]["get"]["parameters"]
    examples = {parameter["name"]: parameter["example"] for parameter in parameters if "name" in parameter}
    assert examples["kode"] == "eq.63.05"
    assert examples["nik_camat"] == "eq.nilai"
    assert set(examples) == {"kode", "nama", "penduduk", "luas", "dibentuk", "jenis", "nik_camat"}


def test_filters_know_every_operator_of_the_grammar() -> None:
    assert tuple(OPERATORS) == openapi_parts.OPERATORS
    document = write_openapi(make_contract(), "live", "http://x")
    (kode,) = (one for one in document["paths"]["/kecamatan"]["get"]["parameters"] if one.get("name") == "kode")
    for text in ("eq.63", "not.in.(a,b)", "eq(any).{1,2}", "plfts(indonesian).kata", "is.null"):
        assert re.search(kode["schema"]["pattern"], text), text
    for text in ("63.05", "sama.1", "eq"):
        assert not re.search(kode["schema"]["pattern"], text), text


def test_reading_tells_every_parameter_preference_and_media_type() -> None:
    document = write_openapi(make_contract(), "live", "http://x")
    read = document["paths"]["/kecamatan"]["get"]
    told = document["components"]["parameters"]
    assert {"select", "order", "limit", "offset", "after", "and", "or"} <= set(told)
    assert all(f"{name}" in told["prefer_read"]["description"] for name in ("count", "timezone", "handling", "receipt"))
    media = set(read["responses"]["200"]["content"])
    assert media == {"application/json", "application/x-ndjson", "text/csv", "application/vnd.pgrst.object+json"}
    assert media <= set(MEDIA)
    assert {"206", "304", "416"} <= set(read["responses"])


def test_delivery_and_errors_are_described() -> None:
    document = write_openapi(make_contract(), "live", "http://x")
    post = document["paths"]["/kecamatan/batches"]["post"]
    assert {"201", "401", "403", "409", "422", "503"} <= set(post["responses"])
    assert document["components"]["schemas"]["Galat"]["required"] == ["code", "message", "details", "hint"]
