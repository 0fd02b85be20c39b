"""`evidence`: checks that the evidence of calls is whole, changes the sealing key, archives old months."""

import argparse
import re
from pathlib import Path

from simpul.cli.evidence_keeping import archive_months, change_key, print_public_key
from simpul.cli.evidence_verify import verify_all, verify_files, verify_one
from simpul.kernel.words import Words

ABOUT = Words(
    "Memeriksa keutuhan bukti akses, mengganti kuncinya, mengarsipkannya",
    "Check that the evidence of calls is whole, change its key, archive it",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `verify`, `public-key`, `rotate-key` and `archive`."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_verify(commands)
    about = "Print the public key that seals now, to be kept by each party / Cetak kunci publik"
    shown = commands.add_parser("public-key", help=about, description=about)
    shown.set_defaults(go=print_public_key)
    about = "Take a new sealing key, signed by the one before / Ganti kunci penanda bukti"
    rotate = commands.add_parser("rotate-key", help=about, description=about)
    rotate.add_argument(
        "--lost",
        action="store_true",
        help="the old key is gone: begin anew without its signature; verification will tell / kunci lama hilang",
    )
    rotate.set_defaults(go=change_key)
    about = "Write old months to signed files that prove themselves / Arsipkan bulan yang lewat"
    archive = commands.add_parser("archive", help=about, description=about)
    archive.add_argument(
        "--before",
        required=True,
        type=_read_month,
        metavar="YYYY-MM",
        help="months before this one / sebelum bulan ini",
    )
    archive.add_argument("--to", required=True, type=Path, metavar="DIR", help="folder of the files / folder berkas")
    archive.add_argument(
        "--detach",
        action="store_true",
        help="then take those months out of the database; only these files hold them / lepaskan dari basis data",
    )
    archive.set_defaults(go=archive_months)


def _add_verify(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "Find evidence that was changed, removed, added or reordered / Temukan bukti yang diubah atau dihapus"
    verify = commands.add_parser("verify", help=about, description=about)
    verify.add_argument(
        "--receipt", type=Path, metavar="FILE", help="check one receipt, without the hub / periksa satu tanda terima"
    )
    verify.add_argument(
        "--public-key", type=Path, metavar="FILE", help="a public key of the hub kept earlier / kunci publik hub"
    )
    verify.add_argument(
        "--body", type=Path, metavar="FILE", help="with --receipt: is this the answer that was given? / isi jawaban"
    )
    verify.add_argument(
        "--salt", type=_read_salt, metavar="HEX", help="of the answer's Evidence-Salt, for --body / garam jawaban"
    )
    verify.add_argument(
        "--archive", type=Path, metavar="DIR", help="look into archived months too / periksa arsip di folder ini juga"
    )
    verify.add_argument(
        "--offline", action="store_true", help="look at the archives alone, without the hub / arsip saja, tanpa hub"
    )
    verify.add_argument(
        "--expect-root",
        action="append",
        default=[],
        metavar="ROOT",
        help="a root noted earlier: at least 16 hex digits, NUMBER:ROOT, or a file of the page Bukti akses / akar",
    )
    verify.set_defaults(go=_choose_check, parser=verify)


def _choose_check(arguments: argparse.Namespace) -> int:
    if arguments.receipt:
        if not arguments.public_key:
            arguments.parser.error("--receipt needs --public-key / perlu --public-key")
        if bool(arguments.body) != bool(arguments.salt):
            arguments.parser.error("--body and --salt go together / --body dan --salt berpasangan")
        return verify_one(arguments)
    if arguments.offline:
        if not (arguments.archive and arguments.public_key):
            arguments.parser.error("--offline needs --archive and --public-key / perlu --archive dan --public-key")
        return verify_files(arguments)
    return verify_all(arguments)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for and return the exit code."""
    code: int = arguments.go(arguments)
    return code


def _read_month(text: str) -> str:
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise argparse.ArgumentTypeError("YYYY-MM")
    return text


def _read_salt(text: str) -> bytes:
    if not re.fullmatch(r"([0-9a-fA-F]{2})+", text):
        raise argparse.ArgumentTypeError("hex")
    return bytes.fromhex(text)
