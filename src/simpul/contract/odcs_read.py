"""Read an ODCS file, 3.0 to 3.2, ours or another's, without trusting it.

Safe loader; at most 1 MB; aliases, tags, doubled keys and deep nesting are refused; dates stay text.
What isn't ours is read as far as it goes: names become safe identifiers, arrays become objects' JSON.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import yaml

from simpul.contract.errors import ContractUnreadable
from simpul.contract.model import (
    DECIMAL_COMMA,
    LOGICAL_TYPES,
    WHEN_UNKNOWN,
    Column,
    ConsumerTerms,
    Contract,
    Dataset,
    Thresholds,
)
from simpul.contract.names import is_safe_name, make_name
from simpul.contract.odcs_write import COLUMN_FACTS, CONTRACT_FACTS, DATASET_FACTS
from simpul.kernel.words import Words

MAX_BYTES = 1_000_000
_MAX_DEPTH = 60
_VERSIONS = ("v3.0.", "v3.1.", "v3.2.")
_FOREIGN_TYPES = {"array": "object", "blob": "object", "decimal": "number", "int": "integer", "float": "number"}
_PERSONAL_WORDS = ("personal", "pii", "confidential", "restricted", "sensitive")


class _ContractLoader(yaml.SafeLoader):
    """YAML without aliases, doubled keys, or dates turned into objects."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise _refuse(Words("YAML memakai alias (*).", "The YAML uses an alias (*)."))
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _refuse(Words("YAML terlalu bertingkat.", "The YAML is nested too deep."))
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        if len(names) != len({str(name) for name in names}):
            line = node.start_mark.line + 1
            raise _refuse(Words(f"Ada kunci ganda, baris {line}.", f"A key stands twice, line {line}."))
        return super().construct_mapping(node, deep=deep)


_ContractLoader.yaml_implicit_resolvers = {
    sign: [(tag, expression) for tag, expression in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_odcs(text: str) -> dict[str, Any]:
    """Load the YAML of a contract as plain data. Raises: ContractUnreadable, saying where."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise _refuse(Words("Berkas lebih besar dari 1 MB.", "The file is larger than 1 MB."))
    try:
        document = yaml.load(text, Loader=_ContractLoader)  # noqa: S506 - derived from SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refuse(Words(f"YAML salah tulis, baris {line}.", f"The YAML is malformed, line {line}.")) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise _refuse(Words("YAML salah tulis.", "The YAML is malformed.")) from error
    if not isinstance(document, dict) or document.get("kind", "DataContract") != "DataContract":
        raise _refuse(Words("Berkas ini bukan kontrak ODCS.", "This file isn't an ODCS contract."))
    if not str(document.get("apiVersion", "")).startswith(_VERSIONS):
        raise _refuse(
            Words("Versi ODCS tidak didukung atau tidak disebut.", "The ODCS version isn't supported or isn't named.")
        )
    return document


def read_odcs(text: str) -> Contract:
    """Read a contract from YAML text. It may still break rules: `check` names them. Raises: ContractUnreadable."""
    document = load_odcs(text)
    description = _get_mapping(document, "description")
    title = _text(document.get("name"))
    given: dict[str, Any] = {
        "version": _text(document.get("version")),
        "title": title,
        "status": _text(document.get("status")) or "draft",
        "purpose": _text(description.get("purpose")),
        "description": _text(description.get("usage")),
        "datasets": _read_schemas(_list_mappings(document, "schema")),
        **_read_facts(Contract, document, CONTRACT_FACTS),
    }
    given.setdefault("context", make_name(_text(document.get("dataProduct")) or title, fallback="konteks"))
    if _get_fact(document, "context") is None:  # not ours
        given["provider_name"] = _text(document.get("tenant"))
    consumers = _get_fact(document, "consumers")
    given["consumers"] = tuple(
        ConsumerTerms.from_dict(_fit_terms(terms))
        for terms in (consumers if isinstance(consumers, list) else [])
        if isinstance(terms, Mapping)
    )
    return Contract(**given)


def _fit_terms(terms: Mapping[str, Any]) -> dict[str, Any]:
    fitted: dict[str, Any] = {item.name: _text(terms.get(item.name)) for item in fields(ConsumerTerms)}
    columns = terms.get("columns")
    fitted["columns"] = [_text(name) for name in columns] if isinstance(columns, list) else []
    masks = _get_mapping(terms, "masks")
    fitted["masks"] = {_text(name): _text(mask) for name, mask in masks.items()}
    return fitted


def _read_schemas(schemas: list[Mapping[str, Any]]) -> tuple[Dataset, ...]:
    names = _keep_safe([_text(schema.get("name")) for schema in schemas], "data")
    return tuple(_read_dataset(name, schema) for name, schema in zip(names, schemas, strict=True))


def _read_dataset(name: str, schema: Mapping[str, Any]) -> Dataset:
    properties = _list_mappings(schema, "properties")
    names = _keep_safe([_text(item.get("name")) for item in properties], "kolom")
    columns = tuple(_read_column(name, item) for name, item in zip(names, properties, strict=True))
    thresholds = _get_fact(schema, "thresholds")
    return Dataset(
        name=name,
        title=_text(schema.get("businessName")) or _changed(schema.get("name"), name),
        description=_text(schema.get("description")),
        columns=columns,
        thresholds=_read_thresholds(thresholds if isinstance(thresholds, Mapping) else {}),
        **_read_facts(Dataset, schema, DATASET_FACTS),
    )


def _read_thresholds(given: Mapping[str, Any]) -> Thresholds:
    numbers = {name: value for name, value in given.items() if _is_number(value)}
    age = numbers.pop("max_age_days", None)
    return Thresholds.from_dict({**numbers, "max_age_days": int(age) if age is not None else None})


def _read_column(name: str, item: Mapping[str, Any]) -> Column:
    options = _get_mapping(item, "logicalTypeOptions")
    logical = _read_type(item)
    examples = item.get("examples")
    return Column(
        name=name,
        title=_text(item.get("businessName")) or _changed(item.get("name"), name),
        definition=_text(item.get("description")),
        logical_type=logical,
        length=_whole(options.get("maxLength")),
        required=item.get("required") is True,
        unique=item.get("unique") is True,
        key=item.get("primaryKey") is True,
        pattern=_text(options.get("pattern")) or None,
        format=_read_format(item, options, logical),
        minimum=_read_bound(options.get("minimum")),
        maximum=_read_bound(options.get("maximum")),
        code_list=_read_codes(item),
        example=_text(examples[0]) if isinstance(examples, list) and examples else None,
        **_read_column_facts(item),
    )


def _read_column_facts(item: Mapping[str, Any]) -> dict[str, Any]:
    facts = _read_facts(Column, item, COLUMN_FACTS)
    for name in ("precision", "scale"):
        facts[name] = _whole(_get_fact(item, name))
    if _get_fact(item, "whenUnknown") in WHEN_UNKNOWN:
        facts["when_unknown"] = _get_fact(item, "whenUnknown")
    if "pdp_class" not in facts and any(word in _text(item.get("classification")).lower() for word in _PERSONAL_WORDS):
        facts["pdp_class"] = "umum"
    return facts


def _read_type(item: Mapping[str, Any]) -> str:
    given = _text(item.get("logicalType")).lower()
    logical = _FOREIGN_TYPES.get(given, given)
    return logical if logical in LOGICAL_TYPES else "string"


def _read_format(item: Mapping[str, Any], options: Mapping[str, Any], logical: str) -> str | None:
    if logical in ("integer", "number"):
        return DECIMAL_COMMA if _get_fact(item, "textFormat") == DECIMAL_COMMA else None
    return _text(options.get("format")) or None


def _read_codes(item: Mapping[str, Any]) -> tuple[str, ...] | str | None:
    codes = _get_fact(item, "codeList")
    if codes is None:
        for rule in _list_mappings(item, "quality"):
            codes = codes or _get_mapping(rule, "arguments").get("validValues")
    if isinstance(codes, list):
        return tuple(_text(code) for code in codes)
    return _text(codes) or None


def _read_facts(record: type, element: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Read the text facts of an element; facts that aren't there stay out, so that defaults hold."""
    found = {held: _get_fact(element, written) for written, held in names.items()}
    return {held: _text(value) for held, value in found.items() if value is not None}


def _get_fact(element: Mapping[str, Any], name: str) -> Any:
    for fact in _list_mappings(element, "customProperties"):
        if fact.get("property") == name:
            return fact.get("value")
    return None


def _get_mapping(element: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = element.get(name)
    return value if isinstance(value, Mapping) else {}


def _list_mappings(element: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = element.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _keep_safe(names: list[str], fallback: str) -> list[str]:
    """Keep names that are safe already; change the others, and repeated ones."""
    kept: list[str] = []
    for name in names:
        kept.append(name if is_safe_name(name) and name not in kept else make_name(name, [*kept, *names], fallback))
    return kept


def _changed(given: Any, name: str) -> str:
    return _text(given) if _text(given) != name else ""


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_bound(value: Any) -> int | float | str | None:
    return value if _is_number(value) or isinstance(value, str) else None


def _refuse(reason: Words) -> ContractUnreadable:
    start = ContractUnreadable.message
    return ContractUnreadable(Words(f"{start.id} {reason.id}", f"{start.en} {reason.en}"))
