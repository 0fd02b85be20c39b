"""A dataset of its own for each test, on each PostgreSQL that the order names unless a module says otherwise."""

import io
from collections.abc import Callable, Iterable, Sequence

import openpyxl
import pytest
from delivery_bench import Bench, make_bench, prepare

from simpul.store.launcher import Database


@pytest.fixture(scope="module")
def delivery_database(each_major: Database) -> Database:
    return prepare(each_major)


@pytest.fixture
def bench(delivery_database: Database) -> Bench:
    return make_bench(delivery_database)


@pytest.fixture
def make_xlsx() -> Callable[[Iterable[Sequence[object]]], bytes]:
    """Return a writer of workbooks with one sheet."""

    def write(rows: Iterable[Sequence[object]]) -> bytes:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return write
