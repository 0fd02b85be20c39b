"""What the portal measures for Prometheus: the job queue, the worker, the sealing, the publications. Read when asked."""

from django.db import connection

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_JOBS = "SELECT status::text, count(*) FROM procrastinate_jobs WHERE status <> 'succeeded' GROUP BY 1 ORDER BY 1"
_OLDEST_JOB = """
SELECT coalesce(extract(epoch FROM now() - min(greatest(coalesce(job.scheduled_at, event.at), event.at))), 0)
FROM procrastinate_jobs AS job
JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'
WHERE job.status = 'todo' AND coalesce(job.scheduled_at, now()) <= now()
"""
_WORKER = "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers"
_UNSEALED = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(at)), 0) FROM public.evidence
WHERE id > (SELECT coalesce(max(evidence_id), 0) FROM public.sealed_row)
"""
_PUBLICATIONS = "SELECT stage, state, count(*) FROM publication GROUP BY 1, 2 ORDER BY 1, 2"


def write_metrics() -> str:
    """Return the whole text. Cost: five statements over what waits, not over history."""
    [(oldest_seconds,)] = _read(_OLDEST_JOB)
    [(worker_seconds,)] = _read(_WORKER)
    [(unsealed, unsealed_seconds)] = _read(_UNSEALED)
    lines = [
        *_describe("simpul_jobs", "Jobs by status; 'todo' wait."),
        *(f'simpul_jobs{{status="{status}"}} {count}' for status, count in _read(_JOBS)),
        *_gauge("simpul_jobs_oldest_seconds", "How long the oldest job that is due has waited.", oldest_seconds),
        *_gauge("simpul_worker_silent_seconds", "Time since the worker's last sign of life.", worker_seconds),
        *_gauge("simpul_evidence_unsealed_rows", "Evidence that no seal holds yet.", unsealed),
        *_gauge("simpul_evidence_unsealed_seconds", "Age of the oldest of it.", unsealed_seconds),
        *_describe("simpul_publications", "Publications by stage and state."),
        *(
            f'simpul_publications{{stage="{stage}",state="{state}"}} {count}'
            for stage, state, count in _read(_PUBLICATIONS)
        ),
    ]
    return "\n".join(lines) + "\n"


def find_worker_silence() -> float | None:
    """Return how many seconds ago the worker last gave a sign of life; None where there never was one."""
    [(seconds,)] = _read(_WORKER)
    return None if seconds is None else float(seconds)


def _read(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _gauge(name: str, about: str, value: float | None) -> list[str]:
    return [*_describe(name, about), f"{name} {'NaN' if value is None else format(float(value), 'g')}"]


def _describe(name: str, about: str) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge"]
