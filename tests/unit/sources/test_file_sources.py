"""Reading files: from a watched folder below a listed root, and from a web address."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from rest_service import Params, Service, serving

from simpul.outbound.guard import Guard
from simpul.sources.errors import SourceAway, SourceChanged, SourceDenied, SourceFailed, SourceRubbish, SourceTooMuch
from simpul.sources.opening import open_reader, parse_settings
from simpul.sources.shape import Chunk, DamagedRow, Reader, ReadLimits

CSV = "id,nama,tgl\n1,Ani,2026-01-02\n2,Budi,2026-01-03\n3,Cici,2026-01-04\n"


def put(folder: Path, name: str, text: str = CSV, age_seconds: float = 3600) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    changed = time.time() - age_seconds
    os.utime(path, (changed, changed))
    return path


def open_folder(folder: Path, root: Path | None = None, **given: str) -> Reader:
    settings, findings = parse_settings("folder", {"folder": str(folder)} | given)
    assert findings == []
    return open_reader("folder", settings, "", Guard(), [root or folder])


def read(reader: Reader, since: str | None = None, limits: ReadLimits | None = None) -> list[Chunk]:
    with reader:
        return list(reader.read(since, limits or ReadLimits()))


def list_ids(chunks: list[Chunk]) -> list[Any]:
    return [row["id"] for chunk in chunks for row in chunk.rows]


def test_files_come_the_oldest_first_and_each_once(tmp_path: Path) -> None:
    put(tmp_path, "b.csv", "id\n1\n", age_seconds=900)
    put(tmp_path, "a.csv", "id\n2\n", age_seconds=800)
    chunks = read(open_folder(tmp_path))
    assert list_ids(chunks) == ["1", "2"]
    put(tmp_path, "c.csv", "id\n3\n", age_seconds=700)
    assert list_ids(read(open_folder(tmp_path), chunks[-1].cursor)) == ["3"]


def test_reading_without_anything_new_gives_no_chunk_at_all(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    cursor = read(open_folder(tmp_path))[-1].cursor
    assert read(open_folder(tmp_path), cursor) == []


def test_same_content_under_another_name_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    cursor = read(open_folder(tmp_path))[-1].cursor
    put(tmp_path, "salinan.csv")
    assert read(open_folder(tmp_path), cursor) == []


def test_changed_file_comes_again(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "id\n1\n")
    cursor = read(open_folder(tmp_path))[-1].cursor
    put(tmp_path, "a.csv", "id\n1\n2\n", age_seconds=100)
    assert list_ids(read(open_folder(tmp_path), cursor)) == ["1", "2"]


def test_cursor_moves_with_a_file_s_last_chunk_alone(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    chunks = read(open_folder(tmp_path), limits=ReadLimits(chunk_rows=1))
    assert len(chunks) == 3
    assert list_ids(read(open_folder(tmp_path), chunks[1].cursor)) == ["1", "2", "3"]
    assert read(open_folder(tmp_path), chunks[2].cursor) == []


def test_file_that_may_still_be_written_is_left_for_later(tmp_path: Path) -> None:
    put(tmp_path, "baru.csv", age_seconds=5)
    put(tmp_path, "data.csv.part")
    put(tmp_path, ".tersembunyi.csv")
    assert read(open_folder(tmp_path)) == []
    assert list_ids(read(open_folder(tmp_path, settle_seconds="1"))) == ["1", "2", "3"]


def test_newest_file_alone_is_taken_where_that_is_asked(tmp_path: Path) -> None:
    put(tmp_path, "lama.csv", "id\n1\n", age_seconds=900)
    put(tmp_path, "baru.csv", "id\n2\n", age_seconds=800)
    assert list_ids(read(open_folder(tmp_path, takes="newest"))) == ["2"]


def test_nothing_in_the_folder_is_changed_or_deleted(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    tmp_path.chmod(0o555)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    read(open_folder(tmp_path))
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    tmp_path.chmod(0o755)


def test_folder_outside_the_listed_roots_is_refused_also_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "akar").mkdir()
    (tmp_path / "luar").mkdir()
    put(tmp_path / "luar", "a.csv")
    (tmp_path / "akar" / "pintas").symlink_to(tmp_path / "luar")
    for folder in (tmp_path / "luar", tmp_path / "akar" / "pintas"):
        (finding,) = open_folder(folder, root=tmp_path / "akar").check()
        assert (finding.where, finding.rule) == ("settings", "refused")


def test_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "akar").mkdir()
    (tmp_path / "akar" / "a.csv").symlink_to(put(tmp_path, "rahasia.csv"))
    assert read(open_folder(tmp_path / "akar")) == []


def test_pattern_chooses_files_whatever_their_letters_case(tmp_path: Path) -> None:
    put(tmp_path, "PEGAWAI-1.CSV", "id\n1\n")
    put(tmp_path, "gaji.csv", "id\n2\n")
    assert list_ids(read(open_folder(tmp_path, pattern="pegawai-*.csv"))) == ["1"]


def test_damaged_rows_stay_damaged_and_columns_are_described(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "id,tgl\n1,2026-01-02\n2,2026-01-02,lebih\n")
    with open_folder(tmp_path) as reader:
        assert [(one.name, one.logical_type) for one in reader.describe()] == [("id", "integer"), ("tgl", "date")]
        rows = reader.preview()
    assert [isinstance(row, DamagedRow) for row in rows] == [False, True]


def test_json_file_sets_the_strict_mode(tmp_path: Path) -> None:
    put(tmp_path, "a.json", '[{"id": 1}]')
    with open_folder(tmp_path) as reader:
        assert list_ids(list(reader.read(None, ReadLimits()))) == [1]
        assert reader.mode == "json"


@pytest.mark.parametrize(
    ("name", "text", "failure"),
    [
        ("a.csv", "id\n", SourceRubbish),
        ("a.json", "<html>", SourceRubbish),
        ("a.xlsx", "bukan", SourceRubbish),
        ("a.csv", "id\n" + "1\n" * 3000, SourceTooMuch),
    ],
)
def test_file_that_cannot_be_taken_ends_the_reading(
    tmp_path: Path, name: str, text: str, failure: type[SourceFailed]
) -> None:
    put(tmp_path, name, text)
    with pytest.raises(failure):
        read(open_folder(tmp_path), limits=ReadLimits(rows=2000))


def test_later_file_with_other_columns_ends_the_reading(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "id,nama\n1,a\n", age_seconds=900)
    put(tmp_path, "b.csv", "id,alamat\n1,a\n", age_seconds=800)
    with pytest.raises(SourceChanged):
        read(open_folder(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_that_may_not_be_read_is_told_as_rights(tmp_path: Path) -> None:
    closed = tmp_path / "tutup"
    closed.mkdir(mode=0)
    (finding,) = open_folder(closed).check()
    assert finding.where == "rights"


def test_check_names_a_missing_folder_and_an_empty_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "tidak-ada"):
        (finding,) = open_folder(folder, root=tmp_path).check()
        assert (finding.where, finding.rule) == ("object", "changed")


def open_address(service: Service, **given: str) -> Reader:
    settings, findings = parse_settings("file", {"address": service.address, "format": "csv"} | given)
    assert findings == []
    return open_reader("file", settings, "rahasia", Guard(["127.0.0.1"]))


def test_file_at_an_address_is_taken_when_its_content_is_new() -> None:
    texts = [CSV, CSV, "id,nama,tgl\n9,Joko,2026-02-02\n"]

    def answer(service: Service, params: Params) -> Any:
        return 200, texts[len(service.asked) - 1].encode(), {"Content-Type": "text/csv"}

    with serving(answer) as service:
        first = read(open_address(service, sign_in="bearer"))
        assert list_ids(first) == ["1", "2", "3"]
        assert service.headers[0]["authorization"] == "Bearer rahasia"
        assert read(open_address(service), first[-1].cursor) == []
        assert list_ids(read(open_address(service), first[-1].cursor)) == ["9"]


def test_file_at_an_address_is_described_and_shown() -> None:
    with serving(lambda *_: (200, CSV.encode(), {})) as service, open_address(service) as reader:
        assert [one.name for one in reader.describe()] == ["id", "nama", "tgl"]
        assert len(reader.preview(2)) == 2
        assert reader.check() == []


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ((200, b"<html>masuk</html>", {}), SourceRubbish),
        ((404, b"", {}), SourceChanged),
        ((401, b"", {}), SourceDenied),
    ],
)
def test_address_that_gives_no_file_is_told(reply: Any, failure: type[SourceFailed]) -> None:
    with serving(lambda *_: reply) as service, pytest.raises(failure):
        read(open_address(service))


def test_address_that_is_not_listed_is_refused() -> None:
    settings, _ = parse_settings("file", {"address": "https://127.0.0.1/x.csv", "format": "csv"})
    (finding,) = open_reader("file", settings, "", Guard()).check()
    assert (finding.where, finding.rule) == ("network", "refused")


def test_file_that_changes_while_it_is_copied_is_left_for_later(tmp_path: Path) -> None:
    """The writer lengthens the file between the look into the folder and the copy."""
    path = put(tmp_path, "a.csv")
    reader = open_folder(tmp_path)
    put(tmp_path, "b.csv", "id,nama,tgl\n7,Z,2026-01-01\n", age_seconds=600)
    reading = reader.read(None, ReadLimits())
    assert len(next(reading).rows) == 3
    (tmp_path / "b.csv").write_text(path.read_text() + "8,Y,2026-01-01\n")
    with pytest.raises(SourceAway):
        next(reading)
