"""Notices that a source's columns no longer fit the contract: then no row can pass, and the run must stop."""

import csv
import json
from pathlib import Path
from typing import Any

from simpul_agent.errors import HubRefused


def check_columns(report: dict[str, Any], body: Path, media_type: str) -> None:
    """Check the hub's report of a part or a trial. Raises: HubRefused where the contract doesn't have a column that was
    sent, or wants one that wasn't, so that every row was refused.

    The rows of such a part stay unacknowledged: they are read and sent anew when the columns fit again. An empty value
    in a column that was sent is a matter of its row alone.
    """
    if not report.get("received") or report["received"] != report.get("refused"):
        return
    sent = list_columns(body, media_type)
    for rule in report.get("rules", []):
        is_missing = rule.get("rule") == "required" and rule.get("column") not in sent
        if rule.get("count") == report["received"] and (is_missing or rule.get("rule") == "unknown-column"):
            raise HubRefused(
                f"Kolom {rule['column']} ({rule['rule']}): {rule.get('id')}",
                f"The column {rule['column']} ({rule['rule']}): {rule.get('en')}",
                "columns",
                is_part_useless=True,
            )


def list_columns(body: Path, media_type: str) -> list[str]:
    """Return the names of the columns in a part's first line."""
    with body.open(encoding="utf-8", newline="") as file:
        line = file.readline()
    return list(json.loads(line)) if media_type == "application/x-ndjson" else next(csv.reader([line]), [])
