"""Reading another PostgreSQL server: every value exact, or its row refused."""

import os
import time
import traceback
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from simpul.outbound.guard import Guard
from simpul.sources.errors import SourceAway, SourceFailed, SourceTooMuch
from simpul.sources.opening import open_reader, parse_settings
from simpul.sources.postgresql import PostgresqlReader
from simpul.sources.settings import DatabaseSettings
from simpul.sources.shape import DamagedRow, Reader, ReadLimits, SourceRow
from simpul.store.launcher import Database
from simpul.store.pools import connect, read_dsn

ROLE = f"sumber_{os.getpid()}"  # roles belong to the cluster, which all processes of a test run share
SECRET = "sandi %s ' \\ uji"
NASTY = [
    "CREATE ROLE sumber LOGIN PASSWORD 'sandi %s '' \\ uji'",
    "CREATE SCHEMA opd",
    "CREATE SCHEMA tertutup",
    "CREATE TABLE tertutup.gaji (id int)",
    "GRANT USAGE ON SCHEMA opd TO sumber",
    "CREATE TYPE opd.jenis AS ENUM ('PNS', 'PPPK')",
    """CREATE TABLE opd.aneh (id bigint PRIMARY KEY, angka numeric, nyata real, ganda double precision, aktif boolean,
       tanggal date, waktu timestamp, saat timestamptz, jam time, data jsonb, larik int[], jarak int4range, isi bytea,
       uid uuid, jenis opd.jenis, "Nama ""Aneh"" %s" text)""",
    r"""INSERT INTO opd.aneh VALUES (9223372036854775807, 12345678901234567890.01234567890, 0.1, 0.1, true, '2026-02-28',
       '2026-01-01 08:00:00.5', '2026-01-01 08:00:00+08', '08:30', '{"a": 1.10}', '{1,2}', '[1,5)', '\x00ff',
       '00000000-0000-0000-0000-000000000001', 'PNS', 'Siti')""",
    "INSERT INTO opd.aneh (id, tanggal) VALUES (1, 'infinity'), (2, '0044-03-15 BC')",
    "INSERT INTO opd.aneh (id, angka) VALUES (3, 'NaN')",
    "INSERT INTO opd.aneh (id, ganda) VALUES (4, '-Infinity')",
    "INSERT INTO opd.aneh (id, saat) VALUES (5, '-infinity')",
    "INSERT INTO opd.aneh (id, jam) VALUES (6, '24:00')",
    "INSERT INTO opd.aneh (id) VALUES (7)",
    "CREATE TABLE opd.catatan (id int PRIMARY KEY, isi text, diubah timestamptz)",
    """INSERT INTO opd.catatan VALUES (1, 'a', '2026-01-01 00:00+00'), (2, 'b', '2026-01-01 00:00+00'),
       (3, 'c', '2026-01-02 00:00:00.000001+00'), (4, 'kosong', NULL), (5, 'nanti', '2999-01-01 00:00+00')""",
    "CREATE TABLE opd.besar AS SELECT n::bigint AS id, 'baris ' || n AS isi FROM generate_series(1, 20000) n",
    "GRANT SELECT ON ALL TABLES IN SCHEMA opd TO sumber",
    "GRANT INSERT ON opd.catatan TO sumber",
]


@pytest.fixture(scope="module")
def server(database: Database) -> Iterator[dict[str, str]]:
    with connect(database.owner_dsn, autocommit=True) as connection:
        for statement in NASTY:
            connection.execute(
                statement.replace("ROLE sumber", f"ROLE {ROLE}").replace("TO sumber", f"TO {ROLE}").encode()
            )
    parts = read_dsn(database.owner_dsn)
    yield {"host": "127.0.0.1", "port": parts["port"], "database": parts["dbname"], "user": ROLE, "tls": "off"}
    with connect(database.owner_dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA opd, tertutup CASCADE")
        connection.execute(f"DROP ROLE {ROLE}".encode())


def open_source(server: dict[str, str], secret: str = SECRET, **given: str) -> Reader:
    settings, findings = parse_settings("postgresql", server | given)
    assert findings == []
    return open_reader("postgresql", settings, secret, Guard(["127.0.0.1"]))


def read_by_id(server: dict[str, str], since: str | None = None, **given: str) -> dict[Any, SourceRow]:
    with open_source(server, **given) as reader:
        return {row["id"]: row for chunk in reader.read(since, ReadLimits()) for row in chunk.rows}


def test_check_finds_nothing_wrong_where_nothing_is(server: dict[str, str]) -> None:
    with open_source(server, table="opd.aneh") as reader:
        assert reader.check() == []
        assert "opd.aneh" in {place.name for place in reader.list_places()}
        assert "tertutup.gaji" not in {place.name for place in reader.list_places()}


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        ({"secret": "salah"}, "sign-in"),
        ({"user": "tak_ada"}, "sign-in"),
        ({"database": "tak_ada"}, "object"),
        ({"table": "opd.tak_ada"}, "object"),
        ({"table": "tertutup.gaji"}, "rights"),
        ({"port": "1"}, "network"),
        ({"host": "192.168.7.7"}, "network"),
        ({"tls": "verify"}, "tls"),
        ({"table": "", "query": "SELECT FROM WHERE"}, "object"),
    ],
)
def test_check_tells_the_stages_apart(server: dict[str, str], given: dict[str, str], stage: str) -> None:
    with open_source(server, **{"table": "opd.aneh", **given}) as reader:
        (finding,) = reader.check()
    assert finding.where == stage
    assert SECRET not in str(finding)


def test_every_value_is_exact(server: dict[str, str]) -> None:
    row = read_by_id(server, table="opd.aneh")[9223372036854775807]
    assert row == {
        "id": 9223372036854775807,
        "angka": Decimal("12345678901234567890.01234567890"),
        "nyata": Decimal("0.1"),
        "ganda": Decimal("0.1"),
        "aktif": True,
        "tanggal": "2026-02-28",
        "waktu": "2026-01-01 08:00:00.5",
        "saat": "2026-01-01 00:00:00Z",
        "jam": "08:30:00",
        "data": {"a": 1.1},
        "larik": "{1,2}",
        "jarak": "[1,5)",
        "isi": "\\x00ff",
        "uid": "00000000-0000-0000-0000-000000000001",
        "jenis": "PNS",
        'Nama "Aneh" %s': "Siti",
    }


@pytest.mark.parametrize(
    ("key", "column"), [(1, "tanggal"), (2, "tanggal"), (3, "angka"), (4, "ganda"), (5, "saat"), (6, "jam")]
)
def test_value_that_cannot_be_exact_refuses_its_row_alone(server: dict[str, str], key: int, column: str) -> None:
    row = read_by_id(server, table="opd.aneh")[key]
    assert isinstance(row, DamagedRow)
    assert row.finding.where == column


def test_empty_row_is_read(server: dict[str, str]) -> None:
    assert set(read_by_id(server, table="opd.aneh")[7].values()) == {7, None}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id FROM opd.catatan WHERE isi LIKE '%a' AND id = 1 -- {penutup}",
        """SELECT id, '{"x": 1}'::jsonb AS "per%sen" FROM opd.catatan WHERE id = 1""",
    ],
)
def test_query_is_read_whatever_signs_it_holds(server: dict[str, str], query: str) -> None:
    assert list(read_by_id(server, query=query)) == [1]


@pytest.mark.parametrize(
    "query",
    [
        r"SELECT 'a\') AS _s; COMMIT; SET default_transaction_read_only = off; INSERT INTO opd.catatan VALUES (99); --'",
        "WITH x AS (INSERT INTO opd.catatan VALUES (99) RETURNING id) SELECT id FROM x",
        "SELECT set_config('default_transaction_read_only', 'off', false) AS id",
    ],
)
def test_query_cannot_write(server: dict[str, str], database: Database, query: str) -> None:
    with open_source(server, query=query) as reader:
        for attempt in (reader.describe, reader.preview, lambda: list(reader.read(None, ReadLimits()))):
            try:
                attempt()
            except SourceFailed:
                continue
    with connect(database.owner_dsn) as connection:
        assert connection.execute("SELECT 1 FROM opd.catatan WHERE id = 99").fetchone() is None


INCREMENTAL = {"table": "opd.catatan", "cursor_column": "diubah", "key_columns": "id"}


def test_later_reading_gives_what_is_at_and_after_the_cursor(server: dict[str, str]) -> None:
    assert set(read_by_id(server, **INCREMENTAL)) == {1, 2, 3, 4, 5}
    assert set(read_by_id(server, "2026-01-02 00:00:00.000001Z", **INCREMENTAL)) == {3, 4, 5}
    assert set(read_by_id(server, "2026-01-02 00:00:00.000001Z", overlap="1", **INCREMENTAL)) == {3, 4, 5}
    assert set(read_by_id(server, "2026-01-02 00:00:00.000001Z", overlap="86401", **INCREMENTAL)) == {1, 2, 3, 4, 5}
    refused = read_by_id(server, **INCREMENTAL, null_cursor="refuse")[4]
    assert isinstance(refused, DamagedRow)


def test_cursor_does_not_run_ahead_of_the_source_clock(server: dict[str, str]) -> None:
    with open_source(server, **INCREMENTAL) as reader:
        cursor = list(reader.read(None, ReadLimits()))[-1].cursor
    assert cursor is not None
    assert "2026-01-02" < cursor < "2999"


def test_text_order_does_not_replace_the_order_of_numbers(server: dict[str, str]) -> None:
    with open_source(server, table="opd.besar", cursor_column="id", key_columns="id") as reader:
        rows = [row["id"] for chunk in reader.read("9998", ReadLimits(chunk_rows=7)) for row in chunk.rows]
    assert rows == list(range(9998, 20001))


@pytest.mark.parametrize(
    ("limits", "query"),
    [
        (ReadLimits(rows=100), "SELECT * FROM opd.besar"),
        (ReadLimits(seconds=0.3), "SELECT id, pg_sleep(1)::text AS t FROM opd.besar"),
    ],
)
def test_reading_ends_at_its_limits(server: dict[str, str], limits: ReadLimits, query: str) -> None:
    with open_source(server, query=query) as reader, pytest.raises(SourceTooMuch):
        list(reader.read(None, limits))


def test_reader_goes_on_after_a_reading_that_was_left(server: dict[str, str]) -> None:
    with open_source(server, table="opd.besar") as reader:
        reading = reader.read(None, ReadLimits(chunk_rows=10))
        assert len(next(reading).rows) == 10
        reading.close()  # type: ignore[attr-defined]
        assert len(reader.preview(5)) == 5


def test_server_that_says_nothing_is_told_as_away(server: dict[str, str]) -> None:
    settings, _ = parse_settings("postgresql", server | {"query": "SELECT pg_sleep(2)::text AS t"})
    assert isinstance(settings, DatabaseSettings)
    begun = time.monotonic()
    reader = PostgresqlReader(settings, SECRET, Guard(["127.0.0.1"]), silence_seconds=0.5)
    with reader, pytest.raises(SourceAway):
        reader.preview()
    assert time.monotonic() - begun < 1.8


def test_message_quotes_no_value_of_the_source(server: dict[str, str]) -> None:
    query = "SELECT (isi || 'rahasia')::int AS id FROM opd.besar"
    with open_source(server, query=query) as reader, pytest.raises(SourceFailed) as caught:
        reader.preview()
    assert "rahasia" not in "".join(traceback.format_exception(caught.value))
