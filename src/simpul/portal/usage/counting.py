"""Counts the evidence into days, seal by seal: each row is in one seal, so that none is counted twice or left out.

A streamed answer has two rows: its start counts as the call, its end brings the rows, and counts as an error where the
answer broke off.
"""

from time import monotonic

from django.db import connection, transaction
from django.db.models import Max

from simpul.kernel.clock import ZONE
from simpul.portal.proofs.models import Seal
from simpul.portal.usage.models import UsageMark

SEALS_AT_ONCE = 100
JOB_SECONDS = 30.0

# The rows' number stands near a record's end, its code near its start: neither search runs over the whole text.
_COUNT = """
INSERT INTO usage_day (day, organization_id, application_id, publication_id, calls, rows, errors)
SELECT day, organization_id, application_id, publication_id, count(*) FILTER (WHERE NOT is_end), sum(rows),
       count(*) FILTER (WHERE status >= 400 OR (is_end AND is_coded))
FROM (
    SELECT (e.at AT TIME ZONE %(zone)s)::date AS day, e.organization_id, coalesce(e.application_id, 0) AS application_id,
           coalesce(e.publication_id, 0) AS publication_id, e.status,
           strpos(e.record, '"phase":"end"') > 0 AS is_end,
           strpos(left(e.record, 200), '"code":""') = 0 AS is_coded,
           coalesce(substring(right(e.record, 160) FROM '"rows":([0-9]+)')::bigint, 0) AS rows
    FROM sealed_row AS s JOIN evidence AS e ON e.id = s.evidence_id AND e.at = s.at
    WHERE s.seal_id > %(since)s AND s.seal_id <= %(until)s AND e.organization_id IS NOT NULL
) AS found
GROUP BY 1, 2, 3, 4
ON CONFLICT (organization_id, day, application_id, publication_id) DO UPDATE
SET calls = usage_day.calls + EXCLUDED.calls, rows = usage_day.rows + EXCLUDED.rows,
    errors = usage_day.errors + EXCLUDED.errors
"""


@transaction.atomic
def count_seals(limit_seals: int = SEALS_AT_ONCE) -> bool:
    """Count the next seals' rows; return whether more are waiting. Somebody else at it: nothing is done.

    Cost: a second for some 100,000 rows.
    """
    mark = UsageMark.objects.select_for_update(skip_locked=True).first()
    newest = Seal.objects.aggregate(newest=Max("number"))["newest"] or 0
    if mark is None or mark.seal >= newest:
        return False
    until = min(mark.seal + limit_seals, newest)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"zone": ZONE.key, "since": mark.seal, "until": until})
    UsageMark.objects.filter(pk=mark.pk).update(seal=until)
    return until < newest


def count_all() -> None:
    """Count what is sealed by now, for as long as a job may take; the next one goes on."""
    end = monotonic() + JOB_SECONDS
    while count_seals() and monotonic() < end:
        pass
