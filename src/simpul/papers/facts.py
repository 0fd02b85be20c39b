"""The facts that a paper needs: checks them, and makes a kind's example from its template."""

import base64
import binascii
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.papers.dates import read_date, read_instant
from simpul.papers.template_file import FactSpec, read_template, read_types

MISSING = Words("Belum diisi.", "Missing.")
NOT_A_LIST = Words("Harus berupa daftar.", "Must be a list.")
NOT_A_RECORD = Words("Harus berupa kumpulan isian.", "Must be a record.")
LARGEST_PICTURE_BYTES = 1_000_000


def check_facts(kind: str, facts: Mapping[str, Any]) -> list[Finding]:
    """Return what is missing or in another form, in the template's order; empty if the paper can be made.

    Facts that the template doesn't know are ignored.

    Raises: PaperNotFound.
    """
    return list(_check_record(read_template(kind).facts, facts, ""))


def make_example(kind: str) -> dict[str, Any]:
    """Return a kind's facts with the template's examples: what the demo's preview and the tests draw.

    Raises: PaperNotFound.
    """
    return _example_of(read_template(kind).facts)


def clean_facts(facts: Any) -> Any:
    """Return the facts with texts composed (NFC) and every unprintable character made visible as [U+…].

    >>> clean_facts({"name": "a" + chr(0) + "b" + chr(0x202E)})
    {'name': 'a[U+0000]b[U+202E]'}
    """
    if isinstance(facts, str):
        return clean_text(facts)
    if isinstance(facts, Mapping):
        return {name: clean_facts(fact) for name, fact in facts.items()}
    return [clean_facts(fact) for fact in facts] if isinstance(facts, list | tuple) else facts


def clean_text(text: str) -> str:
    """Return the text with plain line ends and tabs as spaces, unprintable characters as [U+…]."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\xad", "").replace("\xa0", " ")
    if plain.isascii() and plain.replace("\n", "").isprintable():
        return plain
    return "".join(c if _is_printable(c) else f"[U+{ord(c):04X}]" for c in unicodedata.normalize("NFC", plain))


def _is_printable(character: str) -> bool:
    return character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _check_record(specs: Sequence[FactSpec], facts: Mapping[str, Any], path: str) -> Iterator[Finding]:
    for spec in specs:
        yield from _check_fact(spec, facts.get(spec.name), f"{path}{spec.name}")


def _check_fact(spec: FactSpec, fact: Any, path: str) -> Iterator[Finding]:
    if fact is None or (fact == "" and not spec.many):
        if not spec.optional:
            yield Finding(path, "missing", MISSING)
    elif not spec.many:
        yield from _check_one(spec, fact, path)
    elif not isinstance(fact, list | tuple):
        yield Finding(path, "type", NOT_A_LIST)
    else:
        for index, item in enumerate(fact):
            yield from _check_one(spec, item, f"{path}[{index}]")


def _check_one(spec: FactSpec, fact: Any, path: str) -> Iterator[Finding]:
    if spec.type not in _READERS:
        if isinstance(fact, Mapping):
            yield from _check_record(read_types()[spec.type], fact, f"{path}.")
        else:
            yield Finding(path, "type", NOT_A_RECORD)
        return
    reader, wanted = _READERS[spec.type]
    try:
        reader(fact)
    except (ValueError, TypeError):
        yield Finding(path, "type", wanted)


def _read_text(fact: Any) -> None:
    if not isinstance(fact, str | int | float) or isinstance(fact, bool):
        raise ValueError("text")


def _read_count(fact: Any) -> None:
    if not isinstance(fact, int) or isinstance(fact, bool):
        raise ValueError("count")


def _read_number(fact: Any) -> None:
    if not isinstance(fact, int | float) or isinstance(fact, bool) or not math.isfinite(fact):
        raise ValueError("number")


def _read_flag(fact: Any) -> None:
    if not isinstance(fact, bool):
        raise ValueError("flag")


def _read_day(fact: Any) -> None:
    read_date(fact if isinstance(fact, date) else str(fact))


def _read_moment(fact: Any) -> None:
    read_instant(fact if isinstance(fact, date) else str(fact))


def read_png(fact: Any) -> bytes:
    """Return a PNG's bytes from base64. Raises: ValueError, if it is no PNG or too large."""
    try:
        content = base64.b64decode(str(fact), validate=True)
    except binascii.Error as error:
        raise ValueError("base64") from error
    if len(content) > LARGEST_PICTURE_BYTES or not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("png")
    return content


def read_svg(fact: Any) -> str:
    """Return an SVG's text. Raises: ValueError, if it is no SVG or too large."""
    text = str(fact)
    if len(text) > LARGEST_PICTURE_BYTES or "<svg" not in text[:2000] or "<!ENTITY" in text:
        raise ValueError("svg")
    return text


_READERS: dict[str, tuple[Callable[[Any], object], Words]] = {
    "text": (_read_text, Words("Harus berupa teks.", "Must be a text.")),
    "count": (_read_count, Words("Harus berupa bilangan bulat.", "Must be a whole number.")),
    "number": (_read_number, Words("Harus berupa bilangan.", "Must be a number.")),
    "flag": (_read_flag, Words("Harus ya atau tidak.", "Must be true or false.")),
    "date": (_read_day, Words("Harus berupa tanggal, misalnya 2026-11-24.", "Must be a date such as 2026-11-24.")),
    "instant": (
        _read_moment,
        Words(
            "Harus berupa waktu, misalnya 2026-11-24T09:00:00+08:00.",
            "Must be an instant such as 2026-11-24T09:00:00+08:00.",
        ),
    ),
    "png": (
        read_png,
        Words("Harus gambar PNG (base64), paling besar 1 MB.", "Must be a PNG (base64) of 1 MB at most."),
    ),
    "svg": (read_svg, Words("Harus gambar SVG, paling besar 1 MB.", "Must be an SVG of 1 MB at most.")),
}


def _example_of(specs: Sequence[FactSpec]) -> dict[str, Any]:
    examples = {}
    for spec in specs:
        example = spec.example
        if example is None and spec.type in read_types():
            record = _example_of(read_types()[spec.type])
            example = [record] if spec.many else record
        if example is not None:
            examples[spec.name] = example
    return examples
