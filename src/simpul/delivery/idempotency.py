"""A repeated delivery gives its first answer: 409 while the first still runs, 422 with another body.

A key belongs to a scope (an application or a person) and a dataset, and lives `KEY_DAYS`.
"""

import json
import re
from datetime import timedelta
from typing import Any

from simpul.delivery.errors import BatchKeyInvalid, BatchKeyReused, BatchRunning
from simpul.delivery.limits import KEY_DAYS
from simpul.delivery.modes import Mode
from simpul.delivery.report import BatchReport
from simpul.kernel.clock import now
from simpul.store.sql import Connection, load_queries

_QUERIES = load_queries("simpul.delivery", "delivery.sql")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def claim_key(
    connection: Connection[Any], dataset_id: int, scope: str, key: str, digest: bytes, mode: Mode = "merge"
) -> BatchReport | None:
    """Take the key until the transaction's end; return the first answer if the delivery was made already.

    Args: digest: SHA-256 of the raw body, 32 bytes; mode: the same body in another mode is another delivery.
    Raises: BatchRunning, BatchKeyReused, BatchKeyInvalid.
    """
    if not _KEY.fullmatch(key):
        raise BatchKeyInvalid
    row = connection.execute(_QUERIES.try_claim, {"claim": f"{dataset_id}/{scope}/{key}"}).fetchone()
    if row is None or not row[0]:
        raise BatchRunning
    since = now() - timedelta(days=KEY_DAYS)
    owner = {"dataset": dataset_id, "scope": scope, "key": key, "since": since}
    connection.execute(_QUERIES.forget_old_key, owner)
    found = connection.execute(_QUERIES.find_by_key, owner).fetchone()
    if found is None:
        return None
    report = BatchReport.from_dict(json.loads(found[1]), replayed=True)
    if bytes(found[0]) != digest or report.mode != mode:
        raise BatchKeyReused
    return report
