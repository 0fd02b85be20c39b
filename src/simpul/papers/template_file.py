"""The templates of library/papers/: reads a YAML file into a template, once.

The only module here that knows YAML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from simpul.papers.errors import PaperNotFound, TemplateInvalid

FOLDER = Path(__file__).resolve().parents[3] / "library" / "papers"
FORMATS = ("pdf", "odt", "ods")
SCALARS = ("text", "count", "number", "flag", "date", "instant", "png", "svg")


@dataclass(frozen=True)
class FactSpec:
    """One fact that a paper needs: its type (a scalar, or a record of types.yaml), one or many, what it is."""

    name: str
    type: str
    many: bool
    optional: bool
    about: str
    example: Any


@dataclass(frozen=True)
class Template:
    """One kind of paper: the SOP's name for it, the row of the SOP, formats, facts and blocks (as in the file)."""

    kind: str
    title: str
    row: int
    formats: tuple[str, ...]
    facts: tuple[FactSpec, ...]
    blocks: tuple[Mapping[str, Any], ...]
    landscape: bool
    footer: bool
    reference: str
    order: int


@cache
def read_types() -> Mapping[str, tuple[FactSpec, ...]]:
    """Return the record types that papers share (types.yaml): office, case, signer, dataset…"""
    return {name: _read_facts(facts) for name, facts in _load(FOLDER / "types.yaml").items()}


@cache
def read_template(kind: str) -> Template:
    """Return the template of one kind of paper.

    Raises: PaperNotFound; TemplateInvalid, where the file lacks a part.
    """
    if kind not in list_kinds():
        raise PaperNotFound(kind=kind)
    content = _load(FOLDER / f"{kind}.yaml")
    try:
        return Template(
            kind=kind,
            title=content["title"],
            row=content["row"],
            formats=tuple(content["formats"]),
            facts=_read_facts(content["facts"]),
            blocks=tuple(content["blocks"]),
            landscape=content.get("landscape", False),
            footer=content.get("footer", True),
            reference=content.get("reference", "{case.number?}"),
            order=content.get("order", 0),
        )
    except KeyError as error:
        raise TemplateInvalid(kind=kind, reason=f"{error} –") from error


@cache
def list_kinds() -> tuple[str, ...]:
    """Return every kind of paper, by name."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml") if file.stem != "types"))


def _load(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _read_facts(facts: Mapping[str, Mapping[str, Any]]) -> tuple[FactSpec, ...]:
    return tuple(
        FactSpec(
            name=name,
            type=spec["type"],
            many=spec.get("many", False),
            optional=spec.get("optional", False),
            about=spec.get("about", ""),
            example=spec.get("example"),
        )
        for name, spec in facts.items()
    )
