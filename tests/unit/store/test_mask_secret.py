"""The secret behind hashed columns: made once, private, and never replaced by another one."""

from pathlib import Path

import pytest

from simpul.store.errors import MaskKeyUnusable
from simpul.store.mask_secret import KEY_FILE, open_mask_secret


def test_secret_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    first = open_mask_secret(tmp_path / "keys")
    assert len(first) == 32
    assert open_mask_secret(tmp_path / "keys") == first
    assert (tmp_path / "keys" / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_damaged_secret_is_refused_rather_than_made_anew(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(MaskKeyUnusable):
        open_mask_secret(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == b"short"


def test_secret_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(MaskKeyUnusable):
        open_mask_secret(tmp_path)
