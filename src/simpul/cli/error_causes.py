"""The words of the exchange's refusals by code, for the portal's pages: made from the same source as the errors' page.

The portal and the exchange don't know each other, and the evidence keeps a code alone.
"""

import json

from simpul.cli.error_pages import list_errors
from simpul.exchange.errors import explain_sqlstate

ROOMS = ("kernel", "query", "access", "store", "delivery", "contract", "exchange")
"""Rooms whose errors a call to the exchange can end with; the later one's words win."""
SQLSTATES = (
    "08006", "22003", "22007", "22008", "22023", "2201B", "22P02", "23503", "23505", "25006", "40001", "42501", "42601",
    "42725", "42804", "42846", "42883", "42P18", "53300", "54001", "55P03", "57014",
)  # fmt: skip


def make_causes() -> str:
    """Return JSON: code → {"message": [Indonesian, English], "hint": [Indonesian, English]}."""
    causes: dict[str, dict[str, list[str]]] = {}
    for sqlstate in SQLSTATES:
        error = explain_sqlstate(sqlstate)
        causes[sqlstate] = {"message": list(error.message), "hint": list(error.hint)}
    for one in sorted((one for one in list_errors() if one.room in ROOMS), key=lambda one: ROOMS.index(one.room)):
        causes[one.code] = {"message": list(one.message), "hint": list(one.hint)}
    return json.dumps(dict(sorted(causes.items())), ensure_ascii=False, indent=1) + "\n"
