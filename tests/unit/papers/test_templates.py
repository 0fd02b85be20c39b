"""The templates in library/papers/: every place is declared, every fact described, every title the SOP's."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from simpul.papers.fill import FILLERS
from simpul.papers.places import FILTERS, list_places
from simpul.papers.render import list_papers
from simpul.papers.template_file import FOLDER, FORMATS, SCALARS, FactSpec, list_kinds, read_template, read_types

KINDS = list_kinds()
SOP_OUTPUTS = {
    1: {"Surat Permohonan", "Perintah/Tugas"},
    2: {"Lembar Disposisi"},
    4: {"Disposisi Integrasi Aplikasi"},
    5: {"Dokumen Data Informasi Aplikasi", "Dokumen Integrasi Aplikasi", "Struktur Database"},
    6: {"Berita Acara Kesepakatan"},
    7: {"Dokumen Rumusan Integrasi Data"},
    8: {"Program Aplikasi API"},
    9: {"Unit Tes Integrasi Aplikasi"},
    10: {"Unit Tes Integrasi Aplikasi"},
    11: {"Validasi Aplikasi"},
    12: {"Laporan Hasil Validasi", "Tanda Terima Data"},
    13: {"Integrasi Sistem Informasi"},
    14: {"Integrasi Sistem Informasi"},
    15: {"Laporan Hasil Integrasi Aplikasi"},
}
Reach = Mapping[str, FactSpec]


def find_spec(path: str, reach: Reach) -> FactSpec | None:
    first, *rest = path.split(".")
    spec = reach.get(first)
    for part in rest:
        inner = {one.name: one for one in read_types().get(spec.type, ())} if spec else {}
        spec = inner.get(part)
    return spec


def walk_texts(part: Any, reach: Reach) -> Iterator[tuple[str, str, Reach]]:
    """Yield ("text" | "path", value, what is in reach) for every text and path of a template's block."""
    if isinstance(part, str):
        yield "text", part, reach
    elif isinstance(part, list):
        for one in part:
            yield from walk_texts(one, reach)
    elif isinstance(part, Mapping):
        inner = dict(reach)
        if "each" in part:
            name, _, path = part["each"].partition(" in ")
            yield "path", path, reach
            spec = find_spec(path, reach)
            if spec:
                inner[name] = FactSpec(name, spec.type, False, False, "", None)
        for name, value in part.items():
            if name in ("when", "ticked"):
                yield "path", value.removeprefix("not ").split("==")[0].strip(), inner
            elif name in ("who", "svg", "steps", "lanes", "letterhead"):
                yield "path", value, inner
            elif name not in ("each", "style", "columns"):
                yield "text", str(name), inner
                yield from walk_texts(value, inner)


def walk_template(kind: str) -> list[tuple[str, str, Reach]]:
    reach = {spec.name: spec for spec in read_template(kind).facts}
    return list(walk_texts(list(read_template(kind).blocks), reach))


@pytest.mark.parametrize("kind", KINDS)
def test_every_place_names_a_declared_fact(kind: str) -> None:
    unknown = [
        path
        for sort, value, reach in walk_template(kind)
        for path in ([value] if sort == "path" else [place for place, _, _ in list_places(value)])
        if path != "no" and find_spec(path, reach) is None
    ]
    assert unknown == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_place_that_may_stay_empty_says_what_stands_there_then(kind: str) -> None:
    template = walk_template(kind)
    whens = {value for sort, value, _ in template if sort == "path"}
    bare = [
        path
        for sort, value, reach in template
        if sort == "text"
        for path, _, may_be_missing in list_places(value)
        if (spec := find_spec(path, reach)) and spec.optional and not may_be_missing and path not in whens
    ]
    assert [path for path in bare if path != "case.number"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_filter_exists(kind: str) -> None:
    used = {
        name
        for sort, value, _ in walk_template(kind)
        if sort == "text"
        for _, names, _ in list_places(value)
        for name in names
    }
    assert used <= set(FILTERS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_block_is_of_a_known_kind(kind: str) -> None:
    blocks = read_template(kind).blocks
    assert all("blocks" in block or set(block) & set(FILLERS) for block in blocks)


@pytest.mark.parametrize("name", [*KINDS, *read_types()])
def test_every_fact_has_a_known_type_and_every_scalar_says_what_it_is(name: str) -> None:
    specs = read_types()[name] if name in read_types() else read_template(name).facts
    assert {spec.type for spec in specs} <= {*SCALARS, *read_types()}
    scalars = [spec for spec in specs if spec.type in SCALARS and name in read_types()]
    assert [spec.name for spec in scalars if not spec.about] == []


def test_every_output_of_the_sop_has_a_paper_of_its_name() -> None:
    titles = {row: {paper.title for paper in list_papers() if paper.row == row} for row in SOP_OUTPUTS}
    assert titles == SOP_OUTPUTS


def test_papers_are_listed_in_the_order_of_the_rows() -> None:
    rows = [paper.row or 99 for paper in list_papers()]
    assert rows == sorted(rows)


def test_every_format_is_known_and_every_paper_is_made_as_pdf() -> None:
    assert all(set(paper.formats) <= set(FORMATS) and "pdf" in paper.formats for paper in list_papers())


def test_the_page_on_templates_names_every_block_and_filter() -> None:
    page = (FOLDER / "README.md").read_text()
    assert [name for name in [*FILLERS, *FILTERS] if f"`{name}`" not in page] == []
