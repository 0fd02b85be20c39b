"""The inbox at many cases: one indexed query whatever their number, against the round trip of `SELECT 1`."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.crowd import fill
from benchmarks.figures import Figure, Result, time_ms
from simpul.portal.cases.checking import list_differences
from simpul.portal.cases.models import CaseEvent, OpenAct
from simpul.portal.cases.queries import list_inbox
from simpul.portal.people.models import Person, Role
from simpul.store.launcher import Database

TIMES = 30


def measure(_database: Database, cases: int, events: int) -> Result:
    """Measure the inbox of an agency's officer and of a lane of Kominfo, and their page."""
    crowd = fill(cases, events)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    trip = time_ms(_select_one, 300)
    shown = {"OPD": crowd.officers["opd-01"], "Tim IT": crowd.officers[Role.TIM_IT]}
    figures, plans = [Figure("SELECT 1", round(trip, 4), "ms")], {}
    for name, person in shown.items():
        figures.extend(_measure_person(name, person, trip))
        plans[name] = explain(person)
    return Result(
        "inbox",
        {"cases": cases, "events": CaseEvent.objects.count(), "open_acts": OpenAct.objects.count()},
        figures,
        {"plans": plans, "cases_that_differ_from_their_history": len(list_differences())},
    )


def _measure_person(name: str, person: Person, trip: float) -> Iterator[Figure]:
    with CaptureQueriesContext(connection) as queries:
        rows = list_inbox(person)
    yield Figure(f"{name}: rows", len(rows), "rows")
    yield Figure(f"{name}: queries", len(queries), "queries")
    yield Figure(f"{name}: the query of the open acts", _time_main(person), "ms", trip, "SELECT 1")
    yield Figure(
        f"{name}: the whole inbox", round(time_ms(lambda: list_inbox(person), TIMES), 3), "ms", trip, "SELECT 1"
    )
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    with CaptureQueriesContext(connection) as page_queries:
        _fetch(client)
    yield Figure(f"{name}: queries of the page", len(page_queries), "queries")
    yield Figure(f"{name}: the page", round(time_ms(lambda: _fetch(client), TIMES // 3), 3), "ms", trip, "SELECT 1")
    tracemalloc.start()
    list_inbox(person)
    yield Figure(f"{name}: memory of the inbox at its peak", round(tracemalloc.get_traced_memory()[1] / 1024), "KiB")
    tracemalloc.stop()


def _fetch(client: Client) -> None:
    response = client.get("/")
    if response.status_code != 200:
        raise RuntimeError(f"the inbox's page answers {response.status_code}")


def _find_main(person: Person) -> str:
    """Return the statement that reads the open acts."""
    with CaptureQueriesContext(connection) as queries:
        list_inbox(person)
    return str(next(one["sql"] for one in queries if 'FROM "open_act"' in one["sql"]))


def _time_main(person: Person) -> float:
    statement = _find_main(person)

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.fetchall()

    return round(time_ms(run, TIMES), 3)


def explain(person: Person) -> dict[str, Any]:
    """Return how PostgreSQL reads the open acts for a person: indexes used, tables read whole, buffers touched."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + _find_main(person))
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    nodes = list(_walk(plan))
    return {
        "indexes": sorted({one["Index Name"] for one in nodes if "Index Name" in one}),
        "whole_tables": sorted({one["Relation Name"] for one in nodes if one["Node Type"] == "Seq Scan"}),
        "buffers": plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0),
    }


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _walk(child)


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
