"""Reading a nasty agency database from a real MariaDB: every value exact, or its row refused."""

import socket
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from mariadb_server import DATABASE, PASSWORD, USER, MariaDB, find_mariadb, run_mariadb

from simpul.outbound.guard import Guard
from simpul.sources.errors import SourceAway, SourceChanged, SourceFailed, SourceTooMuch
from simpul.sources.mysql import MysqlReader
from simpul.sources.opening import open_reader, parse_settings
from simpul.sources.settings import DatabaseSettings
from simpul.sources.shape import Chunk, DamagedRow, Reader, ReadLimits, SourceRow


@pytest.fixture(scope="module")
def server() -> Iterator[MariaDB]:
    if find_mariadb() is None:
        pytest.skip("no MariaDB here: install Debian's mariadb-server")
    with TemporaryDirectory(prefix="simpul-maria-", dir="/tmp") as folder, run_mariadb(Path(folder)) as running:
        yield running


def open_source(server: MariaDB, secret: str = PASSWORD, **given: str) -> Reader:
    told = {"host": "127.0.0.1", "port": str(server.port), "database": DATABASE, "user": USER, "tls": "off"} | given
    settings, findings = parse_settings("mysql", told)
    assert findings == []
    return open_reader("mysql", settings, secret, Guard(["127.0.0.1"]))


def read_all(
    reader: Reader, since: str | None = None, limits: ReadLimits | None = None
) -> tuple[list[SourceRow], str | None]:
    chunks: list[Chunk] = list(reader.read(since, limits or ReadLimits()))
    return [row for chunk in chunks for row in chunk.rows], chunks[-1].cursor


def read_by_id(server: MariaDB, **given: str) -> dict[object, SourceRow]:
    with open_source(server, **given) as reader:
        return {row["id"]: row for row in read_all(reader)[0]}


def test_check_finds_nothing_wrong_where_nothing_is(server: MariaDB) -> None:
    with open_source(server, table="pegawai") as reader:
        assert reader.check() == []


@pytest.mark.parametrize(
    ("given", "stage", "kind"),
    [
        ({"secret": "salah"}, "sign-in", "refused"),
        ({"table": "tidak_ada"}, "object", "changed"),
        ({"table": "gaji", "database": "tertutup"}, "rights", "refused"),
        ({"port": "1"}, "network", "away"),
        ({"host": "0x7f.1"}, "name", "refused"),
        ({"host": "10.0.0.1"}, "network", "refused"),
        ({"tls": "verify"}, "tls", "refused"),
        ({"table": "", "query": "SELECT salah tulis FROM"}, "object", "changed"),
        ({"table": "", "query": "SELECT 1 AS a, 2 AS a"}, "object", "changed"),
    ],
)
def test_check_tells_the_stages_apart(server: MariaDB, given: dict[str, str], stage: str, kind: str) -> None:
    with open_source(server, **{"table": "pegawai", **given}) as reader:
        (finding,) = reader.check()
    assert (finding.where, finding.rule) == (stage, kind)
    assert PASSWORD not in str(finding)


def test_connection_is_by_tls_and_its_certificate_is_checked(server: MariaDB) -> None:
    query = "SELECT variable_value AS sandi FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'"
    with open_source(server, tls="verify", ca_pem=server.ca_pem, query=query) as reader:
        assert str(reader.preview()[0]["sandi"]).startswith("TLS_")


def test_certificate_for_another_name_is_refused(server: MariaDB) -> None:
    settings, _ = parse_settings(
        "mysql",
        {"host": "db.contoh.go.id", "port": str(server.port), "database": DATABASE, "user": USER, "table": "pegawai"}
        | {"ca_pem": server.ca_pem},
    )
    guard = Guard(["db.contoh.go.id"], resolve=lambda *_: ["127.0.0.1"])
    with open_reader("mysql", settings, PASSWORD, guard) as reader:
        assert [finding.where for finding in reader.check()] == ["tls"]


def test_places_are_the_tables_and_views_that_may_be_read(server: MariaDB) -> None:
    with open_source(server, table="pegawai") as reader:
        places = {place.name: place.kind for place in reader.list_places()}
    assert places["pegawai"] == "table"
    assert places["ringkas"] == "view"
    assert "gaji" not in places


def test_columns_come_with_proposed_and_raw_types(server: MariaDB) -> None:
    with open_source(server, table="pegawai") as reader:
        columns = {one.name: (one.logical_type, one.raw_type) for one in reader.describe()}
        nullable = {one.name: one.nullable for one in reader.describe()}
    assert columns == {
        "id": ("integer", "bigint unsigned"),
        "nama": ("string", "text"),
        "gaji": ("number", "decimal"),
        "bobot": ("number", "double"),
        "nilai": ("number", "float"),
        "aktif": ("boolean", "bit(1)"),
        "izin": ("integer", "bit(12)"),
        "jenis": ("string", "enum"),
        "sifat": ("string", "set"),
        "lahir": ("date", "date"),
        "masuk": ("timestamp", "datetime"),
        "ubah": ("timestamp", "timestamp"),
        "lama": ("time", "time"),
        "tahun": ("integer", "year unsigned"),
        "data": ("object", "json"),
        "foto": ("string", "binary"),
        "kecil": ("integer", "tinyint unsigned"),
    }
    assert (nullable["id"], nullable["nama"]) == (False, True)


def test_every_value_is_exact(server: MariaDB) -> None:
    assert read_by_id(server, table="pegawai")[18446744073709551615] == {
        "id": 18446744073709551615,
        "nama": "Siti “Aminah” 😀",
        "gaji": Decimal("12345678901234567890.0123456789"),
        "bobot": Decimal("0.1"),
        "nilai": Decimal("0.1"),
        "aktif": True,
        "izin": 2049,
        "jenis": "PNS",
        "sifat": "a,c",
        "lahir": "1990-02-28",
        "masuk": "2020-01-01 08:00:00",
        "ubah": "2025-12-31 16:00:00.123456Z",
        "lama": "08:30:00",
        "tahun": 2020,
        "data": {"a": 1.1},
        "foto": "teks",
        "kecil": 255,
    }


def test_float_that_the_server_would_round_is_exact(server: MariaDB) -> None:
    row = read_by_id(server, table="pegawai")[2]
    assert (row["nilai"], row["aktif"], row["nama"]) == (Decimal(16777216), False, None)


@pytest.mark.parametrize(
    ("key", "column", "rule"),
    [(3, "lahir", "zero-date"), (4, "lahir", "part-date"), (5, "lama", "time-range"), (6, "lama", "time-range")],
)
def test_value_that_cannot_be_exact_refuses_its_row_alone(server: MariaDB, key: int, column: str, rule: str) -> None:
    row = read_by_id(server, table="pegawai")[key]
    assert isinstance(row, DamagedRow)
    assert (row.finding.where, row.finding.rule) == (column, rule)
    assert row["nama"] is not None


def test_bytes_that_are_no_text_refuse_their_row(server: MariaDB) -> None:
    row = read_by_id(server, query="SELECT id, foto FROM pegawai WHERE id IN (2, 6)")[6]
    assert isinstance(row, DamagedRow)
    assert (row.finding.where, row.finding.rule, row["foto"]) == ("foto", "not-text", None)


def test_zero_dates_are_read_as_empty_where_the_officer_said_so(server: MariaDB) -> None:
    row = read_by_id(server, table="pegawai", zero_date="empty")[3]
    assert not isinstance(row, DamagedRow)
    assert row["lahir"] is None


def test_latin1_table_comes_in_proper_letters(server: MariaDB) -> None:
    assert [row["nama"] for row in read_by_id(server, table="lama").values()] == ["Café Ñandú", "Rantau"]


def test_preview_gives_no_more_rows_than_asked(server: MariaDB) -> None:
    with open_source(server, table="besar") as reader:
        assert len(reader.preview()) == 20
        assert len(reader.preview(3)) == 3


@pytest.mark.parametrize(
    "query",
    [
        "SELECT id, isi FROM kunjungan WHERE isi LIKE '%a%' AND id < 3 -- penutup;",
        "SELECT id, `persen%s` FROM kunjungan WHERE id = 1",
        "WITH x AS (SELECT id FROM kunjungan) SELECT id FROM x WHERE id = 1",
    ],
)
def test_query_is_read_whatever_signs_it_holds(server: MariaDB, query: str) -> None:
    with open_source(server, query=query) as reader:
        assert [row["id"] for row in read_all(reader)[0]] == [1]


def test_query_that_writes_by_a_function_is_refused_by_the_server(server: MariaDB) -> None:
    server.root(
        [
            "CREATE OR REPLACE FUNCTION simpeg.tulis() RETURNS int BEGIN INSERT INTO simpeg.catatan VALUES (1); RETURN 1; END",
            "GRANT EXECUTE ON FUNCTION simpeg.tulis TO 'hub'@'%'",
        ]
    )
    with open_source(server, query="SELECT simpeg.tulis() AS a") as reader, pytest.raises(SourceFailed) as caught:
        read_all(reader)
    assert caught.value.stage == "rights"


INCREMENTAL = {"table": "kunjungan", "cursor_column": "diubah", "key_columns": "id"}


def test_first_reading_gives_all_rows_and_holds_the_cursor_before_the_future(server: MariaDB) -> None:
    with open_source(server, **INCREMENTAL) as reader:
        rows, cursor = read_all(reader)
    assert {row["id"] for row in rows} == {1, 2, 3, 4, 5, 6, 7}
    assert cursor is not None
    assert "2026-01-02" < cursor < "2999"


def test_later_reading_gives_equal_cursors_and_empty_ones_again(server: MariaDB) -> None:
    with open_source(server, **INCREMENTAL) as reader:
        rows, _ = read_all(reader, since="2026-01-02 08:00:00")
        assert {row["id"] for row in rows} == {4, 5, 6, 7}
    with open_source(server, **INCREMENTAL, overlap="86400") as reader:
        rows, _ = read_all(reader, since="2026-01-02 08:00:00")
        assert {row["id"] for row in rows} == {1, 2, 3, 4, 5, 6, 7}


def test_row_with_an_empty_cursor_is_refused_where_that_is_the_policy(server: MariaDB) -> None:
    with open_source(server, **INCREMENTAL, null_cursor="refuse") as reader:
        rows, _ = read_all(reader, since="2026-01-02 08:00:00")
    refused = {row["id"]: row.finding.rule for row in rows if isinstance(row, DamagedRow)}
    assert refused == {5: "null-cursor", 6: "null-cursor"}


def test_cursor_of_an_unsigned_bigint_is_compared_exactly(server: MariaDB) -> None:
    """As texts or floats, neighbours of such a number would be equal."""
    with open_source(server, table="besar", cursor_column="id", key_columns="id") as reader:
        rows, cursor = read_all(reader, since="18446744073709519998")
    assert [row["id"] for row in rows] == [18446744073709519998, 18446744073709519999, 18446744073709520000]
    assert cursor == "18446744073709520000"


def test_reading_may_be_taken_up_after_any_chunk_without_loss(server: MariaDB) -> None:
    given = {"table": "besar", "cursor_column": "id", "key_columns": "id"}
    seen: set[object] = set()
    cursor: str | None = None
    for _ in range(30):
        with open_source(server, **given) as reader:
            reading = reader.read(cursor, ReadLimits(chunk_rows=1_500))
            chunk = next(reading)  # then the worker dies
            seen |= {row["id"] for row in chunk.rows}
            if chunk.cursor == cursor:
                break
            cursor = chunk.cursor
    assert len(seen) == 20_000


def test_chunks_are_of_the_size_asked_and_numbered(server: MariaDB) -> None:
    with open_source(server, table="besar") as reader:
        chunks = list(reader.read(None, ReadLimits(chunk_rows=6_000)))
        assert reader.preview(1)  # the connection goes on
    assert [(chunk.first, len(chunk.rows)) for chunk in chunks] == [
        (1, 6000),
        (6001, 6000),
        (12001, 6000),
        (18001, 2000),
    ]
    assert {chunk.cursor for chunk in chunks} == {None}


@pytest.mark.parametrize(
    ("limits", "query"),
    [
        (ReadLimits(rows=100, chunk_rows=10), "SELECT * FROM besar"),
        (ReadLimits(size_bytes=10_000), "SELECT * FROM besar"),
        (ReadLimits(seconds=0.3), "SELECT id, SLEEP(1) AS t FROM besar"),
    ],
)
def test_reading_ends_at_its_limits(server: MariaDB, limits: ReadLimits, query: str) -> None:
    with open_source(server, query=query) as reader, pytest.raises(SourceTooMuch):
        read_all(reader, limits=limits)


def test_connection_killed_in_the_midst_is_told_as_away(server: MariaDB) -> None:
    with open_source(
        server, query="SELECT b.*, CONNECTION_ID() AS nomor, REPEAT('x', 5000) AS pad FROM besar b"
    ) as reader:
        reading = reader.read(None, ReadLimits(chunk_rows=10))
        chunk = next(reading)
        server.root(f"KILL {chunk.rows[0]['nomor']}")
        with pytest.raises(SourceAway):
            list(reading)
        assert len(reader.preview(1)) == 1  # a new connection is made


def test_column_that_is_gone_is_told_as_a_change(server: MariaDB) -> None:
    server.root("CREATE OR REPLACE TABLE simpeg.ganti (id int PRIMARY KEY, diubah datetime)")
    with open_source(server, table="ganti", cursor_column="diubah", key_columns="id") as reader:
        read_all(reader)
        server.root("ALTER TABLE simpeg.ganti DROP COLUMN diubah")
        with pytest.raises(SourceChanged):
            read_all(reader)


def test_cursor_column_of_floats_is_found_by_the_check(server: MariaDB) -> None:
    with open_source(server, table="pegawai", cursor_column="bobot", key_columns="id") as reader:
        assert [finding.rule for finding in reader.check()] == ["cursor-type"]


def test_server_that_accepts_and_says_nothing_is_told_as_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = {"host": "127.0.0.1", "port": str(silent.getsockname()[1]), "database": "x", "user": "x", "table": "x"}
        settings, _ = parse_settings("mysql", told | {"tls": "off"})
        assert isinstance(settings, DatabaseSettings)
        with MysqlReader(settings, "x", Guard(["127.0.0.1"]), silence_seconds=0.3) as reader:
            assert [(one.where, one.rule) for one in reader.check()] == [("network", "away")]
