"""The JSON Schema (2020-12) of one row, as JSON carries it: what consumers read and providers send.

It says all that JSON Schema can; the validator knows more (calendar days inside a NIK, numbers' digits).
"""

from typing import Any

from simpul.contract.model import Column, Dataset

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TYPES = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "string",
    "timestamp": "string",
    "time": "string",
    "object": "object",
}
_AREA = r"^[1-9][0-9](\.(0[1-9]|[1-6][0-9]|7[1-9]|[89][0-9])(\.(0[1-9]|[1-9][0-9])(\.[123][0-9]{3})?)?)?$"
_FORMS: dict[str, dict[str, Any]] = {
    "nik": {"pattern": "^[0-9]{16}$"},
    "nip": {"pattern": "^[0-9]{18}$"},
    "area_code": {"pattern": _AREA},
    "phone": {"pattern": r"^\+?[0-9][0-9 ().-]{6,23}$"},
    "email": {"pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "maxLength": 254},
}
_CALENDAR: dict[str, dict[str, Any]] = {
    "date": {"format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "timestamp": {"format": "date-time"},
    # The format "time" would ask for an offset, which a clock time of an office hasn't.
    "time": {"pattern": r"^[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?$"},
}
_LARGEST = 2**63 - 1
_NOT_BLANK = r"\S"


def make_row_schema(dataset: Dataset, *, with_dialect: bool = True) -> dict[str, Any]:
    """Make the schema of one row; unknown columns are refused, as the validator does."""
    schema: dict[str, Any] = {"$schema": DIALECT} if with_dialect else {}
    schema |= {
        "title": dataset.title or dataset.name,
        "type": "object",
        "properties": {column.name: make_column_schema(column) for column in dataset.columns},
        "required": [column.name for column in dataset.columns if column.required or column.key],
        "additionalProperties": False,
    }
    return schema | ({"description": dataset.description} if dataset.description else {})


def make_column_schema(column: Column) -> dict[str, Any]:
    """Make the schema of one column's values; a column that isn't required also takes null."""
    is_required = column.required or column.key
    kind = _TYPES[column.logical_type]
    schema: dict[str, Any] = {"title": column.title or column.name, "type": kind if is_required else [kind, "null"]}
    if column.definition:
        schema["description"] = column.definition
    if column.logical_type == "string":
        schema |= _describe_text(column, is_required)
    elif column.logical_type in _CALENDAR:
        schema |= _CALENDAR[column.logical_type] | ({"minLength": 1} if is_required else {})
    elif column.logical_type in ("integer", "number"):
        schema |= _describe_number(column)
    if isinstance(column.code_list, tuple):
        schema |= _describe_codes(column, column.code_list, is_required)
    if column.unit:
        schema["x-satuan"] = column.unit
    if column.is_personal:
        schema["x-data-pribadi"] = column.pdp_class
    return schema


def _describe_text(column: Column, is_required: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"minLength": 1, "pattern": _NOT_BLANK} if is_required else {}
    described |= _FORMS.get(column.format or "", {})
    if column.length is not None:
        described["maxLength"] = min(column.length, described.get("maxLength", column.length))
    if column.pattern:
        described |= {"allOf": [{"pattern": column.pattern}]} if "pattern" in described else {"pattern": column.pattern}
    return described


def _describe_number(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {}
    if column.logical_type == "integer":
        described = {"minimum": -_LARGEST - 1, "maximum": _LARGEST}
    elif column.precision is not None:
        limit = 10 ** (column.precision - (column.scale or 0))
        described = {"exclusiveMinimum": -limit, "exclusiveMaximum": limit, "x-scale": column.scale or 0}
    if column.minimum is not None:
        described["minimum"] = column.minimum
    if column.maximum is not None:
        described["maximum"] = column.maximum
    return described


def _describe_codes(column: Column, codes: tuple[str, ...], is_required: bool) -> dict[str, Any]:
    """Codes are kept as text; a numeric column's are written as its numbers."""
    values: list[Any] = list(codes)
    if column.logical_type in ("integer", "number"):
        values = [int(code) if code.lstrip("-").isdigit() else float(code) for code in codes if _is_number(code)]
    return {"enum": values if is_required else [*values, None]}


def _is_number(code: str) -> bool:
    try:
        float(code)
    except ValueError:
        return False
    return True
