"""Read the command line, run the command, and tell what went wrong in one line with the next step."""

import argparse
import sys
from collections.abc import Iterable, Sequence

from simpul.cli.exits import ABANDONED, FAILED, USAGE
from simpul.cli.project import read_version
from simpul.cli.table import COMMANDS, list_commands, load_command
from simpul.kernel.errors import SimpulError
from simpul.kernel.words import Words

DESCRIPTION = """Simpul: from an agency's letter to a live, checked data service.
Simpul: dari surat instansi sampai layanan data yang hidup dan teruji.

Start with:  ./simpul demo"""


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return the exit code; see `simpul.cli.exits`."""
    try:
        parsed = make_parser(choose_commands(arguments)).parse_args(arguments)
        code: int = parsed.run(parsed)
    except SimpulError as error:
        tell_error(error)
        return FAILED
    except KeyboardInterrupt:
        return ABANDONED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); nothing is left to tell and nobody to tell it to.
        sys.stderr.close()
        return ABANDONED
    return code


def choose_commands(arguments: Sequence[str]) -> list[str]:
    """Return the commands whose modules this line needs: the one it names, or all for the general help."""
    named = [word for word in arguments if not word.startswith("-")][:1]
    if named and named[0] in COMMANDS:
        return named
    return [] if "--version" in arguments else list_commands()


def make_parser(names: Iterable[str]) -> argparse.ArgumentParser:
    """Return the parser that knows the named commands."""
    parser = argparse.ArgumentParser(prog="simpul", description=DESCRIPTION, formatter_class=_Plain)
    parser.add_argument("--version", action="version", version=f"simpul {read_version()}")
    parser.set_defaults(run=lambda _: _show_help(parser))
    commands = parser.add_subparsers(title="commands / perintah", metavar="COMMAND")
    for name in names:
        command = load_command(name)
        child = commands.add_parser(
            name,
            help=f"{command.ABOUT.en} / {command.ABOUT.id}",
            description=f"{command.ABOUT.en}\n{command.ABOUT.id}",
            formatter_class=_Plain,
        )
        child.set_defaults(run=command.run)
        command.add_arguments(child)
    return parser


def tell_error(error: SimpulError) -> None:
    """Print what is wrong, each finding with its place, and the next step, to standard error."""
    print(f"simpul: {error.message} [{error.code}]", file=sys.stderr)
    for finding in error.findings:
        print(f"  - {finding.where}: {finding.message} [{finding.rule}]", file=sys.stderr)
    if error.hint != Words("", ""):
        print(f"  → {error.hint}", file=sys.stderr)


def _show_help(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return USAGE


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Help with its lines as they were written."""
