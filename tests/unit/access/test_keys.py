"""What a key is."""

import hashlib

import pytest

from simpul.access.keys import KeyStage, is_key, make_key, parse_key


@pytest.mark.parametrize("stage", ["test", "live"])
def test_key_carries_its_stage_and_id(stage: KeyStage) -> None:
    made = make_key(stage)
    assert made.text.startswith(f"spl_{stage}_{made.key_id}_")
    assert parse_key(made.text) == (stage, made.key_id)


def test_only_the_digest_is_kept() -> None:
    made = make_key("live")
    assert made.digest == hashlib.sha256(made.text.encode()).digest()
    assert is_key(made.text, made.digest)
    assert not is_key(made.text[:-1] + ("A" if made.text[-1] != "A" else "B"), made.digest)


def test_no_two_keys_agree() -> None:
    made = [make_key("test") for _ in range(200)]
    assert len({key.text for key in made}) == len({key.key_id for key in made}) == 200


@pytest.mark.parametrize("text", ["", "spl_prod_0123456789abcdef_" + "A" * 43, "spl_test_x_y", "é" * 70])
def test_text_of_another_shape_is_no_key(text: str) -> None:
    assert parse_key(text) is None
