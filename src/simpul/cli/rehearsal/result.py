"""What came of a rehearsal: read from the finished case, and from the live API with the consumer's own key."""

import tempfile
from pathlib import Path
from typing import Any

from simpul.cli.rehearsal.consumer import Consumer, find_live_service
from simpul.cli.rehearsal.officers import Rehearsal
from simpul.kernel.settings import Settings


def make_result(rehearsal: Rehearsal, consumer: Consumer, settings: Settings, report: dict[str, Any]) -> dict[str, Any]:
    """Return the result; the rows stored are counted by a call to the live API with a key of the consumer's own."""
    case, service = rehearsal.read_case(), find_live_service(rehearsal)
    dataset = service["datasets"][0]["name"]
    stored = consumer.count_rows(service)
    return {
        "case": rehearsal.number,
        "steps": [
            {"no": one.no, "lane": one.lane, "round": one.round, "papers": one.papers} for one in rehearsal.steps
        ],
        "api": {"url": f"{service['address']}/{dataset}", "key": consumer.key},
        "rows": {"received": report["received"], "stored": stored, "refused": report["refused"]},
        "refused_rows": report["refused_rows"],
        "tests": {"passed": case["tests"]["passed"], "failed": case["tests"]["failed"]},
        "dashboard": f"{settings.PUBLIC_URL}/dashboard/{service['context']}/",
        "report": str(save_report(rehearsal, case)),
    }


def save_report(rehearsal: Rehearsal, case: dict[str, Any]) -> Path:
    """Keep the final report as a file and return where."""
    paper = next(one for one in case["papers"] if one["no"] == 15 and one["media_type"] == "application/pdf")
    path = Path(tempfile.mkdtemp(prefix="simpul-laporan-")) / str(paper["name"])
    path.write_bytes(rehearsal.clients["bidang"].fetch(f"cases/{rehearsal.number}/papers/{paper['id']}"))
    return path


def print_result(result: dict[str, Any]) -> None:
    """Tell the result to a person."""
    for step in result["steps"]:
        print(f"{step['no']:>2}  {step['lane']:<15} putaran {step['round']}  {', '.join(step['papers'])}")
    rows, tests = result["rows"], result["tests"]
    print(
        f"Permohonan {result['case']}: {rows['received']} baris diterima, {rows['stored']} tersimpan, {rows['refused']} ditolak"
    )
    for row in result["refused_rows"]:
        for finding in row["findings"]:
            print(f"  baris {row['position']}, {finding['column'] or '-'}: {finding['id']} [{finding['rule']}]")
    print(f"Uji integrasi: {tests['passed']} lulus, {tests['failed']} gagal")
    print(f"API: {result['api']['url']}\nDashboard: {result['dashboard']}\nLaporan: {result['report']}")
