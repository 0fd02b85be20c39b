"""What came of a rehearsal: read from the finished case, and from the live API with the consumer's own key."""

import tempfile
import time
from pathlib import Path
from typing import Any

from simpul.cli.rehearsal.officers import Rehearsal
from simpul.kernel.settings import Settings
from simpul.outbound.hub_client import HubClient, HubRefused

HEARING_SECONDS = 5.0


def make_result(rehearsal: Rehearsal, settings: Settings, report: dict[str, Any]) -> dict[str, Any]:
    """Return the result; the rows stored are counted by a call to the live API with a key of the consumer's own."""
    case = rehearsal.read_case()
    service = next(one for one in case["services"] if one["stage"] == "live")
    dataset = service["datasets"][0]["name"]
    key = issue_key(rehearsal)
    stored = count_rows(
        f"http://127.0.0.1:{settings.EXCHANGE_PORT}/api/{service['context']}/v{service['major']}", dataset, key
    )
    return {
        "case": rehearsal.number,
        "steps": [
            {"no": one.no, "lane": one.lane, "round": one.round, "papers": one.papers} for one in rehearsal.steps
        ],
        "api": {"url": f"{service['address']}/{dataset}", "key": key},
        "rows": {"received": report["received"], "stored": stored, "refused": report["refused"]},
        "refused_rows": report["refused_rows"],
        "tests": {"passed": case["tests"]["passed"], "failed": case["tests"]["failed"]},
        "dashboard": f"{settings.PUBLIC_URL}/dashboard/{service['context']}/",
        "report": str(save_report(rehearsal, case)),
    }


def issue_key(rehearsal: Rehearsal) -> str:
    """Let the consumer's programmer make an application with a live key."""
    client = rehearsal.clients["pemanfaat"]
    application = client.post("applications", {"name": f"Aplikasi {rehearsal.number}"})
    return str(client.post(f"applications/{application['id']}/keys", {"stage": "live"})["key"])


def count_rows(address: str, dataset: str, key: str) -> int:
    """Return how many rows the consumer's key reads, by the exchange's own exact count.

    The exchange hears of a new key and of a service that went live at their commit, and needs a moment for it.
    """
    client, end = HubClient(address, key), time.monotonic() + HEARING_SECONDS
    try:
        while True:
            try:
                _, headers = client.get_with_headers(f"/{dataset}", {"limit": "1"}, {"Prefer": "count=exact"})
                return int(headers["content-range"].rpartition("/")[2])
            except HubRefused as refusal:
                if refusal.status not in (401, 403) or time.monotonic() > end:
                    raise
            time.sleep(0.05)
    finally:
        client.close()


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
