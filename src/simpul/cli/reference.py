"""Makes the reference pages from the tables that the code itself uses: settings, commands, errors, APIs.

Run as `python -m simpul.cli.reference`; a test of the house compares the pages with what this would write.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from simpul.cli.api_page import describe_api
from simpul.cli.error_causes import make_causes
from simpul.cli.error_pages import describe_errors
from simpul.cli.exits import EXITS
from simpul.cli.main import make_parser
from simpul.cli.project import ROOT
from simpul.cli.refusals_page import describe_refusals
from simpul.cli.table import list_commands
from simpul.kernel.settings import TABLE

FOLDER = ROOT / "docs" / "reference"
CAUSES = ROOT / "library" / "reference" / "errors.json"
MADE = "<!-- Made by `python -m simpul.cli.reference`; don't edit by hand. -->\n"

BOOTSTRAP = """
## Of the set-up

`./simpul` itself reads two more, before the hub's settings are known:

- `SIMPUL_VENV`: the folder of the Python environment (default: `.venv` beside `./simpul`).
- pip's own settings (`pip config`, `PIP_…`): index, certificates, timeout and files are handed on to uv.

The tests read `SIMPUL_BROWSER`: the program of a Chromium, where none is found by name.
"""


def write_pages(folder: Path = FOLDER) -> None:
    """Write every page, and the words of the errors for the portal."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in make_pages().items():
        (folder / name).write_text(text, "utf-8")
    CAUSES.write_text(make_causes(), "utf-8")


def make_pages() -> dict[str, str]:
    """Return each page's text by its file name."""
    return {
        "settings.md": describe_settings(),
        "commands.md": describe_commands(),
        "errors.md": describe_errors(MADE),
        "refusals.md": describe_refusals(MADE),
        "api.md": describe_api(MADE),
    }


def describe_settings() -> str:
    """Return the page of the settings: the table, in its order."""
    lines = [
        MADE,
        "# Settings",
        "",
        "Read from the environment only. A bad value stops the start and names the variable.",
    ]
    for setting in TABLE:
        default = f"`{setting.default}`" if setting.default else "(empty)"
        secret = " Never shown by `config show`." if setting.secret else ""
        lines += [
            "",
            f"## {setting.name}",
            "",
            f"{setting.about.en} Default: {default}.{secret}",
            "",
            f"*{setting.about.id}*",
        ]
    return "\n".join(lines) + "\n" + BOOTSTRAP


def describe_commands() -> str:
    """Return the page of the commands with their arguments and exit codes."""
    lines = [MADE, "# Commands", "", "Each is run as `./simpul COMMAND`; `--help` says the same at the terminal."]
    for parser in _list_parsers(make_parser(list_commands())):
        lines += ["", f"## {parser.prog.removeprefix('simpul ')}", "", (parser.description or "").replace("\n", "  \n")]
        arguments = [_describe_argument(action) for action in parser._actions if _is_own(action)]
        lines += ["", *arguments] if arguments else []
    lines += ["", "## Exit codes", "", "| code | meaning | arti |", "|---|---|---|"]
    lines += [f"| {code} | {words.en} | {words.id} |" for code, words in EXITS.items()]
    return "\n".join(lines) + "\n"


def _list_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield child
                yield from _list_parsers(child)


def _is_own(action: argparse.Action) -> bool:
    return not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)


def _describe_argument(action: argparse.Action) -> str:
    name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
    value = f" {action.metavar or action.dest.upper()}" if action.option_strings and action.nargs != 0 else ""
    choices = f" One of: {', '.join(map(str, action.choices))}." if action.choices else ""
    needed = " Required." if action.option_strings and action.required else ""
    return f"- `{name}{value}`: {action.help}.{choices}{needed}"


if __name__ == "__main__":
    write_pages()
