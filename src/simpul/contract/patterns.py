"""A contract's patterns, in RE2's linear-time subset: no pattern can make the hub slow."""

from collections.abc import Callable

import re2

from simpul.contract.errors import ContractInvalid
from simpul.kernel.words import Words

MAX_PATTERN_LENGTH = 500
_MAX_PROGRAM_BYTES = 1 << 20


def find_pattern_fault(pattern: str) -> Words | None:
    """Find out why a pattern can't be used; None when it can.

    >>> find_pattern_fault("^[0-9]{4}$") is None, find_pattern_fault(r"(a)\\1") is None
    (True, False)
    """
    if len(pattern) > MAX_PATTERN_LENGTH:
        return Words(
            f"Pola lebih panjang dari {MAX_PATTERN_LENGTH} huruf. Pendekkan.",
            f"The pattern is longer than {MAX_PATTERN_LENGTH} characters. Shorten it.",
        )
    try:
        re2.compile(pattern, _make_options())
    except (re2.error, UnicodeError):
        return Words(
            "Pola tidak dapat dipakai: salah tulis, atau memakai rujukan balik atau lookaround yang tidak didukung.",
            "The pattern can't be used: it is malformed, or uses back-references or look-around, which aren't supported.",
        )
    return None


def compile_pattern(pattern: str) -> Callable[[str], object | None]:
    """Compile a checked pattern to a search that finds it anywhere, as JSON Schema does. Raises: ContractInvalid."""
    fault = find_pattern_fault(pattern)
    if fault is not None:
        raise ContractInvalid(fault)
    search: Callable[[str], object | None] = re2.compile(pattern, _make_options()).search
    return search


def _make_options() -> "re2.Options":
    options = re2.Options()
    options.max_mem = _MAX_PROGRAM_BYTES
    options.log_errors = False
    return options
