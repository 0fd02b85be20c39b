"""The contract as an ODCS file: write, read, and compare with the official schema.

>>> read_odcs(write_odcs(Contract("wilayah", title="Wilayah"))).context
'wilayah'
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft201909Validator

from simpul.contract.model import Contract
from simpul.contract.odcs_read import load_odcs, read_odcs
from simpul.contract.odcs_write import make_odcs, write_odcs
from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

__all__ = ["Contract", "find_schema_faults", "load_odcs", "make_odcs", "read_odcs", "write_odcs"]

SCHEMAS = Path(__file__).parents[3] / "library" / "reference" / "odcs"


def find_schema_faults(document: Mapping[str, Any]) -> list[Finding]:
    """Hold a loaded ODCS document against the official schema of its version (3.0 and 3.1: v3.1.0's; 3.2: its own).

    Returns: findings with the rule "odcs-schema", `where` a path as schema/0/name; [] when it is valid.
    """
    version = "v3.2.0" if str(document.get("apiVersion", "")).startswith("v3.2") else "v3.1.0"
    errors = sorted(_load_schema(version).iter_errors(document), key=lambda error: [str(part) for part in error.path])
    return [_tell_error("/".join(str(part) for part in error.path), str(error.validator)) for error in errors]


def _tell_error(path: str, keyword: str) -> Finding:
    return Finding(
        path,
        "odcs-schema",
        Words(
            f"Bagian ini tidak sesuai skema resmi ODCS (aturan {keyword}).",
            f"This part doesn't meet the official ODCS schema (rule {keyword}).",
        ),
    )


@cache
def _load_schema(version: str) -> Draft201909Validator:
    path = SCHEMAS / f"odcs-json-schema-{version}.json"
    return Draft201909Validator(json.loads(path.read_text(encoding="utf-8")))
