"""What a service's page explains beside its facts: how fresh the data are, examples, limits, and pauses."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from simpul.contract.errors import ContractInvalid
from simpul.contract.mock import make_mock_rows
from simpul.contract.model import Dataset as AgreedDataset
from simpul.kernel.clock import local, now
from simpul.portal.organizations.models import Organization
from simpul.portal.plans.models import Plan
from simpul.portal.plans.queries import list_limits as list_plan_limits
from simpul.portal.references.queries import fill_in_lists
from simpul.portal.services.models import Dataset, Pause, Publication

STATEMENT_SECONDS = 10
PAGE_ROWS = 1_000
ADDRESS_KILOBYTES = 16
"""As the exchange holds them; a test compares."""


class Freshness(NamedTuple):
    """How old a dataset is beside what was agreed; ages in whole days, None: no delivery, or no limit agreed."""

    age_days: int | None
    max_age_days: int | None
    due_on: date | None

    @property
    def is_old(self) -> bool:
        return self.age_days is not None and self.max_age_days is not None and self.age_days > self.max_age_days


def find_freshness(row: Dataset, model: AgreedDataset) -> Freshness:
    """Return how old a dataset is, and on which day the next delivery is due at the latest."""
    most = model.max_age_days
    if row.delivered_at is None:
        return Freshness(None, most, None)
    age = (now() - row.delivered_at).days
    return Freshness(age, most, local(row.delivered_at).date() + timedelta(days=most) if most is not None else None)


@lru_cache(maxsize=256)
def make_examples(model: AgreedDataset) -> Mapping[str, str]:
    """Return an example for each column by its name, as JSON writes it: a mock row's, never one of the dataset's own.

    A personal column gets none where the mock value is the contract's own example, which may be somebody's. Empty where
    no mock row can be made.
    """
    try:
        rows = make_mock_rows(fill_in_lists((model,))[0], 1)
    except ContractInvalid:
        return {}
    made = rows[0] if rows else {}
    kept = {one.name for one in model.columns if not (one.is_personal and made.get(one.name) == one.example)}
    return {name: _write(value) for name, value in made.items() if name in kept and value is not None}


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def list_limits(publication: Publication) -> list[tuple[str, str]]:
    """Return what one program may ask of a publication: the stage's plan first, then what holds for everybody."""
    plan = Plan.objects.filter(default_for=publication.stage).first()
    return [
        *(list_plan_limits(plan) if plan else []),
        (
            _("Halaman"),
            _("limit sampai %(rows)s menyebut halaman berikutnya pada header Link") % {"rows": _group(PAGE_ROWS)},
        ),
        (_("Waktu satu permintaan"), _("paling lama %(seconds)s detik") % {"seconds": STATEMENT_SECONDS}),
        (_("Panjang alamat"), _("paling panjang %(size)s KB") % {"size": ADDRESS_KILOBYTES}),
        (_("Kunci"), _("dua yang berlaku untuk tiap aplikasi dan tahap")),
    ]


def _group(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def find_pause(publication: Publication, organizations: list[Organization]) -> Pause | None:
    """Return the pause that stops calls of these organizations to a publication now, or None."""
    rows = Pause.objects.filter(publication=publication, resumed_at=None)
    return rows.filter(Q(organization=None) | Q(organization__in=organizations)).order_by("paused_at").first()
