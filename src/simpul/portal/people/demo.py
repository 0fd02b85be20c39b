"""The accounts of the demo, shown on its sign-in page and nowhere else."""

import json
from typing import Any

from django.conf import settings

FILE = "demo-accounts.json"
"""In SIMPUL_HOME: `[{"role", "name", "nip", "password"}]`, written by the demo's loader."""


def list_demo_accounts() -> list[dict[str, Any]]:
    """Return the demo's accounts; empty on any hub that isn't the demo."""
    path = settings.HUB.SIMPUL_HOME / FILE
    if not settings.HUB.DEMO or not path.exists():
        return []
    accounts: list[dict[str, Any]] = json.loads(path.read_text())
    return accounts
