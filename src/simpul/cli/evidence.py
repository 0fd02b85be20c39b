"""`evidence verify`: finds evidence that was changed, removed, added or reordered."""

import argparse
import re

from simpul.cli.exits import DONE, FAILED
from simpul.exchange.seal_keys import read_public_keys
from simpul.exchange.sealer import verify_evidence
from simpul.kernel.settings import read_settings
from simpul.kernel.words import Words
from simpul.store.launcher import open_database
from simpul.store.pools import connect

ABOUT = Words("Memeriksa keutuhan bukti akses", "Check that the evidence of calls is whole")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `verify`."""
    commands = parser.add_subparsers(required=True, metavar="verify")
    about = "Find evidence that was changed, removed, added or reordered / Temukan bukti yang diubah atau dihapus"
    verify = commands.add_parser("verify", help=about, description=about)
    verify.add_argument(
        "--anchor",
        type=_read_digest,
        metavar="DIGEST",
        help="a seal's digest noted earlier, which must still be in the chain / digest segel yang pernah dicatat",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was looked at and each finding; fail if there is one."""
    settings = read_settings()
    with open_database(settings) as database, connect(database.owner_dsn, autocommit=True) as connection:
        report = verify_evidence(connection, read_public_keys(database.keys), arguments.anchor)
    for finding in report.findings:
        print(f"{finding.where}: {finding.message} [{finding.rule}]")
    print(
        f"Segel / Seals: {report.seals}; baris tersegel / sealed rows: {report.rows_sealed}; "
        f"menunggu segel / not sealed yet: {report.rows_waiting}"
    )
    print(f"Segel terakhir, catat di tempat lain / Newest seal, note it elsewhere: {report.head.hex()}")
    print(
        "Bukti utuh. / The evidence is whole." if report.is_whole else "BUKTI TIDAK UTUH. / THE EVIDENCE IS NOT WHOLE."
    )
    return DONE if report.is_whole else FAILED


def _read_digest(text: str) -> bytes:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("64 hex digits / 64 digit heksadesimal")
    return bytes.fromhex(text)
