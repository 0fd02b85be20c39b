"""The page of the errors, read from the source: every class of the tree with its code, status, words and hint."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simpul.cli.project import SOURCE

_DOTS = "…"


@dataclass(frozen=True)
class ErrorClass:
    """One class of the error tree as its source says it; what it inherits is empty here."""

    name: str
    room: str
    bases: tuple[str, ...]
    code: str
    status: str
    message: tuple[str, str]
    hint: tuple[str, str]


Known = dict[str, list[ErrorClass]]
"""The classes by name; two rooms may use the same one."""


def describe_errors(head: str) -> str:
    """Return the page of the errors, by room and code."""
    classes = list_errors()
    lines = [head, "# Errors", "", "Every refusal has a code, says what is wrong, and names the next step.", ""]
    lines += [
        "In `{…}` stands what the case at hand fills in; texts made where the error is raised aren't listed here."
    ]
    for room in sorted({one.room for one in classes}):
        lines += ["", f"## {room}", "", "| code | HTTP | what is wrong | next step |", "|---|---|---|---|"]
        for one in sorted((one for one in classes if one.room == room), key=lambda one: (one.code, one.name)):
            lines.append(
                f"| `{one.code}` {one.name} | {one.status} | {show_text(one.message)} | {show_text(one.hint)} |"
            )
    return "\n".join(lines) + "\n"


def list_errors(source: Path = SOURCE) -> list[ErrorClass]:
    """Return every class below `SimpulError` that has a code of its own, with inherited status, words and hint."""
    known: Known = {}
    for path in sorted(source.rglob("*.py")):
        for one in _read_classes(path, source):
            known.setdefault(one.name, []).append(one)
    return [_fill(one, known) for same in known.values() for one in same if one.code and _descends(one, known)]


def _read_classes(path: Path, source: Path) -> Iterator[ErrorClass]:
    room = path.relative_to(source).parts[1].removesuffix(".py")
    tree = ast.parse(path.read_text("utf-8"))
    shared = _read_values(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            own = _read_values(node.body)
            values = {name: _follow(value, shared) for name, value in own.items()}
            yield ErrorClass(
                node.name,
                room,
                tuple(ast.unparse(base).rpartition(".")[2] for base in node.bases),
                _read_text(values.get("code")),
                _read_text(values.get("status")),
                _read_words(values.get("message")),
                _read_words(values.get("hint")),
            )


def _read_values(statements: list[ast.stmt]) -> dict[str, ast.expr]:
    return {name: value for statement in statements for name, value in _read_assignment(statement)}


def _follow(value: ast.expr, shared: dict[str, ast.expr]) -> ast.expr:
    """Return what a name of the module stands for; several errors may share a text."""
    return shared.get(value.id, value) if isinstance(value, ast.Name) else value


def _read_assignment(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        yield statement.targets[0].id, statement.value
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        yield statement.target.id, statement.value


def _read_text(value: ast.expr | None) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else ""


def _read_words(value: ast.expr | None) -> tuple[str, str]:
    if isinstance(value, ast.Call) and len(value.args) == 2:
        return _read_sentence(value.args[0]), _read_sentence(value.args[1])
    return "", ""


def _read_sentence(value: ast.expr) -> str:
    """Return a text; in an f-string each value that Python fills in is shown as dots."""
    if isinstance(value, ast.JoinedStr):
        return "".join(_read_text(part) or _DOTS for part in value.values)
    return _read_text(value)


def _find_parents(one: ErrorClass, known: Known) -> list[ErrorClass]:
    """Return the classes it derives from, of its own room where two rooms have one of that name."""
    found = [sorted(known.get(base, []), key=lambda parent: parent.room != one.room)[:1] for base in one.bases]
    return [parent for parents in found for parent in parents if parent is not one]


def _descends(one: ErrorClass, known: Known) -> bool:
    return one.name == "SimpulError" or any(_descends(parent, known) for parent in _find_parents(one, known))


def _fill(one: ErrorClass, known: Known) -> ErrorClass:
    parents = [_fill(parent, known) for parent in _find_parents(one, known)]
    if not parents:
        return one
    parent = parents[0]
    return ErrorClass(
        one.name,
        one.room,
        one.bases,
        one.code,
        one.status or parent.status,
        one.message if any(one.message) else parent.message,
        one.hint if any(one.hint) else parent.hint,
    )


def show_text(words: tuple[str, str]) -> str:
    return "<br>".join(text.replace("|", "\\|") for text in words if text)
