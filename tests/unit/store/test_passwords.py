"""Generated passwords: kept once, readable by their owner alone, and never sent as they are."""

import base64
from pathlib import Path

import pytest

from simpul.kernel.errors import Misconfigured
from simpul.store.passwords import ensure_passwords, make_verifier, read_passwords


def test_verifier_is_the_one_of_the_standard() -> None:
    # RFC 7677, section 3: password "pencil", 4096 rounds.
    assert make_verifier("pencil", salt=base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")) == (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="
        "$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )


def test_passwords_are_made_once_and_kept(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    first = ensure_passwords(keys, ["a", "b"])
    second = ensure_passwords(keys, ["b", "c"])
    assert second.keys() == {"a", "b", "c"}
    assert first.items() <= second.items()
    assert len(set(second.values())) == 3
    assert read_passwords(keys) == second
    assert (keys.stat().st_mode & 0o777, (keys / "roles.json").stat().st_mode & 0o777) == (0o700, 0o600)
    assert [path.name for path in keys.iterdir()] == ["roles.json"]


def test_a_damaged_file_is_named_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "roles.json").write_text("{")
    with pytest.raises(Misconfigured, match=r"roles\.json"):
        ensure_passwords(tmp_path, ["a"])
    assert (tmp_path / "roles.json").read_text() == "{"
