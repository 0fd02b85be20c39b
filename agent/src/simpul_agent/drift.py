"""Notices that a source's columns no longer fit the contract: then no row can pass, and the run must stop."""

from typing import Any

from simpul_agent.errors import HubRefused

WHOLE_COLUMN = ("unknown-column", "required")


def check_columns(report: dict[str, Any]) -> None:
    """Check the hub's report of a part or a trial. Raises: HubRefused where one column is wrong in every row.

    The rows of such a part stay unacknowledged: they are read and sent anew when the columns fit again.
    """
    for rule in report.get("rules", []):
        if rule.get("rule") in WHOLE_COLUMN and rule.get("count") == report.get("received") == report.get("refused"):
            raise HubRefused(
                f"Kolom {rule['column']} ({rule['rule']}): {rule.get('id')}",
                f"The column {rule['column']} ({rule['rule']}): {rule.get('en')}",
                "columns",
                is_part_useless=True,
            )
