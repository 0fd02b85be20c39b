"""The reading tests of one consumer: keys, columns, rows, types, paging, filters, order, CSV, errors."""

from collections.abc import Iterator, Mapping
from typing import Any

from simpul.contract.filters import OPERATORS, matches_filters, read_filters
from simpul.contract.integration_case import REFUSED_STATUSES, Expectation, Scene, TestCase
from simpul.contract.jsonschema import make_column_schema
from simpul.contract.model import Column
from simpul.kernel.words import Words

_ORDERED_TYPES = ("integer", "number", "date")
_SPECIAL = frozenset("*%_\\\"',.(){}&")
_COUNT_EXACT: Mapping[str, str] = {"Prefer": "count=exact"}
_ERROR = Expectation("error")
_MASK_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "hidden": {"type": "null"},
    "hashed": {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"},
    "last4": {"type": ["string", "null"], "pattern": "^([*]{4,}.{4}|[*]*)$"},
}


def list_read_tests(scene: Scene) -> Iterator[TestCase]:
    """List the reading tests of a scene, in the order of the report."""
    yield from _list_key_tests(scene)
    yield from _list_column_tests(scene)
    yield from _list_row_tests(scene)
    yield from _list_type_tests(scene)
    yield from _list_mask_tests(scene)
    yield from _list_paging_tests(scene)
    yield from _list_filter_tests(scene)
    yield from _list_order_tests(scene)
    yield _make(
        scene,
        Words("CSV memuat kolom yang diminta", "CSV carries the columns asked for"),
        [("select", ",".join(scene.terms.columns)), ("limit", "2")],
        [Expectation("csv", list(scene.terms.columns))],
        headers={"Accept": "text/csv"},
    )
    yield from _list_error_tests(scene)


def _make(
    scene: Scene,
    name: Words,
    query: list[tuple[str, str]],
    expects: list[Expectation],
    *,
    headers: Mapping[str, str] | None = None,
    key: str | None = None,
    statuses: tuple[int, ...] = (200, 206),
    path: str = "",
) -> TestCase:
    about = Words(
        f"{scene.terms.organization} · {scene.dataset.name}: ", f"{scene.terms.organization} · {scene.dataset.name}: "
    )
    return TestCase(
        name=Words(about.id + name.id, about.en + name.en),
        key=scene.key if key is None else key,
        path=path or scene.path,
        statuses=statuses,
        query=tuple(query),
        headers=headers or {},
        expects=tuple(expects),
    )


def _list_key_tests(scene: Scene) -> Iterator[TestCase]:
    limit = [("limit", "1")]
    columns = Expectation("columns", list(scene.terms.columns))
    yield _make(scene, Words("kunci yang benar diterima", "the right key is taken"), limit, [columns])
    yield _make(
        scene,
        Words("kunci yang salah ditolak", "a wrong key is refused"),
        limit,
        [_ERROR],
        key="wrong",
        statuses=(401,),
    )
    yield _make(scene, Words("tanpa kunci ditolak", "no key is refused"), limit, [_ERROR], key="", statuses=(401,))


def _list_column_tests(scene: Scene) -> Iterator[TestCase]:
    granted = list(scene.terms.columns)
    yield _make(
        scene,
        Words("hanya kolom yang disepakati yang keluar", "only the agreed columns come out"),
        [("select", "*"), ("limit", "5")],
        [Expectation("columns", granted)],
    )
    forbidden = [column.name for column in scene.dataset.columns if column.name not in granted]
    for name in forbidden or ["kolom_yang_tidak_ada"]:
        yield _make(
            scene,
            Words(f"kolom {name} tidak dapat diminta", f"column {name} can't be asked for"),
            [("select", name)],
            [_ERROR],
            statuses=REFUSED_STATUSES,
        )
        yield _make(
            scene,
            Words(f"kolom {name} tidak dapat disaring", f"column {name} can't be filtered"),
            [(name, "eq.1")],
            [_ERROR],
            statuses=REFUSED_STATUSES,
        )


def _list_row_tests(scene: Scene) -> Iterator[TestCase]:
    inside = [Expectation("total", len(scene.rows))]
    if scene.terms.row_filter:
        plain = {column.name for column in _list_plain(scene)}
        parts = [part for part in scene.terms.row_filter.split("&") if part.partition("=")[0] in plain]
        inside += [Expectation("filter", "&".join(parts))] if parts else []
    yield _make(
        scene,
        Words("hanya baris yang disepakati yang keluar", "only the agreed rows come out"),
        [],
        inside,
        headers=_COUNT_EXACT,
    )
    hidden = _find_hidden_value(scene)
    if hidden is not None:
        column, value = hidden
        yield _make(
            scene,
            Words("baris di luar hak tidak terlihat", "a row outside the grant can't be seen"),
            [(column, f"eq.{value}")],
            [Expectation("rows", 0), Expectation("total", 0)],
            headers=_COUNT_EXACT,
        )


def _find_hidden_value(scene: Scene) -> tuple[str, str] | None:
    """Find a granted column with a value that stands only in rows outside the grant."""
    for column in _list_plain(scene):
        if column.logical_type not in ("string", "integer", "date"):
            continue
        seen = {row[column.name] for row in scene.rows}
        for row in scene.outside:
            if row[column.name] is not None and row[column.name] not in seen:
                return column.name, str(row[column.name])
    return None


def _list_plain(scene: Scene) -> list[Column]:
    """List the granted columns whose values the consumer gets as they are."""
    masked = dict(scene.terms.masks)
    granted = [column for column in scene.dataset.columns if column.name in scene.terms.columns]
    return [column for column in granted if column.name not in masked]


def _list_mask_tests(scene: Scene) -> Iterator[TestCase]:
    for name, mask in scene.terms.masks:
        values = [str(row[name]) for row in scene.rows if row.get(name) is not None]
        yield _make(
            scene,
            Words(f"kolom {name} hanya keluar tersamar", f"column {name} comes out masked only"),
            [("select", name), ("limit", "50")],
            [Expectation("schema", {name: _MASK_SCHEMAS[mask]})],
        )
        if values and mask != "last4":
            yield _make(
                scene,
                Words(f"kolom {name} tidak dapat disaring menurut isinya", f"column {name} can't be filtered by value"),
                [(name, f"eq.{values[0]}")],
                [Expectation("rows", 0)],
            )


def _list_type_tests(scene: Scene) -> Iterator[TestCase]:
    for column in _list_plain(scene):
        yield _make(
            scene,
            Words(f"tipe kolom {column.name} sesuai kontrak", f"column {column.name} has the contract's type"),
            [("select", column.name), ("limit", "50")],
            [Expectation("schema", {column.name: make_column_schema(column)})],
        )


def _list_paging_tests(scene: Scene) -> Iterator[TestCase]:
    total = len(scene.rows)
    page, skipped = min(3, total), max(total - 2, 0)
    yield _make(
        scene,
        Words("limit membatasi baris", "limit cuts the rows"),
        [("limit", "3")],
        [Expectation("rows", page), Expectation("total", total)],
        headers=_COUNT_EXACT,
    )
    if total:
        yield _make(
            scene,
            Words("offset melewati baris", "offset skips rows"),
            [("offset", str(skipped)), ("limit", "10")],
            [Expectation("rows", total - skipped), Expectation("total", total)],
            headers=_COUNT_EXACT,
        )
    yield _make(
        scene,
        Words("header Range membatasi baris", "the Range header cuts the rows"),
        [],
        [Expectation("rows", min(2, total))],
        headers={"Range-Unit": "items", "Range": "0-1"},
    )


def _list_filter_tests(scene: Scene) -> Iterator[TestCase]:
    for operator in OPERATORS:
        literal = _find_literal(scene, operator)
        if literal is None:
            continue
        column, written = literal
        for negation in ("", "not."):
            condition = f"{column}={negation}{operator}.{written}"
            filters = read_filters(condition)
            expected = sum(matches_filters(row, filters) for row in scene.rows)
            yield _make(
                scene,
                Words(f"saringan {negation}{operator} pada {column}", f"filter {negation}{operator} on {column}"),
                [(column, f"{negation}{operator}.{written}")],
                [Expectation("total", expected), Expectation("filter", condition)],
                headers=_COUNT_EXACT,
            )


def _find_literal(scene: Scene, operator: str) -> tuple[str, str] | None:
    """Find a granted column and a literal on which the operator's outcome is known without the database's collation."""
    for column in _list_plain(scene):
        values = [row[column.name] for row in scene.rows if row[column.name] is not None]
        if not values or any(isinstance(value, str) and not _is_plain(value) for value in values):
            continue
        middle = sorted(values, key=str)[len(values) // 2]
        is_text = column.logical_type == "string"
        if operator == "is":
            return column.name, "null"
        if operator in ("like", "ilike") and is_text:
            stem = str(middle)[: max(1, len(str(middle)) // 2)]
            # Codes without letters say nothing about case.
            if operator == "like" or stem.lower() != stem.upper():
                return column.name, f"{stem.swapcase() if operator == 'ilike' else stem}*"
        if operator in ("gt", "gte", "lt", "lte") and column.logical_type in _ORDERED_TYPES:
            return column.name, str(middle)
        if operator in ("eq", "neq") and (is_text or column.logical_type in _ORDERED_TYPES):
            return column.name, str(middle)
        if operator == "in" and (is_text or column.logical_type in _ORDERED_TYPES):
            return column.name, f'("{values[0]}","{middle}")'
    return None


def _is_plain(value: str) -> bool:
    """Dots are fine in codes; quotes and wildcards would make the expectation unsure."""
    return value.isascii() and not (_SPECIAL - {"."}) & set(value)


def _list_order_tests(scene: Scene) -> Iterator[TestCase]:
    column = next((one for one in _list_plain(scene) if one.logical_type in _ORDERED_TYPES), None)
    name = column.name if column else scene.terms.columns[0]
    for direction in ("asc", "desc"):
        ordered: list[Any] = [name, direction]
        yield _make(
            scene,
            Words(f"urutan {direction} menurut {name}", f"order {direction} by {name}"),
            [("order", f"{name}.{direction}"), ("limit", "50")],
            [Expectation("ordered", ordered)] if column else [Expectation("rows", min(50, len(scene.rows)))],
        )


def _list_error_tests(scene: Scene) -> Iterator[TestCase]:
    name = scene.terms.columns[0]
    yield _make(
        scene,
        Words("saringan salah tulis dijawab galat yang jelas", "a malformed filter gets a clear error"),
        [(name, "bukan_operator.1")],
        [_ERROR],
        statuses=(400,),
    )
    yield _make(
        scene,
        Words("data yang tidak ada dijawab galat yang jelas", "an unknown dataset gets a clear error"),
        [],
        [_ERROR],
        statuses=(403, 404),
        path=f"{scene.path.rpartition('/')[0]}/data_yang_tidak_ada",
    )
    if scene.terms.organization != scene.contract.provider_code:
        yield TestCase(
            name=Words(
                f"{scene.key} · {scene.dataset.name}: pemanfaat tidak dapat mengirim baris",
                f"{scene.key} · {scene.dataset.name}: the consumer can't deliver rows",
            ),
            key=scene.key,
            path=f"{scene.path}/batches",
            method="POST",
            statuses=(403,),
            headers={"Content-Type": "application/json", "Prefer": "tx=rollback"},
            body="[]",
            expects=(_ERROR,),
        )
