"""The lists that come with the product, from `library/reference/code_lists`."""

import tomllib
from datetime import date
from pathlib import Path

from django.db import transaction

from simpul.kernel.clock import now
from simpul.portal.references.actions import Provenance, keep_version
from simpul.portal.references.models import CodeList
from simpul.portal.references.queries import State
from simpul.portal.references.reading import read_entries

FOLDER = Path(__file__).resolve().parents[4] / "library" / "reference" / "code_lists"


@transaction.atomic
def put_in_first_lists() -> None:
    """Put each list into force that the hub doesn't have by its name; the worker publishes them within a minute."""
    known = set(CodeList.objects.values_list("name", flat=True))
    for one in tomllib.loads((FOLDER / "lists.toml").read_text("utf-8"))["list"]:
        if one["name"] in known:
            continue
        code_list = CodeList.objects.create(name=one["name"], title=one["title"], description=one["description"])
        file_name = f"{one['name']}.csv"
        entries = read_entries((FOLDER / file_name).read_bytes(), file_name).entries
        valid_from = one["valid_from"]
        assert isinstance(valid_from, date), "lists.toml writes days as TOML dates"  # noqa: S101
        facts = Provenance(one["source"], valid_from, one.get("decision_number", ""), one.get("licence", ""))
        version = keep_version(code_list, entries, facts, None)
        version.state, version.decided_at, version.file_name = State.IN_FORCE, now(), file_name
        version.save(update_fields=["state", "decided_at", "file_name"])
