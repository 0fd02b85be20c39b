"""The file as XML: parsed without DTD, entities or network, and held to the elements of the subset by name."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SIMPUL = "urn:simpul:bpmn:1"
NAMESPACES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "simpul": SIMPUL}

LIMIT_BYTES = 1_000_000

MARKUP_RULES = (
    "too-large",
    "well-formed",
    "no-doctype",
    "bpmn-root",
    "one-process",
    "unknown-element",
    "unknown-attribute",
    "no-script",
    "no-timer",
    "unique-id",
    "id-form",
    "condition-form",
    "flow-listed",
)
"""The rules about how the file is written; those about the procedure are `validate.RULES`."""

_FLOW_NODE = ("extensionElements", "incoming", "outgoing")
# Each element of the subset: its attributes, its children. What isn't here is refused by name.
_BPMN_ELEMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "definitions": (("id", "name", "targetNamespace", "exporter", "exporterVersion"), ("collaboration", "process")),
    "collaboration": (("id",), ("participant",)),
    "participant": (("id", "name", "processRef"), ()),
    "process": (
        ("id", "name", "isExecutable"),
        (
            "extensionElements",
            "laneSet",
            "startEvent",
            "endEvent",
            "userTask",
            "exclusiveGateway",
            "parallelGateway",
            "sequenceFlow",
        ),
    ),
    "extensionElements": ((), ()),
    "laneSet": (("id",), ("lane",)),
    "lane": (("id", "name"), ("flowNodeRef",)),
    "flowNodeRef": ((), ()),
    "startEvent": (("id", "name"), _FLOW_NODE),
    "endEvent": (("id", "name"), _FLOW_NODE),
    "userTask": (("id", "name"), _FLOW_NODE),
    "exclusiveGateway": (("id", "name", "default"), _FLOW_NODE),
    "parallelGateway": (("id", "name"), _FLOW_NODE),
    "incoming": ((), ()),
    "outgoing": ((), ()),
    "sequenceFlow": (("id", "name", "sourceRef", "targetRef"), ("conditionExpression",)),
    "conditionExpression": ((f"{{{XSI}}}type",), ()),
}
_SIMPUL_ELEMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "procedure": (("key", "version"), ()),
    "identity": ((), ("field", "item")),
    "field": (("name",), ()),
    "item": (("list",), ()),
    "legalBasis": ((), ("asSigned", "note")),
    "asSigned": ((), ()),
    "note": ((), ()),
    "limit": (("first", "last", "amount", "unit"), ()),
    "mend": (("row", "scanned", "mended"), ()),
    "reading": (("row",), ()),
    "change": (("version", "reason"), ()),
    "step": (("no", "time", "note"), ("wording", "requirement", "output", "question", "act")),
    "wording": ((), ()),
    "requirement": ((), ()),
    "output": ((), ()),
    "question": (("name",), ("answer",)),
    "answer": ((), ()),
    "act": (("key", "actor", "stage", "label", "label_en", "question", "veto"), ()),
}
_DIAGRAM_ELEMENTS = {
    f"{{{BPMNDI}}}BPMNDiagram",
    f"{{{BPMNDI}}}BPMNPlane",
    f"{{{BPMNDI}}}BPMNShape",
    f"{{{BPMNDI}}}BPMNEdge",
    f"{{{BPMNDI}}}BPMNLabel",
    f"{{{DC}}}Bounds",
    f"{{{DI}}}waypoint",
}
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
_WITH_ID = ("lane", "startEvent", "endEvent", "userTask", "exclusiveGateway", "parallelGateway", "sequenceFlow")
_SCRIPTS = ("scriptTask", "script", "serviceTask", "businessRuleTask", "sendTask", "receiveTask", "callActivity")


def parse_markup(xml: bytes) -> tuple[etree._Element | None, list[Finding]]:
    """Return the file's root element and what its markup breaks; no root when it can't be read at all.

    Args: xml: the file as it came, at most `LIMIT_BYTES`.
    """
    if len(xml) > LIMIT_BYTES:
        return None, [
            _find("berkas", "too-large", f"Berkas melebihi {LIMIT_BYTES} bita", f"The file exceeds {LIMIT_BYTES} bytes")
        ]
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return None, [
            _find(f"baris {line}", "well-formed", "Berkas bukan XML yang benar", "The file is not well-formed XML")
        ]
    document: Any = root.getroottree().docinfo  # its stub leaves out `doctype`
    if document.doctype:
        return None, [
            _find(
                "DOCTYPE", "no-doctype", "DOCTYPE dan entitas tidak diterima", "DOCTYPE and entities are not accepted"
            )
        ]
    if root.tag != f"{{{BPMN}}}definitions":
        return None, [
            _find(
                name_element(root),
                "bpmn-root",
                "Akar berkas harus bpmn:definitions",
                "The root must be bpmn:definitions",
            )
        ]
    return root, [*_check_children(root), *_check_ids(root)]


def name_element(element: etree._Element) -> str:
    """Return where an element stands, for a finding: its name, id and line."""
    name = etree.QName(element).localname if isinstance(element.tag, str) else "?"
    return " ".join(filter(None, (name, element.get("id") or element.get("key") or "", f"baris {element.sourceline}")))


def list_children(parent: etree._Element) -> list[etree._Element]:
    """Return the child elements, without comments and processing instructions."""
    return [child for child in parent if isinstance(child.tag, str)]


def read_text(element: etree._Element | None) -> str:
    """Return an element's text with its white space made single; empty for None."""
    return " ".join((element.text or "").split()) if element is not None else ""


def _find(where: str, rule: str, indonesian: str, english: str) -> Finding:
    return Finding(where, rule, Words(f"{indonesian}.", f"{english}."))


def _check_children(parent: etree._Element) -> Iterator[Finding]:
    for child in list_children(parent):
        name = etree.QName(child)
        allowed = _find_allowed(parent, name)
        if allowed is None:
            yield _refuse(child, name.localname)
            continue
        yield from _check_attributes(child, allowed)
        yield from _check_children(child)


def _find_allowed(parent: etree._Element, name: etree.QName) -> tuple[str, ...] | None:
    """Return an element's attributes when it may stand in this parent, ("*",) for any, None when it may not."""
    above = etree.QName(parent)
    if name.text in _DIAGRAM_ELEMENTS:
        is_diagram = above.text in _DIAGRAM_ELEMENTS or above.localname == "definitions"
        return ("*",) if is_diagram else None
    if name.namespace == SIMPUL and name.localname in _SIMPUL_ELEMENTS:
        inside = _SIMPUL_ELEMENTS.get(above.localname, ((), ()))[1] if above.namespace == SIMPUL else ()
        is_placed = above.localname == "extensionElements" or name.localname in inside
        return _SIMPUL_ELEMENTS[name.localname][0] if is_placed else None
    if name.namespace == BPMN and above.namespace == BPMN and name.localname in _BPMN_ELEMENTS[above.localname][1]:
        return _BPMN_ELEMENTS[name.localname][0]
    return None


def _refuse(element: etree._Element, name: str) -> Finding:
    where = name_element(element)
    if name in _SCRIPTS:
        return _find(
            where,
            "no-script",
            f"“{name}” tidak diterima: SOP tidak menjalankan program",
            f"“{name}” is refused: no code runs",
        )
    if name in ("timerEventDefinition", "boundaryEvent", "intermediateCatchEvent"):
        return _find(
            where,
            "no-timer",
            f"“{name}” tidak diterima: batas waktu tidak pernah bertindak",
            f"“{name}” is refused: lateness never acts",
        )
    return _find(
        where,
        "unknown-element",
        f"“{name}” tidak termasuk bagian BPMN yang diterima di sini",
        f"“{name}” is not in the accepted subset here",
    )


def _check_attributes(element: etree._Element, allowed: tuple[str, ...]) -> Iterator[Finding]:
    for name in map(str, element.attrib):
        if "*" not in allowed and name not in allowed:
            yield _find(
                name_element(element),
                "unknown-attribute",
                f"Atribut “{name}” tidak diterima",
                f"Attribute “{name}” is refused",
            )


def _check_ids(root: etree._Element) -> Iterator[Finding]:
    seen: set[str] = set()
    for element in root.iter(f"{{{BPMN}}}*"):
        identifier = element.get("id")
        if not _ID.fullmatch(identifier or ("" if etree.QName(element).localname in _WITH_ID else "x")):
            yield _find(
                name_element(element),
                "id-form",
                "Id wajib ada: huruf, angka, dan garis bawah, diawali huruf",
                "An id is needed: letters, digits and underscores, a letter first",
            )
        if identifier in seen:
            yield _find(
                name_element(element),
                "unique-id",
                f"Id “{identifier}” dipakai dua kali",
                f"Id “{identifier}” is used twice",
            )
        if identifier:
            seen.add(identifier)
