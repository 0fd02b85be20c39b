"""What the documentation must hold: every setting, command, error, dependency, decision and word."""

import re
from pathlib import Path

import pytest

from simpul.cli.error_causes import make_causes
from simpul.cli.error_pages import list_errors
from simpul.cli.reference import CAUSES, make_pages
from simpul.cli.table import COMMANDS, list_commands, load_command

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

WORDS = (
    "party", "organization", "case", "procedure", "step", "round", "paper", "contract", "context", "dataset",
    "publication", "grant", "batch", "quarantine", "evidence",
)  # fmt: skip
"""The words of the design that all use."""

FOREIGN_CODES = re.compile(r"PGRST\d+|[0-9A-Z]{5}")
"""Codes of PostgREST and SQLSTATEs, which several of our errors may share."""


@pytest.mark.parametrize("page", ["settings.md", "commands.md", "errors.md", "refusals.md", "api.md"])
def test_reference_page_says_what_the_code_does(page: str) -> None:
    made = make_pages()[page]
    written = (DOCS / "reference" / page).read_text("utf-8")
    assert written == made, f"docs/reference/{page} is old: run python -m simpul.cli.reference"


def test_words_of_the_errors_for_the_portal_are_those_of_the_code() -> None:
    assert CAUSES.read_text("utf-8") == make_causes(), (
        "library/reference/errors.json is old: run python -m simpul.cli.reference"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_has_its_module(name: str) -> None:
    assert name in list_commands(), f"{COMMANDS[name]} doesn't exist"
    command = load_command(name)
    assert command.ABOUT.id
    assert command.ABOUT.en


def test_every_error_code_belongs_to_one_error() -> None:
    owners: dict[str, list[str]] = {}
    for one in list_errors():
        owners.setdefault(one.code, []).append(f"{one.room}.{one.name}")
    shared = {code: names for code, names in owners.items() if len(names) > 1 and not FOREIGN_CODES.fullmatch(code)}
    assert shared == {}


def test_every_error_speaks_both_languages() -> None:
    silent = [f"{one.room}.{one.name}" for one in list_errors() if bool(one.message[0]) != bool(one.message[1])]
    assert silent == []


def list_requirements(name: str) -> list[str]:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [re.split(r"[\[~=<>;]", line)[0].strip() for line in lines if line and line[0] not in "#-"]


def read_dependency_rows() -> dict[str, list[str]]:
    """Return {package: the other cells of its row} from the page of the dependencies."""
    rows = {}
    for line in (DOCS / "reference" / "dependencies.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            rows[cells[0].strip("`").lower()] = cells[1:]
    return rows


@pytest.mark.parametrize("name", ["requirements.in", "requirements-test.in", "requirements-uv.in"])
def test_every_dependency_has_its_reason_what_it_replaces_and_its_licence(name: str) -> None:
    rows = read_dependency_rows()
    for package in list_requirements(name):
        cells = rows.get(package.lower())
        assert cells is not None, f"{package} isn't in docs/reference/dependencies.md"
        assert len(cells) == 3, f"{package}: reason, what it replaces and licence are needed"
        assert all(cells), f"{package}: a cell is empty"


def test_page_of_dependencies_names_nothing_that_is_not_required() -> None:
    names = ("requirements.in", "requirements-test.in", "requirements-uv.in")
    required = {package.lower() for name in names for package in list_requirements(name)}
    assert set(read_dependency_rows()) <= required


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-uv.lock"])
def test_lock_has_a_hash_for_each_package_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert all("--hash=sha256:" in package for package in packages)
    assert "--index" not in text
    assert "--extra-index" not in text
    assert "://" not in text


def test_glossary_explains_every_word_of_the_design() -> None:
    text = (DOCS / "glossary.md").read_text("utf-8")
    missing = [word for word in WORDS if not re.search(rf"^\| \*{{0,2}}{word}\b", text, re.MULTILINE)]
    assert missing == []


def list_decisions() -> list[Path]:
    return sorted((DOCS / "adr").glob("[0-9]*.md"))


def test_each_of_the_fifteen_decisions_has_its_record() -> None:
    numbers = [int(path.name.split("-")[0]) for path in list_decisions()]
    assert numbers[:15] == list(range(1, 16))


@pytest.mark.parametrize("path", list_decisions(), ids=lambda path: path.name)
def test_decision_is_under_400_words_and_has_its_parts(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.split()) < 400
    assert all(f"## {part}" in text for part in ("Context", "Decision", "Consequences"))


def test_readme_is_short_and_shows_exactly_two_commands() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) < 150
    block = "\n".join(lines).split("```")
    commands = [line for part in block[1::2] for line in part.splitlines() if line.startswith("./simpul")]
    assert [line.split("#")[0].strip() for line in commands] == ["./simpul demo", "./simpul test"]


def test_code_map_names_every_room() -> None:
    text = (DOCS / "explanation" / "code-map.md").read_text("utf-8")
    rooms = [path.parent.name for path in (ROOT / "src" / "simpul").glob("*/__init__.py")]
    assert [room for room in rooms if f"`{room}/`" not in text] == []


def list_links() -> list[tuple[Path, str]]:
    pages = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    found = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))]
    return [(page, link) for page, link in found if "://" not in link]


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [f"{page.relative_to(ROOT)} → {link}" for page, link in list_links() if not (page.parent / link).exists()]
    assert broken == []
