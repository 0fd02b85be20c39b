"""Writes down which rows were refused, by place and rule. No value of any row is ever in it."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from simpul_agent.spool import Part
from simpul_agent.tokens import Unreadable

REPORT_BYTES = 10 * 1024 * 1024
NAME = "refused.ndjson"


class Report:
    """The file of refused rows in the spool's folder; the one before is kept when it grows too long.

    A line: {at, batch, part, row, column, rule, id, en}. `row` counts from 1 in the run that read it; `batch` is the hub's
    number, null where the agent itself couldn't send the row.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self.refused = 0

    def add_unreadable(self, rows: list[tuple[int, Unreadable]]) -> None:
        """Note rows that the agent couldn't send."""
        self.refused += len(rows)
        self._write([{"batch": None, "row": row, "column": one.column, "rule": one.rule} for row, one in rows])

    def add_refused(self, part: Part, answer: dict[str, Any]) -> None:
        """Note what the hub refused of a part. It lists the first rows; all are counted, and the hub shows the rest."""
        count = int(answer.get("refused", 0))
        self.refused += count
        listed: list[dict[str, Any]] = []
        for row in answer.get("refused_rows", []):
            place = part.first + int(row["position"]) - 1
            for one in row.get("findings", []):
                told = {name: one.get(name) for name in ("column", "rule", "id", "en")}
                listed.append({"batch": answer.get("batch"), "part": part.sequence, "row": place, **told})
        left = count - len(answer.get("refused_rows", []))
        if left > 0:
            listed.append(
                {"batch": answer.get("batch"), "part": part.sequence, "row": None, "rule": "more", "count": left}
            )
        self._write(listed)

    def _write(self, lines: list[dict[str, Any]]) -> None:
        if not lines:
            return
        if self._path.exists() and self._path.stat().st_size > REPORT_BYTES:
            self._path.replace(self._path.with_name(NAME + ".before"))
        at = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with self._path.open("a", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps({"at": at, **line}, ensure_ascii=False) + "\n")
