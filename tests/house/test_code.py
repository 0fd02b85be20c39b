"""The rules for the code itself: small pieces, one home for each thing, nothing of the machine it was made on."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "simpul"
LONGEST_FILE, LONGEST_FUNCTION, DEEPEST_FOLDER = 500, 50, 4
REASON = "# long:"
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "misc"}

# Put together here, so that this file doesn't hold what it looks for.
FORBIDDEN = re.compile(
    "|".join(
        [
            "/" + r"work/(main|shared|venv|plan)",
            "/" + r"root/",
            "/" + r"tmp/scratch",
            "files" + r"\.pythonhosted\.org",
            "pypi" + r"\.org/simple",
            "registry" + r"\.npmjs\.org",
            "--index" + "-url",
            r"\b(Chat" + "GPT|Clau" + "de|Anthro" + "pic|Open" + "AI|Copi" + r"lot)\b",
        ]
    )
)
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".in",
    ".lock",
    ".sql",
    ".html",
    ".css",
    ".js",
    ".yaml",
    ".yml",
    ".bpmn",
    ".typ",
    ".txt",
    "",
}


def list_sources() -> list[Path]:
    """Return every file of ours; migrations are Django's."""
    return [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def list_functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_500_lines_without_a_reason() -> None:
    texts = {name(path): path.read_text("utf-8") for path in list_sources()}
    assert [path for path, text in texts.items() if text.count("\n") > LONGEST_FILE and REASON not in text] == []


def test_no_function_is_longer_than_50_lines_without_a_reason() -> None:
    long = []
    for path in list_sources():
        lines = path.read_text("utf-8").splitlines()
        for function in list_functions(path):
            body = lines[function.lineno - 1 : function.end_lineno]
            if len(body) > LONGEST_FUNCTION and not any(REASON in line for line in body):
                long.append(f"{name(path)}:{function.lineno} {function.name}: {len(body)} lines")
    assert long == []


def test_every_package_says_in_one_sentence_what_it_is_in_charge_of() -> None:
    silent = []
    for path in SOURCE.rglob("__init__.py"):
        about = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        if "migrations" not in path.parts and (not about or not about.split("\n")[0].rstrip().endswith((".", ":"))):
            silent.append(name(path))
    assert silent == []


def test_every_module_opens_with_what_it_is_in_charge_of() -> None:
    """Django's `apps.py` files all say the same and are left out."""
    modules = [path for path in list_sources() if path.name != "apps.py"]
    assert [name(path) for path in modules if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


def test_no_file_lies_deeper_than_four_folders() -> None:
    depths = {name(path): len(path.relative_to(SOURCE.parent).parts) - 1 for path in list_sources()}
    assert [path for path, depth in depths.items() if depth > DEEPEST_FOLDER] == []


def test_no_module_is_a_drawer_for_anything() -> None:
    drawers = [name(path) for path in list_sources() if BANNED_NAMES & {path.stem, *path.relative_to(SOURCE).parts}]
    assert drawers == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{name(path)}:{node.lineno}"
        for path in list_sources()
        for function in list_functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_sql_is_put_together_from_strings() -> None:
    """A call of `execute` takes a text, a name, or psycopg's `sql` objects; never an f-string or a sum of texts."""
    built = [
        f"{name(path)}:{node.lineno}"
        for path in list_sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"execute", "executemany", "copy"}
        and node.args
        and is_built(node.args[0])
    ]
    assert built == []


def is_built(argument: ast.expr) -> bool:
    """Return whether a text is formatted in place: f-string with a value, `%`, or `"…".format`."""
    if isinstance(argument, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in argument.values)
    if isinstance(argument, ast.BinOp):
        return isinstance(argument.op, ast.Mod) or is_built(argument.left) or is_built(argument.right)
    return (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Attribute)
        and argument.func.attr == "format"
        and isinstance(argument.func.value, ast.Constant)
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('f"SELECT {name}"', True),
        ('"SELECT %s" % name', True),
        ('"SELECT {}".format(name)', True),
        ('"SELECT 1 " "FROM x"', False),
        ('SQL("SELECT {}").format(name)', False),
    ],
)
def test_the_check_for_built_sql_knows_it_when_it_sees_it(code: str, expected: bool) -> None:
    assert is_built(ast.parse(code, mode="eval").body) is expected


def list_tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the tracked files can't be told")
    paths = [ROOT / one for one in listed.stdout.decode().split("\0") if one]
    return [path for path in paths if path.suffix in TEXT and path.is_file() and "vendor" not in path.parts]


def test_no_tracked_file_names_the_machine_it_was_made_on() -> None:
    found = []
    for path in list_tracked():
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if FORBIDDEN.search(line):
                found.append(f"{name(path)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_tests_use_fakes_of_our_own_not_patches() -> None:
    mock = re.compile("unittest" + r"\.mock|from unittest " + "import mock")
    patched = [name(path) for path in (ROOT / "tests").rglob("*.py") if mock.search(path.read_text("utf-8"))]
    assert patched == []
