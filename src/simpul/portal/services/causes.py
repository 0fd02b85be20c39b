"""What an error code of the exchange means and what to do next, as `library/reference/errors.json` has it."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from simpul.kernel.words import NOTHING, Words

FILE = Path(__file__).resolve().parents[4] / "library" / "reference" / "errors.json"
_PLACE = re.compile(r"\{[a-z_]+\}")


class Cause(NamedTuple):
    """Why a call failed, and the next step. What only the answer itself told stands as dots."""

    message: Words
    hint: Words


_BY_STATUS = (
    (401, Cause(Words("Kunci ditolak.", "The key was refused."), NOTHING)),
    (403, Cause(Words("Tidak diberi hak.", "Not granted."), NOTHING)),
    (404, Cause(Words("Alamat atau data tidak ada.", "No such address or dataset."), NOTHING)),
    (429, Cause(Words("Batas panggilan terlampaui.", "Over the limit of calls."), NOTHING)),
    (499, Cause(Words("Permintaan tidak dapat dilayani.", "The request can't be served."), NOTHING)),
    (599, Cause(Words("Exchange tidak dapat menjawab.", "The exchange couldn't answer."), NOTHING)),
)


def find_cause(code: str, status: int) -> Cause:
    """Return what a code means; for one that isn't known what its status says."""
    return _read_causes().get(code) or next((cause for most, cause in _BY_STATUS if status <= most), _BY_STATUS[-1][1])


@cache
def _read_causes() -> dict[str, Cause]:
    told = json.loads(FILE.read_text("utf-8"))
    return {code: Cause(_read(one["message"]), _read(one["hint"])) for code, one in told.items()}


def _read(words: list[str]) -> Words:
    return Words(*(_PLACE.sub("…", text) for text in words))
