"""Names: any header becomes a safe, unused identifier."""

from hypothesis import given
from hypothesis import strategies as st

from simpul.contract.names import is_safe_name, make_names, make_title


@given(st.lists(st.text(max_size=80), max_size=20))
def test_every_header_gives_safe_and_different_names(headers: list[str]) -> None:
    names = make_names(headers)
    assert len(set(names)) == len(headers)
    assert all(is_safe_name(name) for name in names)


@given(st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,5}){0,3}", fullmatch=True).filter(is_safe_name))
def test_a_safe_name_is_kept(name: str) -> None:
    assert make_names([name]) == [name]


def test_titles_stay_readable() -> None:
    assert make_title("jumlah_penduduk") == "Jumlah penduduk"
    assert make_title("  Kode  Wilayah ") == "Kode Wilayah"
    assert make_title("") == ""
