"""`contract check|diff|compile`: what is wrong with a contract file, what changed, and what the hub makes of it."""

import argparse
import json
import sys
from pathlib import Path

from simpul.cli.exits import DONE, FAILED
from simpul.contract.check import list_findings
from simpul.contract.compare import compare_contracts
from simpul.contract.compile import compile_publication
from simpul.contract.errors import ContractInvalid, ContractUnreadable
from simpul.contract.model import STAGES, Contract
from simpul.contract.odcs import find_schema_faults, load_odcs, read_odcs
from simpul.contract.odcs_read import MAX_BYTES
from simpul.kernel.errors import Finding, NotFound
from simpul.kernel.words import Words

ABOUT = Words("Memeriksa, membandingkan, dan menyusun kontrak", "Check, compare and compile contract files")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three sub-commands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="check|diff|compile")
    check = _add_command(commands, "check", "Name what is wrong with ODCS files / Sebut yang salah pada berkas ODCS")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="ODCS file (.yaml) / berkas ODCS")
    diff = _add_command(commands, "diff", "Tell two versions apart / Bandingkan dua versi")
    diff.add_argument("files", nargs=2, type=Path, metavar="FILE", help="the old and the new file / lama dan baru")
    compiled = _add_command(commands, "compile", "Print what the exchange runs, as JSON / Cetak susunan untuk exchange")
    compiled.add_argument("files", nargs="+", type=Path, metavar="FILE", help="ODCS file (.yaml) / berkas ODCS")
    compiled.add_argument("--stage", choices=STAGES, default="sandbox", help="stage / tahap (default: sandbox)")


def run(arguments: argparse.Namespace) -> int:
    """Do the sub-command. Raises: NotFound, ContractUnreadable, ContractInvalid."""
    actions = {"check": _check, "diff": _diff, "compile": _compile}
    return actions[arguments.action](arguments)


def _add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, about: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=about, description=about)


def _check(arguments: argparse.Namespace) -> int:
    faulty = 0
    for path in arguments.files:
        findings = _find_faults(path)
        faulty += bool(findings)
        for finding in findings:
            print(f"{path}: {finding.where or '/'}: [{finding.rule}] {finding.message}")
        if not findings:
            print(f"{path}: {Words('tidak ada temuan', 'nothing found')}")
    return FAILED if faulty else DONE


def _find_faults(path: Path) -> list[Finding]:
    text = _read_text(path)
    try:
        faults = find_schema_faults(load_odcs(text))
        return faults + list_findings(read_odcs(text))
    except ContractUnreadable as error:
        return [Finding("", "unreadable", error.message)]


def _diff(arguments: argparse.Namespace) -> int:
    old, new = (_read_contract(path) for path in arguments.files)
    changes = compare_contracts(old, new)
    for change in changes:
        mark = "!" if change.breaking else {"added": "+", "removed": "-", "changed": "~"}[change.kind]
        print(f"{mark} {change.path}: {change.message}")
    if not changes:
        print(Words("Tidak ada perbedaan.", "No differences."))
    return DONE


def _compile(arguments: argparse.Namespace) -> int:
    compiled = []
    for path in arguments.files:
        contract = _read_contract(path)
        findings = list_findings(contract)
        if findings:
            raise ContractInvalid(findings=findings)
        compiled.append(compile_publication(contract, arguments.stage))
    json.dump(compiled[0] if len(compiled) == 1 else compiled, sys.stdout, ensure_ascii=False, indent=2)
    print()
    return DONE


def _read_contract(path: Path) -> Contract:
    return read_odcs(_read_text(path))


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise NotFound(
            Words(f"Berkas {path} tidak dapat dibuka.", f"The file {path} can't be opened."),
            hint=Words("Periksa nama dan hak bacanya.", "Check its name and whether it may be read."),
        ) from error
    except UnicodeDecodeError as error:
        raise ContractUnreadable(
            Words(f"Berkas {path} bukan teks UTF-8.", f"The file {path} isn't UTF-8 text.")
        ) from error
