"""The ODCS file: what is written is official, deterministic and read back whole; hostile files are refused."""

import pytest
import yaml
from contract_strategies import contracts, make_contract
from hypothesis import given, settings

from simpul.contract.check import list_findings
from simpul.contract.errors import ContractUnreadable
from simpul.contract.model import Column, ConsumerTerms, Contract, Dataset
from simpul.contract.odcs import find_schema_faults, load_odcs, read_odcs, write_odcs

FOREIGN = """
apiVersion: v3.0.2
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
version: 1.1
status: active
name: Seller payments
tenant: ClimateQuantumInc
description: {purpose: Views built on seller tables, usage: Predict sales, limitations: none}
schema:
  - name: tbl-Payments 1
    physicalType: table
    properties:
      - {name: Txn Ref Date, logicalType: date, physicalType: date, required: true}
      - {name: order, logicalType: string, primaryKey: true, required: true, logicalTypeOptions: {maxLength: 10}}
      - {name: rcvr_id, logicalType: array, classification: restricted}
      - {name: amount, logicalType: decimal, examples: [12.5], quality: [{metric: invalidValues, arguments: {validValues: [1, 2]}}]}
slaProperties: [{property: latency, value: 4, unit: d}]
"""


@given(contracts())
@settings(max_examples=25, deadline=None)
def test_contract_survives_its_file_and_the_file_is_official(contract: Contract) -> None:
    text = write_odcs(contract)
    assert read_odcs(text) == contract
    assert write_odcs(read_odcs(text)) == text
    assert find_schema_faults(load_odcs(text)) == []
    assert list_findings(contract) == []


@given(contracts())
@settings(max_examples=25, deadline=None)
def test_contract_survives_plain_json(contract: Contract) -> None:
    assert Contract.from_dict(yaml.safe_load(yaml.safe_dump(contract.to_dict()))) == contract


def test_foreign_contract_is_read_as_far_as_it_goes() -> None:
    contract = read_odcs(FOREIGN)
    dataset = contract.datasets[0]
    assert (contract.context, contract.version, contract.purpose) == (
        "seller_payments",
        "1.1",
        "Views built on seller tables",
    )
    assert (dataset.name, dataset.title) == ("tbl_payments_1", "tbl-Payments 1")
    assert [column.name for column in dataset.columns] == ["txn_ref_date", "kolom_order", "rcvr_id", "amount"]
    assert [column.logical_type for column in dataset.columns] == ["date", "string", "object", "number"]
    assert dataset.columns[1].key
    assert dataset.columns[2].pdp_class == "umum"
    assert dataset.columns[3].code_list == ("1", "2")


def test_each_accepted_version_has_a_schema() -> None:
    for version in ("v3.0.0", "v3.0.2", "v3.1.0", "v3.2.0"):
        document = {"apiVersion": version, "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "draft"}
        assert find_schema_faults(document) == []


def test_official_schema_names_a_wrong_part() -> None:
    document = load_odcs(write_odcs(make_contract()))
    document["schema"][0]["properties"][0]["logicalType"] = "money"
    faults = find_schema_faults(document)
    assert [fault.where for fault in faults][:1] == ["schema/0/properties/0/logicalType"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "kind: DataContract",
        "apiVersion: v2.2.2\nkind: DataContract",
        "apiVersion: v3.1.0\nkind: Other",
        "apiVersion: v3.1.0\nname: [",
        "apiVersion: v3.1.0\nname: !!python/object/apply:os.system [id]",
        "apiVersion: v3.1.0\na: &a [1]\nb: *a",
        "apiVersion: v3.1.0\nname: x\nname: y",
        "apiVersion: v3.1.0\nname: " + "[" * 500 + "]" * 500,
        "apiVersion: v3.1.0\nname: " + "x" * 1_000_001,
        "apiVersion: v3.1.0\n? {a: 1}\n: b",
        "apiVersion: v3.1.0\nname: \x00",
        "apiVersion: v3.1.0\n<<: 1",
    ],
)
def test_hostile_or_foreign_file_is_refused_with_words(text: str) -> None:
    with pytest.raises(ContractUnreadable) as refusal:
        read_odcs(text)
    assert refusal.value.message.id
    assert refusal.value.hint.id


@pytest.mark.parametrize(
    "part", ["schema: 5", "schema: [1, {}]", "description: []", "customProperties: {}", "version:"]
)
def test_odd_parts_are_read_without_falling_over(part: str) -> None:
    contract = read_odcs(f"apiVersion: v3.1.0\nkind: DataContract\nname: x\n{part}\n")
    assert list_findings(contract)


def test_a_code_that_looks_like_yaml_truth_stays_text() -> None:
    text = write_odcs(make_contract()).replace("- kecamatan\n", "- 'no'\n")
    columns = {column.name: column for column in read_odcs(text).datasets[0].columns}
    assert columns["jenis"].code_list == ("no", "kelurahan", "desa")


@pytest.mark.parametrize(
    "text", ["\x85", "a\u2028b", "\r\n baris\r\n", "\ufeff", "\x00", "\t", " depan", "a: b #c", "'\"", "~"]
)
def test_odd_text_survives_the_file(text: str) -> None:
    contract = make_contract(description=text)
    assert read_odcs(write_odcs(contract)) == contract


def test_masks_and_the_filling_of_a_new_major_survive_the_file() -> None:
    columns = (Column("kode", key=True, filled_from="id"), Column("sumber", filled_with="sensus"))
    contract = make_contract(
        version="2.0.0",
        datasets=(Dataset("desa", "Desa", columns=columns, filled_from="kelurahan", when_late="tolak"),),
        consumers=(
            ConsumerTerms("DISDIK", "desa", ("kode", "sumber"), masks=(("kode", "last4"), ("sumber", "hashed"))),
        ),
    )
    assert read_odcs(write_odcs(contract)) == contract
    assert Contract.from_dict(contract.to_dict()) == contract
    assert "masks:\n      kode: last4\n      sumber: hashed\n" in write_odcs(contract)
