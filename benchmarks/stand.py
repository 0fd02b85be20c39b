"""What the exchange's figures are measured on: a filled table, a consumer with a plan, and the statements beside it."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection as Connection
from typing import Any

from psycopg import ClientCursor

from benchmarks.figures import Figure
from benchmarks.load import Load, call_often, query_often
from benchmarks.processor import read_processor_seconds
from benchmarks.service import HEADER, PATH, Service, fetch, make_service, running_exchange
from simpul.exchange.read import VERSIONED
from simpul.kernel.settings import read_settings
from simpul.query.parse import parse
from simpul.query.plan import plan
from simpul.store.launcher import Database
from simpul.store.pools import connect
from simpul.store.sql import SQL, Identifier

PAGE = 50
CLIENTS = 32
SAMPLE_KEY = "K00000000"
RANDOM_KEY = "('K' || lpad((:number)::text, 8, '0'))"
FILL = """
INSERT INTO {} (_version, _batch, kode, nama, jumlah, luas, dicatat)
SELECT 1, 0, 'K' || lpad(n::text, 8, '0'), 'Wilayah contoh ' || n, n % 5000, n / 8.0, date '2026-01-15' + (n % 330)::int
FROM generate_series({}, {}) AS n
"""
PLAN = """
UPDATE plan SET rate_per_second = 100000, burst = 1000000, calls_per_day = 1000000000000, rows_per_day = 1000000000000,
    rows_per_request = 2000000000, concurrent_calls = 10000
"""


@dataclass
class Stand:
    """One service whose table holds `rows` rows; each figure is the median of `times` runs of `seconds` seconds."""

    database: Database
    service: Service
    rows: int
    seconds: int
    times: int

    @property
    def address(self) -> str:
        """Return the dataset's address."""
        return f"http://127.0.0.1:{read_settings().EXCHANGE_PORT}{PATH}"

    @property
    def headers(self) -> dict[str, str]:
        """Return the consumer's headers."""
        return {"Authorization": f"Bearer {self.service.consumer_key}"}

    @property
    def dsn(self) -> str:
        """Return the address of the exchange's own database role."""
        return self.database.dsn("exchange")

    def grow(self, rows: int) -> None:
        """Fill the table up to `rows` rows, straight: what is measured is reading."""
        name = Identifier(self.service.table.schema, self.service.table.name)
        with connect(self.database.dsn("worker"), autocommit=True) as link:
            if rows > self.rows:
                link.execute(SQL(FILL).format(name, SQL(str(self.rows)), SQL(str(rows - 1))))
            link.execute(
                "UPDATE dataset SET row_count = %s, version = version + 1 WHERE id = %s",
                [rows, self.service.dataset_id],
            )
            link.execute(SQL("VACUUM ANALYZE {}").format(name))
        self.rows = rows

    @contextmanager
    def exchange(self, **how: str) -> Iterator[Connection]:
        """Run the exchange; names as `running_exchange` takes them."""
        with running_exchange(self.database, **how) as connection:
            yield connection

    def fetch(self, connection: Connection, query: str) -> tuple[int, bytes]:
        """Call the dataset once as the consumer. Raises: RuntimeError where it isn't answered."""
        status, body = fetch(connection, f"{PATH}?{query}", self.service.consumer_key)
        if status not in (200, 206):
            raise RuntimeError(f"{status}: {body[:300]!r}")
        return status, body

    def call(self, query: str, clients: int = CLIENTS, **headers: str) -> Load:
        """Call an address of the dataset as often as it goes; `{key}` in it is a random row's key."""
        script = write_script(f"{PATH}?{query}", self.rows) if "{key}" in query else ""
        url = self.address if script else f"{self.address}?{query}"
        return call_often(url, self.headers | headers, clients=clients, seconds=self.seconds, script=script)

    def query(self, statement: str, clients: int = CLIENTS) -> float:
        """Run a statement as often as it goes, where SAMPLE_KEY is a random row's key; return how often a second."""
        script = f"\\set number random(0, {self.rows - 1})\n" + statement.replace(f"'{SAMPLE_KEY}'", RANDOM_KEY) + ";\n"
        return query_often(self.dsn, script, clients=clients, seconds=self.seconds)

    def write_statement(self, parameters: list[tuple[str, str]], most: int) -> str:
        """Return the statement that the exchange runs for a page, with its values in it."""
        planned = plan(parse(parameters, {}), self.service.table, HEADER, most=most, is_followed=True)
        with connect(self.dsn) as link:
            values = (self.service.dataset_id, *planned.parameters)
            return ClientCursor(link).mogrify(VERSIONED.format(planned.sql).encode(), values)

    def take_medians(self, *works: Callable[[], float]) -> list["Rate"]:
        """Run works in turn, each `times` times, so that a busy moment meets all; return each one's median."""
        taken = [[take(work) for work in works] for _ in range(self.times)]
        return [take_median(list(one)) for one in zip(*taken, strict=True)]


@dataclass(frozen=True)
class Rate:
    """How often a second, and how many seconds of all processes' time each took."""

    rate: float
    processor_seconds: float


def take(work: Callable[[], float]) -> Rate:
    """Run a work that returns how often a second it did something."""
    before, started = read_processor_seconds(), time.perf_counter()
    rate = work()
    used, passed = read_processor_seconds() - before, time.perf_counter() - started
    return Rate(rate, used / passed / rate)


def take_median(rates: list[Rate]) -> Rate:
    """Return the medians of both."""
    return Rate(statistics.median(one.rate for one in rates), statistics.median(one.processor_seconds for one in rates))


def compare(name: str, unit: str, value: Rate, limit: Rate, limit_name: str, goal: str = "") -> Figure:
    """Return the figure of a rate beside another of the same run."""
    processor = round(limit.processor_seconds / value.processor_seconds, 3)
    return Figure(name, round(value.rate), unit, round(limit.rate), limit_name, goal, processor)


def make_stand(database: Database, **amounts: Any) -> Stand:
    """Publish the service, fill its table, and give everybody a plan that counts but never refuses."""
    rows = amounts.pop("rows")
    stand = Stand(database, make_service(database), 0, **amounts)
    with connect(database.owner_dsn, autocommit=True) as link:
        link.execute(PLAN)
    stand.grow(rows)
    return stand


def write_script(path: str, rows: int) -> str:
    """Return a script of wrk that calls a path with a random key each time."""
    before, after = path.split("{key}")
    return f"""
local seeded = false
function request()
  if not seeded then math.randomseed(os.time()); seeded = true end
  return wrk.format("GET", string.format("{before}K%08d{after.replace("%", "%%")}", math.random(0, {rows - 1})))
end
"""
