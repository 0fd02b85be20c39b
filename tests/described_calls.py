"""Calls an API by what its own OpenAPI description allows and forbids, the same calls each time."""

import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

SEED = 63
CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]


@dataclass(frozen=True)
class Told:
    """One answer to one call."""

    operation: str
    status: int
    call: str


def call_described(schema: Any, headers: Mapping[str, str], examples: int, **how: Any) -> list[Told]:
    """Call each operation `examples` times as it is described, and as often in ways that it forbids.

    Args: `how` is passed on to schemathesis' `Case.call`.
    """
    told: list[Told] = []

    def call(case: schemathesis.Case) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = case.call(headers=headers, **how)
        request = answer.request
        told.append(
            Told(case.operation.label, answer.status_code, f"{request.method} {request.url} {request.body!r:.300}")
        )

    for result in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _run(call, result.ok().as_strategy(generation_mode=mode), examples)
    return told


def _run(call: Any, strategy: Any, examples: int) -> None:
    run = given(case=strategy)(call)
    bounded = settings(
        max_examples=examples, database=None, deadline=None, suppress_health_check=CHECKS, phases=[Phase.generate]
    )
    with suppress(Unsatisfiable):  # an operation in which nothing can be wrong
        seed(SEED)(bounded(run))()
