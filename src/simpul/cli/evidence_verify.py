"""`evidence verify`: all of it, archived months, or one receipt; the last two need neither hub nor database."""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path

from simpul.cli.exits import DONE, FAILED
from simpul.evidence.archive import list_months, verify_archive
from simpul.evidence.errors import ArchiveInvalid, ReceiptInvalid, RootInvalid
from simpul.evidence.receipt import check_receipt, read_receipt
from simpul.evidence.record import CallRecord, is_body
from simpul.evidence.seal import read_seal
from simpul.evidence.verify import Expected, Report
from simpul.exchange.seal_keys import read_public_key, read_public_keys
from simpul.exchange.sealer import verify_evidence
from simpul.kernel.errors import Finding
from simpul.kernel.settings import read_settings
from simpul.store.launcher import open_database
from simpul.store.pools import connect

SHOWN = 200
WHOLE = "Bukti utuh. / The evidence is whole."
ONLY_UP_TO_HERE = (
    "Hanya sampai segel ini: segel sesudahnya yang dihapus tampak bila segel yang diketahui diberikan (--expect-root). / "
    "Only up to this seal: removed later ones show where a known seal is given (--expect-root)."
)
NOT_WHOLE = "BUKTI TIDAK UTUH. / THE EVIDENCE IS NOT WHOLE."


def verify_all(arguments: argparse.Namespace) -> int:
    """Check all that is in the database, and archives if given."""
    expected = [read_expected(text) for text in arguments.expect_root]
    with open_database(read_settings()) as database, connect(database.owner_dsn, autocommit=True) as connection:
        given = [read_public_key(arguments.public_key)] if arguments.public_key else read_public_keys(database.keys)
        report = verify_evidence(connection, given, expected, arguments.archive)
    return tell(report, has_root=bool(expected))


def verify_files(arguments: argparse.Namespace) -> int:
    """Check archived months by their files and a known public key alone."""
    pinned = [read_public_key(arguments.public_key)]
    months = list_months(arguments.archive)
    if not months:
        raise ArchiveInvalid(name=str(arguments.archive))
    whole = Report()
    for month in months:
        report, _ = verify_archive(arguments.archive, month, pinned)
        print(f"{month}: {report.rows_archived} baris / rows")
        whole.seals += report.seals
        whole.rows_archived += report.rows_archived
        whole.findings += report.findings
        whole.head = report.head
    return tell(whole, has_root=False)


def verify_one(arguments: argparse.Namespace) -> int:
    """Check one receipt by its file and a known public key alone."""
    try:
        receipt = read_receipt(arguments.receipt.read_bytes())
    except OSError as error:
        raise ReceiptInvalid() from error
    findings = check_receipt(receipt, [read_public_key(arguments.public_key)])
    if findings:
        _print_findings(findings)
        print(NOT_WHOLE)
        return FAILED
    call = receipt.call
    print(f"Panggilan / Call {call.uid}")
    print(f"  {call.at.isoformat()} {call.method} {call.stage} {call.context}/{call.dataset} {call.operation}")
    print(f"  status {call.status} {call.code}; baris / rows: {call.rows if call.rows is not None else '–'}")
    print(f"  kolom / columns: {', '.join(call.columns) or '–'}; tujuan / purpose: {call.purpose or '–'}")
    print(f"  sidik jawaban / answer's digest: {call.response_digest or '–'}")
    print(f"Segel / Seal {receipt.seal.number}, {receipt.seal.signed_at.isoformat()}, {receipt.seal.key_id}")
    print("Terbukti: tercatat tanpa perubahan. / Proven: recorded unchanged.")
    return _tell_body(arguments, call) if arguments.body else DONE


def _tell_body(arguments: argparse.Namespace, call: CallRecord) -> int:
    """Say whether a kept answer is the one that was recorded."""
    try:
        body = arguments.body.read_bytes()
    except OSError as error:
        raise ReceiptInvalid() from error
    if is_body(arguments.salt, body, call.response_digest):
        print("Isi jawaban cocok. / The answer's body is the one that was given.")
        return DONE
    print("ISI JAWABAN BUKAN YANG DIBERIKAN. / THE BODY IS NOT THE ONE THAT WAS GIVEN.")
    return FAILED


def tell(report: Report, *, has_root: bool) -> int:
    """Print what was looked at and each finding; return the exit code. `has_root`: was a known root expected?"""
    _print_findings(report.findings)
    print(
        f"Segel / Seals: {report.seals}; baris tersegel / sealed rows: {report.rows_sealed}; "
        f"dalam arsip / in archives: {report.rows_archived}; menunggu segel / not sealed yet: {report.rows_waiting}"
    )
    if report.rows_away:
        print(
            f"Diarsipkan, tidak diperiksa / Archived, not looked at: {report.rows_away} (--archive DIR memeriksanya juga)"
        )
    if report.head:
        print(
            "Segel terakhir, catat di tempat lain / Newest seal, note it elsewhere: "
            f"{report.head.number}:{bytes(report.head.root).hex()}"
        )
    if not has_root and report.is_whole:
        print(ONLY_UP_TO_HERE)
    print(WHOLE if report.is_whole else NOT_WHOLE)
    return DONE if report.is_whole else FAILED


def _print_findings(findings: Sequence[Finding]) -> None:
    for finding in findings[:SHOWN]:
        print(f"{finding.where}: {finding.message} [{finding.rule}]")
    if len(findings) > SHOWN:
        print(f"… {len(findings) - SHOWN} temuan lagi / more findings")


def read_expected(text: str) -> Expected:
    """Return a root known from elsewhere: hex digits, with the seal's number before them or not, or a root's file.

    Raises: RootInvalid.
    """
    found = re.fullmatch(r"(?:([0-9]{1,15}):)?([0-9a-f]{16,64})", text.lower().replace(" ", ""))
    if found:
        return Expected(found[2], int(found[1]) if found[1] else None)
    try:
        seal = read_seal(json.loads(Path(text).read_text("utf-8"))["seal"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RootInvalid() from error
    return Expected(bytes(seal.root).hex(), seal.number)
