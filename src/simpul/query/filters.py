"""Reads filters: one parameter each, or trees of `and` and `or`."""

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import parse_qsl

from simpul.kernel.words import Words
from simpul.query.errors import FeatureMissing
from simpul.query.fields import parse_field
from simpul.query.model import Condition, Field, Filter, Logic, Quantifier
from simpul.query.operators import IS_WORDS, LANGUAGES, OPERATORS
from simpul.query.scanner import Scanner

LOGIC = frozenset(("and", "or", "not.and", "not.or"))
MAX_DEPTH = 10

_OPERATOR = re.compile(r"[a-z]+")
_LANGUAGE = re.compile(r"\(([a-z_]{1,63})\)")
_WORD_IN_TREE = re.compile(r"[^,()]*")
_BRACE_OR_QUOTED = re.compile(r"[{}]|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_IN_LIST = re.compile(r"[^,()\"]*")
_IN_BRACES = re.compile(r"[^,{}\"]*")


def parse_filter(name: str, text: str) -> Filter:
    """Read one parameter `column[->path]=[not.]op[(any|all|language)].value`.

    Raises: ParseFailed, FeatureMissing.

    >>> read = parse_filter("kode", "not.like.63*")
    >>> read.operator, read.value, read.negated
    ('like', '63*', True)
    """
    names = Scanner(name, name)
    field = parse_field(names)
    if names.peek() == ".":
        raise FeatureMissing(feature="embedding")
    names.expect_end()
    scanner = Scanner(text, name)
    condition = _parse_operation(scanner, field, in_tree=False)
    scanner.expect_end()
    return condition


def parse_logic(name: str, text: str) -> Logic:
    """Read one parameter `and|or|not.and|not.or=(…)`. Raises: ParseFailed.

    >>> parse_logic("or", "(a.eq.1,not.and(b.gt.2,c.is.null))").items[1].negated
    True
    """
    scanner = Scanner(text, name.removeprefix("not."))
    tree = _parse_tree(scanner, _read_joiner(name), negated=name.startswith("not."), depth=1)
    scanner.expect_end()
    return tree


def parse_row_filter(text: str) -> tuple[Condition, ...]:
    """Read a grant's row filter, written as a query string: `kode=like.63.05*&aktif=is.true`; all must hold.

    Returns: the conditions, empty for an empty text. Raises: ParseFailed, FeatureMissing.
    """
    return parse_conditions(parse_qsl(text, keep_blank_values=True))


def parse_conditions(parameters: Iterable[tuple[str, str]]) -> tuple[Condition, ...]:
    """Read every parameter as a filter or a logic tree, in the order given."""
    return tuple(parse_logic(name, text) if name in LOGIC else parse_filter(name, text) for name, text in parameters)


def _read_joiner(name: str) -> Literal["and", "or"]:
    return "or" if name.endswith("or") else "and"


def _parse_tree(scanner: Scanner, operator: Literal["and", "or"], *, negated: bool, depth: int) -> Logic:
    if depth > MAX_DEPTH:
        raise scanner.fail(Words("Kurung bersarang terlalu dalam", "Brackets are nested too deep"))
    scanner.skip_spaces()
    scanner.expect("(")
    items: list[Condition] = []
    while True:
        scanner.skip_spaces()
        items.append(_parse_tree_item(scanner, depth))
        scanner.skip_spaces()
        if scanner.take(")"):
            return Logic(operator, tuple(items), negated)
        scanner.expect(",")


def _parse_tree_item(scanner: Scanner, depth: int) -> Condition:
    for start in ("not.and(", "not.or(", "and(", "or("):
        if scanner.take(start):
            scanner.place -= 1
            return _parse_tree(scanner, _read_joiner(start[:-1]), negated=start.startswith("not."), depth=depth + 1)
    field = parse_field(scanner)
    scanner.expect(".")
    return _parse_operation(scanner, field, in_tree=True)


def _parse_operation(scanner: Scanner, field: Field, *, in_tree: bool) -> Filter:
    negated = scanner.take("not.")
    name = scanner.take_pattern(_OPERATOR) or ""
    operator = OPERATORS.get(name)
    if operator is None:
        raise scanner.fail(Words("Operator tidak dikenal", "Unknown operator"))
    quantifier = _parse_quantifier(scanner) if operator.quantified else None
    language = _parse_language(scanner) if operator.takes == "search" else None
    scanner.expect(".")
    if operator.takes == "list":
        return Filter(field, name, _parse_values(scanner, "()", _IN_LIST), negated)
    if quantifier:
        return Filter(field, name, _parse_values(scanner, "{}", _IN_BRACES), negated, quantifier)
    value = _parse_value(scanner, in_tree)
    if operator.takes == "word":
        value = value.lower()
        if value not in IS_WORDS:
            raise scanner.fail(Words("Nilai untuk 'is' tidak dikenal", "Unknown value for 'is'"))
    return Filter(field, name, value, negated, language=language)


def _parse_language(scanner: Scanner) -> str | None:
    if scanner.peek() != "(":
        return None
    language = (scanner.take_pattern(_LANGUAGE) or "").strip("()")
    if language not in LANGUAGES:
        raise scanner.fail(Words("Bahasa pencarian teks tidak dikenal", "Unknown language of text search"))
    return language


def _parse_quantifier(scanner: Scanner) -> Quantifier | None:
    if not scanner.take("("):
        return None
    words: tuple[Quantifier, ...] = ("any", "all")
    for word in words:
        if scanner.take(word):
            scanner.expect(")")
            return word
    raise scanner.fail(Words("Diharapkan any atau all", "Expected any or all"))


def _parse_value(scanner: Scanner, in_tree: bool) -> str:
    if not in_tree:
        rest, scanner.place = scanner.text[scanner.place :], len(scanner.text)
        return rest
    if scanner.peek() == '"':
        return scanner.take_quoted()
    if scanner.peek() == "{":
        braced = _take_braced(scanner)
        if braced is not None:
            return braced
    # Spaces before a comma or bracket belong to the grammar; a value that ends with one is quoted.
    return (scanner.take_pattern(_WORD_IN_TREE) or "").rstrip(" ")


def _take_braced(scanner: Scanner) -> str | None:
    """Step over an array or JSON object, whatever stands between its braces; None where it isn't one whole value."""
    depth = 0
    for piece in _BRACE_OR_QUOTED.finditer(scanner.text, scanner.place):
        depth += {"{": 1, "}": -1}.get(piece.group(), 0)
        if depth == 0:
            braced, end = scanner.text[scanner.place : piece.end()], piece.end()
            if scanner.text[end : end + 1] not in {",", ")", " "}:
                return None
            scanner.place = end
            return braced
    return None


def _parse_values(scanner: Scanner, brackets: str, word: re.Pattern[str]) -> tuple[str, ...]:
    scanner.expect(brackets[0])
    if scanner.take(brackets[1]):
        return ()
    values: list[str] = []
    while True:
        values.append(scanner.take_quoted() if scanner.peek() == '"' else scanner.take_pattern(word) or "")
        if scanner.take(brackets[1]):
            return tuple(values)
        scanner.expect(",")
