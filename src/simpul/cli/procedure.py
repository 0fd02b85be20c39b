"""`procedure check|deploy|diagram`: judge an SOP's BPMN file, put it in force, draw it."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from simpul.cli.exits import DONE
from simpul.kernel.errors import NotFound
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.portal import commands
from simpul.procedure.bpmn import read_procedure
from simpul.procedure.diagram import draw_diagram
from simpul.store.launcher import open_database

ABOUT = Words("Memeriksa, memasang, dan menggambar SOP", "Check, deploy and draw an SOP")


class ProcedureFileMissing(NotFound):
    """The file named on the command line can't be read."""

    code = "SOP051"
    message = Words("Berkas {file} tidak dapat dibaca.", "The file {file} can't be read.")
    hint = Words("Periksa nama berkas dan hak bacanya.", "Check the file's name and the right to read it.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `check`, `deploy` and `diagram`."""
    actions = parser.add_subparsers(required=True, metavar="check|deploy|diagram")
    _add_action(
        actions, "check", "Name each rule that the BPMN file breaks / Sebutkan setiap aturan yang dilanggar", _check
    )
    deploy = _add_action(
        actions,
        "deploy",
        "Put the file in force as a new version; running cases stay on theirs / Pasang versi baru",
        _deploy,
    )
    deploy.add_argument("--reason", default="", help="why; default: the reason in the file / alasan perubahan")
    diagram = _add_action(actions, "diagram", "Draw the flow chart as SVG / Gambar diagram alir sebagai SVG", _draw)
    diagram.add_argument(
        "-o", "--output", type=Path, metavar="SVG", help="file to write; default: print it / berkas SVG"
    )
    diagram.add_argument("--language", choices=("id", "en"), default="id", help="of titles / bahasa judul")


def run(arguments: argparse.Namespace) -> int:
    """Do the chosen action."""
    code: int = arguments.act(arguments)
    return code


def _add_action(actions: Any, name: str, about: str, act: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
    parser.add_argument("file", type=Path, metavar="FILE", help="the BPMN file / berkas BPMN")
    parser.set_defaults(act=act)
    return parser


def _check(arguments: argparse.Namespace) -> int:
    procedure = read_procedure(_read(arguments.file))
    facts = {"name": procedure.name, "version": procedure.version, "count": len(procedure.steps)}
    print(
        Words(
            "{name}, versi {version}: {count} aktivitas, tidak ada temuan.",
            "{name}, version {version}: {count} activities, nothing wrong.",
        ).format(**facts)
    )
    return DONE


def _deploy(arguments: argparse.Namespace) -> int:
    bpmn = _read(arguments.file)
    procedure = read_procedure(bpmn)
    reason = arguments.reason or (procedure.changes[-1].reason if procedure.changes else "")
    with open_database(read_settings()) as database:
        commands.setup(database.owner_dsn)
        # The portal's models can be imported only once Django is set up.
        version = import_module("simpul.portal.procedures.actions").deploy(bpmn, reason, None)
    print(
        Words("SOP {key} versi {number} berlaku.", "SOP {key} version {number} is in force.").format(
            key=version.key, number=version.number
        )
    )
    return DONE


def _draw(arguments: argparse.Namespace) -> int:
    drawing = draw_diagram(read_procedure(_read(arguments.file)), language=arguments.language)
    if arguments.output:
        arguments.output.write_text(drawing, encoding="utf-8")
    else:
        print(drawing, end="")
    return DONE


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ProcedureFileMissing(file=file) from error
