"""Row 8 on a running hub: from the officer's click to the first answer of the exchange, without any restart.

Each time another case has come to row 8 with a service of its own. The clock starts before the action that the page
calls, and stops when the exchange answers 200 to a key that was there before; the worker makes the tables and the mock
rows in between, and the exchange hears of them by NOTIFY.
"""

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from django.db import connection, transaction

from benchmarks.figures import Figure, Result
from benchmarks.service import fetch, running_exchange
from simpul.kernel.clock import now
from simpul.portal.cases.models import Case
from simpul.portal.demo.content import Plan, Rest, get_plan
from simpul.portal.demo.playing import begin, play
from simpul.portal.demo.regency import make_regency
from simpul.portal.demo.scene import make_scene
from simpul.portal.organizations.models import Organization
from simpul.portal.services.actions import keep_key
from simpul.portal.services.models import ApiKey, Application, Publication
from simpul.store.launcher import Database

LIMIT_MS = 2000
LOOK_SECONDS = 0.005
PATIENCE_SECONDS = 60.0
DATASET = "wilayah"


def measure(database: Database, times: int) -> Result:
    """Measure `times` first publications, and after them as many of the same sandboxes again."""
    make_regency()
    cases = [_prepare_case(number) for number in range(times)]
    with running_worker(database), running_exchange(database) as link:
        first = [_publish(link, plan, case) for plan, case in cases]
        again = [_publish(link, plan, case) for plan, case in cases]
        rows = [_count_rows(link, plan) for plan, _ in cases]
    figures = [
        *_describe("first publication", [taken for taken, _ in first]),
        Figure("of it, the officer's click itself", _median([click for _, click in first]), "ms"),
        *_describe("the same sandbox made again", [taken for taken, _ in again]),
    ]
    return Result("publish", {"times": times}, figures, {"mock_rows": rows, "ms": [round(one) for one, _ in first]})


def _describe(name: str, taken: list[float]) -> Iterator[Figure]:
    yield Figure(f"{name}, median", _median(taken), "ms", LIMIT_MS, "the two seconds that are allowed")
    yield Figure(f"{name}, slowest", round(max(taken), 1), "ms", LIMIT_MS, "the two seconds that are allowed")


def _median(taken: list[float]) -> float:
    return round(statistics.median(taken), 1)


def _prepare_case(number: int) -> tuple[Plan, Case]:
    """Return a case of the sample service that rests in row 8, under a name of its own."""
    plan = get_plan("wilayah")
    definition = {**plan.definition, "context": f"ukur_{number}"}
    plan = replace(plan, definition=definition, days_ago=(), rests_at=Rest(8))
    case = begin(plan)
    if not play(plan, case):
        raise RuntimeError("the case doesn't come to row 8")
    return plan, case


def _publish(link: http.client.HTTPConnection, plan: Plan, case: Case) -> tuple[float, float]:
    """Publish and wait. Returns: milliseconds until the first answer with these rows, and of the click alone."""
    act = case.open_acts.select_related("organization", "holder", "case").get(step_no=8)
    scene, key = make_scene(plan, case, act), _make_key(plan)
    _wait(lambda: _ask(link, plan, key) in (200, 401, 403, 404))
    before = _find_prepared(plan)
    started = time.perf_counter()
    scene.use_tool("terbitkan")
    clicked = time.perf_counter()
    # A sandbox that is made again answers meanwhile by the old rows: the new ones are there once it was prepared.
    _wait(lambda: _find_prepared(plan) not in (None, before))
    _wait(lambda: _ask(link, plan, key) == 200)
    return (time.perf_counter() - started) * 1000, (clicked - started) * 1000


def _make_key(plan: Plan) -> str:
    organization = Organization.objects.get(code=plan.consumers[0])
    with transaction.atomic():
        application, _ = Application.objects.get_or_create(organization=organization, name="Pengukuran")
        ApiKey.objects.filter(application=application, revoked_at=None).update(revoked_at=now())
        return keep_key(application, ApiKey.Stage.TEST, None, now() + timedelta(hours=1)).text


def _find_prepared(plan: Plan) -> object:
    """Return when the worker last opened the sandbox, None before the first time or while it is at it."""
    rows = Publication.objects.filter(context=plan.definition["context"], stage="sandbox", state="terbuka")
    return rows.values_list("updated_at", flat=True).first()


def _ask(link: http.client.HTTPConnection, plan: Plan, key: str) -> int:
    return fetch(link, f"/sandbox/{plan.definition['context']}/v1/{DATASET}?limit=1", key)[0]


def _count_rows(link: http.client.HTTPConnection, plan: Plan) -> int:
    body = fetch(link, f"/sandbox/{plan.definition['context']}/v1/{DATASET}?select=kode", _make_key_known(link, plan))[
        1
    ]
    return body.count(b'"kode"')


def _make_key_known(link: http.client.HTTPConnection, plan: Plan) -> str:
    key = _make_key(plan)
    _wait(lambda: _ask(link, plan, key) == 200)
    return key


def _wait(check: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not check():
        if time.monotonic() > end:
            raise RuntimeError("it took more than a minute")
        time.sleep(LOOK_SECONDS)


@contextmanager
def running_worker(database: Database) -> Iterator[None]:
    """Run the worker as a hub runs it, until it has given its first sign of life."""
    process = subprocess.Popen(  # noqa: S603 (our own list of arguments)
        [sys.executable, "-m", "simpul.cli.child", "worker", str(os.getpid())],
        env=os.environ | {"SIMPUL_DSN": database.dsn("worker")},
        start_new_session=True,
    )
    try:
        _wait(_is_working)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _is_working() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM procrastinate_workers)")
        return bool(cursor.fetchone()[0])
