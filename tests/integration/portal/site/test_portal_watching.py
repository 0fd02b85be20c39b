"""Health and metrics of the portal: open to this machine's own programs or the token, closed to everyone else."""

import pytest
from django.conf import settings
from django.test import Client

from portal_world import portal, portal_database  # noqa: F401

pytestmark = pytest.mark.usefixtures("portal")


def ask(**headers: str) -> tuple[int, str]:
    answer = Client().get("/metrics", **headers)
    return answer.status_code, answer.content.decode()


def test_metrics_tell_this_machine_of_queue_worker_seals_and_publications() -> None:
    status, text = ask()
    assert status == 200
    for name in ("simpul_jobs", "simpul_jobs_oldest_seconds", "simpul_worker_silent_seconds"):
        assert f"# TYPE {name} gauge" in text
    assert "simpul_evidence_unsealed_rows 0" in text


@pytest.mark.parametrize(
    "headers", [{"REMOTE_ADDR": "10.0.0.9"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_AUTHORIZATION": "Bearer x"}]
)
def test_metrics_refuse_others_and_what_came_through_a_proxy(headers: dict[str, str]) -> None:
    status, text = ask(**({"REMOTE_ADDR": "10.0.0.9"} | headers))
    assert status == 403
    assert "simpul_jobs" not in text
    if "HTTP_X_FORWARDED_FOR" in headers:
        assert ask(**headers)[0] == 403


def test_metrics_behind_a_proxy_need_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hub:
        METRICS_TOKEN, TRUSTED_PROXY = "rahasia-metrik", True

        def __getattr__(self, name: str) -> object:
            return getattr(known, name)

    known = settings.HUB
    monkeypatch.setattr(settings, "HUB", Hub())
    assert ask()[0] == 403
    assert ask(HTTP_AUTHORIZATION="Bearer rahasia-metrik")[0] == 200


def test_health_tells_life_and_readiness() -> None:
    assert Client().get("/health/live").json() == {"status": "ok"}
    ready = Client().get("/health/ready").json()
    assert ready == {"status": "ok", "worker_silent_seconds": None}
    assert Client().get("/sehat").json() == ready
