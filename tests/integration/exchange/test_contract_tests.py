"""The integration tests that a contract generates pass against the running exchange, and fail where it is wrong."""

import dataclasses
import json

from exchange_world import BOB_COLUMNS, CONTRACT, Server, World

from simpul.contract.integration import judge, list_integration_tests, make_headers
from simpul.contract.integration_case import TestCase
from simpul.contract.mock import make_sandbox_rows
from simpul.contract.model import ConsumerTerms
from simpul.kernel.words import Words
from simpul.store.sql import Jsonb

TERMS = ConsumerTerms(
    "BOB", "desa", tuple(BOB_COLUMNS), "jumlah=not.is.null", "Perencanaan", "Perjanjian", "2026-01-01"
)
AGREED = dataclasses.replace(CONTRACT, datasets=CONTRACT.datasets[:1], consumers=(TERMS,))


def run_case(server: Server, world: World, case: TestCase) -> Words | None:
    """Send one test and judge its answer."""
    keys = {"BOB": world.keys["bob_test"].text, "DUKCAPIL": world.keys["alice_test"].text}
    answer = server.call(
        case.method, case.path, params=list(case.query), headers=make_headers(case, keys), content=case.body
    )
    return judge(case, answer.status_code, answer.headers, answer.content)


def prepare(server: Server, world: World) -> None:
    """Fill the sandbox as a publication does, through the exchange itself."""
    world.execute(f'DELETE FROM "{world.schema["sandbox"]}"."desa"')
    world.execute(
        "UPDATE data_grant SET row_filter = %s WHERE organization_id = 2 AND dataset_id = %s",
        [TERMS.row_filter, world.datasets["sandbox/desa"]],
    )
    server.reload()
    rows = make_sandbox_rows(AGREED)["desa"]
    headers = {"Content-Type": "application/json"}
    path = "/sandbox/wilayah/v1/desa/batches"
    sent = server.call("POST", path, world.keys["alice_test"], content=json.dumps(rows, default=str), headers=headers)
    assert sent.json()["refused"] == 0, sent.text


def test_every_generated_test_passes(server: Server, world: World) -> None:
    prepare(server, world)
    cases = list_integration_tests(AGREED)
    faults = {case.name.id: fault for case in cases if (fault := run_case(server, world, case)) is not None}
    assert faults == {}
    assert len(cases) > 40


def test_a_wider_grant_than_agreed_is_found(server: Server, world: World) -> None:
    prepare(server, world)
    world.execute("UPDATE data_grant SET columns = columns || '{nik_kades}', row_filter = '' WHERE organization_id = 2")
    server.reload()
    faults = [case.name.id for case in list_integration_tests(AGREED) if run_case(server, world, case) is not None]
    assert any("kolom nik_kades tidak dapat diminta" in name for name in faults)
    assert any("hanya baris yang disepakati" in name for name in faults)


def test_masked_terms_pass_under_the_masked_grant_alone(server: Server, world: World) -> None:
    masks = {"nama": "last4", "jumlah": "hashed", "nik_kades": "hidden"}
    terms = dataclasses.replace(TERMS, columns=(*BOB_COLUMNS, "nik_kades"), masks=tuple(masks.items()))
    cases = list_integration_tests(dataclasses.replace(AGREED, consumers=(terms,)))
    prepare(server, world)
    given = "UPDATE data_grant SET columns = %s, masks = %s, row_filter = %s WHERE organization_id = 2"
    world.execute(given, [list(terms.columns), Jsonb(masks), TERMS.row_filter])
    server.reload()
    assert {case.name.id: fault for case in cases if (fault := run_case(server, world, case)) is not None} == {}
    world.execute(given, [list(terms.columns), Jsonb({}), TERMS.row_filter])
    server.reload()
    faults = [case.name.id for case in cases if run_case(server, world, case) is not None]
    assert {name for name in masks if any(f"kolom {name} hanya keluar tersamar" in one for one in faults)} == set(masks)
