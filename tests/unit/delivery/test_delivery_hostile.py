"""Files that are built to harm, or are not what their name says."""

import io
import zipfile

import pytest
from delivery_sheets import make_ods, make_xlsx, replace_parts, rewrite

from simpul.delivery.errors import FileRefused
from simpul.delivery.formats import open_rows

XLSX = make_xlsx([["kode", "nama"], ["1", "a"]])
ODS = make_ods([["kode", "nama"], ["1", "a"]])


def refusal(content: bytes, name: str, **options) -> tuple[str, str]:
    with pytest.raises(FileRefused) as caught:
        list(open_rows(content, name, **options).rows)
    error = caught.value
    assert error.message.id
    assert error.message.en
    assert error.hint.id
    return error.code, error.findings[0].rule


def zip_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_file_over_the_limit_is_refused_before_it_is_read():
    assert refusal(b"a,b\n1,2\n", "a.csv", limit_bytes=4) == ("SPL611", "too-large")


@pytest.mark.parametrize(
    ("content", "name", "rule"),
    [
        (XLSX, "a.csv", "wrong-extension"),
        (XLSX, "a.ods", "wrong-extension"),
        (ODS, "a.xlsx", "wrong-extension"),
        (b"a,b\n1,2\n", "a.xlsx", "wrong-extension"),
        (b"a,b\n1,2\n", "a.exe", "unknown-extension"),
        (b"a,b\n1,2\n", "nama", "unknown-extension"),
        (b"%PDF-1.7 ...", "a.csv", "wrong-content"),
        (b"<html><table>", "a.xlsx", "wrong-content"),
        (b"\x1f\x8b\x08data", "a.csv", "wrong-content"),
        (b"kode\x00,nama\n", "a.csv", "binary-content"),
        (zip_of(a=b"x"), "a.xlsx", "wrong-content"),
        (b"PK\x03\x04broken", "a.xlsx", "broken-archive"),
        (XLSX[: len(XLSX) // 2], "a.xlsx", "broken-archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xlsx", "old-excel"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(content, name, rule):
    assert refusal(content, name)[1] == rule


def test_encrypted_files_are_named_as_such():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert refusal(ole, "a.xlsx") == ("SPL612", "encrypted")
    manifest = '<manifest:manifest><manifest:encryption-data manifest:checksum="x"/></manifest:manifest>'
    assert refusal(replace_parts(ODS, **{"META-INF__manifest.xml": manifest}), "a.ods") == ("SPL612", "encrypted")
    flagged = bytearray(XLSX)
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(flagged), "a.xlsx") == ("SPL612", "encrypted")


@pytest.mark.parametrize("part", ["xl__vbaProject.bin", "xl__macros__vbaProject.bin"])
def test_macros_are_refused(part):
    assert refusal(replace_parts(XLSX, **{part: b"x"}), "a.xlsx") == ("SPL613", "macro-file")
    assert refusal(XLSX, "a.xlsm") == ("SPL613", "macro-file")
    assert refusal(replace_parts(ODS, Basic__Standard__m="x"), "a.ods") == ("SPL613", "macro-file")


def test_a_zip_bomb_is_refused_by_its_ratio():
    assert refusal(replace_parts(XLSX, **{"xl__sharedStrings.xml": b"<a>" + b" " * 12_000_000}), "a.xlsx") == (
        "SPL613",
        "zip-bomb",
    )


def test_too_many_entries_are_refused():
    more = {f"x{number}": b"" for number in range(5_001)}
    assert refusal(replace_parts(XLSX, **more), "a.xlsx")[1] == "zip-bomb"


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a\\..\\b", "C:/x"])
def test_odd_paths_are_refused(path):
    assert refusal(rewrite(XLSX, lambda _, content: content, {path: b"x"}), "a.xlsx") == ("SPL613", "odd-path")


def test_an_archive_inside_is_refused():
    assert refusal(replace_parts(XLSX, **{"xl__embeddings__a.zip": XLSX}), "a.xlsx") == ("SPL613", "nested-archive")


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


def test_declared_entities_are_refused():
    def laugh(name: str, content: bytes) -> bytes:
        return LAUGHS + content.split(b"?>", 1)[-1] if name in ("content.xml", "xl/worksheets/sheet1.xml") else content

    assert refusal(rewrite(XLSX, laugh, {}), "a.xlsx") == ("SPL613", "xml-entities")
    assert refusal(rewrite(ODS, laugh, {}), "a.ods") == ("SPL613", "xml-entities")


def test_a_declaration_hidden_by_another_encoding_is_refused():
    def laugh(name: str, content: bytes) -> bytes:
        text = (LAUGHS.decode() + content.decode().split("?>", 1)[-1]).replace(
            'version="1.0"?', 'version="1.0" encoding="utf-16"?'
        )
        return text.encode("utf-16") if name == "xl/worksheets/sheet1.xml" else content

    assert refusal(rewrite(XLSX, laugh, {}), "a.xlsx") == ("SPL613", "xml-entities")


def test_cells_far_apart_are_refused_before_they_fill_the_memory():
    def spread(page):
        page.cell(900_000, 900).value = "x"

    assert refusal(make_xlsx([["a", "b"], [1, 2]], spread), "a.xlsx") == ("SPL613", "too-many-cells")


def test_repeats_of_an_ods_are_refused_before_they_fill_the_memory():
    def repeat(name: str, content: bytes) -> bytes:
        return (
            content.replace(b"<table:table-cell", b'<table:table-cell table:number-columns-repeated="16384"')
            if name == "content.xml"
            else content
        )

    def repeat_rows(name: str, content: bytes) -> bytes:
        return (
            content.replace(b"<table:table-row", b'<table:table-row table:number-rows-repeated="999999999"')
            if name == "content.xml"
            else content
        )

    assert refusal(rewrite(ODS, repeat, {}), "a.ods") == ("SPL613", "too-many-cells")
    assert refusal(rewrite(ODS, repeat_rows, {}), "a.ods") == ("SPL613", "too-many-cells")


def test_external_links_are_ignored():
    assert list(
        open_rows(replace_parts(XLSX, **{"xl__externalLinks__externalLink1.xml": b"<externalLink/>"}), "a.xlsx").rows
    )


def test_a_refusal_never_repeats_the_files_name():
    with pytest.raises(FileRefused) as caught:
        open_rows(XLSX, "Data Budi 6305010101900001.csv")
    assert "Budi" not in str(caught.value)
    assert "6305" not in str(caught.value)
