"""Tables and publication: never char(n), names within 63 bytes, the key unique."""

import json

from contract_strategies import contracts, make_contract
from hypothesis import given, settings

from simpul.contract.compile import compile_publication
from simpul.contract.ddl import compile_ddl, name_schema
from simpul.contract.model import Column, Contract, Dataset


def test_example_becomes_one_table() -> None:
    plan = compile_ddl(make_contract(version="2.1.0"), "live")[0]
    assert (plan.schema, plan.table, plan.key, plan.unique) == ("wilayah_v2_live", "kecamatan", ("kode",), ())
    assert [(column.name, column.type, column.required) for column in plan.columns] == [
        ("kode", "text", True),
        ("nama", "text", True),
        ("penduduk", "bigint", False),
        ("luas", "numeric(10,2)", False),
        ("dibentuk", "date", False),
        ("jenis", "text", False),
        ("nik_camat", "text", False),
    ]


def test_unique_columns_get_their_own_index_unless_they_are_the_key() -> None:
    columns = (Column("a", key=True, required=True, unique=True), Column("b", unique=True))
    plan = compile_ddl(Contract("x", datasets=(Dataset("d", columns=columns),)), "sandbox")[0]
    assert plan.unique == (("b",),)


def test_long_schema_names_stay_different() -> None:
    names = {name_schema("w" * 58 + letter, 1, stage) for letter in "ab" for stage in ("sandbox", "live")}
    assert len(names) == 4
    assert all(len(name) <= 63 for name in names)


@given(contracts())
@settings(max_examples=25, deadline=None)
def test_publication_is_plain_json_and_matches_the_tables(contract: Contract) -> None:
    compiled = compile_publication(contract, "sandbox")
    assert json.loads(json.dumps(compiled)) == compiled
    for plan, dataset in zip(compile_ddl(contract, "sandbox"), contract.datasets, strict=True):
        published = compiled["datasets"][dataset.name]
        assert (published["schema"], published["table"]) == (plan.schema, plan.table)
        assert {column.name: column.type for column in plan.columns} == {
            name: column["type"] for name, column in published["columns"].items()
        }
        assert Dataset.from_dict(published["model"]) == dataset
        assert not any("char" in column.type for column in plan.columns)


def test_publication_marks_personal_columns() -> None:
    columns = compile_publication(make_contract(), "live")["datasets"]["kecamatan"]["columns"]
    assert [name for name, column in columns.items() if column["personal"]] == ["nik_camat"]
