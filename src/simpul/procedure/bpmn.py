"""Reads a BPMN file into a procedure: the strict subset, its extension and its layout; then the rules decide."""

import re

from lxml import etree

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.procedure import extension
from simpul.procedure.errors import ProcedureInvalid
from simpul.procedure.markup import BPMN, BPMNDI, NAMESPACES, name_element, parse_markup, read_text
from simpul.procedure.model import Bounds, Condition, Flow, Lane, Layout, Node, NodeKind, Procedure
from simpul.procedure.validate import check_procedure

_KINDS: dict[str, NodeKind] = {
    f"{{{BPMN}}}startEvent": "start",
    f"{{{BPMN}}}endEvent": "end",
    f"{{{BPMN}}}userTask": "task",
    f"{{{BPMN}}}exclusiveGateway": "exclusive",
    f"{{{BPMN}}}parallelGateway": "parallel",
}
_CONDITION = re.compile(r'([a-z][a-z0-9_]*) *== *"([a-z][a-z0-9_]*)"')


def read_procedure(xml: bytes) -> Procedure:
    """Return the procedure that a BPMN file describes.

    Raises: ProcedureInvalid, with every finding.
    """
    procedure, findings = read_findings(xml)
    if procedure is None or findings:
        raise ProcedureInvalid(findings=findings)
    return procedure


def read_findings(xml: bytes) -> tuple[Procedure | None, list[Finding]]:
    """Return what could be read of a file and each rule that it breaks; the procedure is sound only without findings."""
    root, findings = parse_markup(xml)
    if root is None:
        return None, findings
    processes = root.findall("bpmn:process", NAMESPACES)
    if len(processes) != 1:
        words = Words("Berkas harus memuat tepat satu proses.", "The file must hold exactly one process.")
        return None, [*findings, Finding("definitions", "one-process", words)]
    findings += _check_conditions(processes[0]) + _check_listed_flows(processes[0])
    procedure = _read_process(root, processes[0])
    return procedure, findings + check_procedure(procedure)


def _read_process(root: etree._Element, process: etree._Element) -> Procedure:
    lane_of = _read_lane_members(process)
    header = next(iter(extension.list_elements(process, "procedure")), None)
    steps = [extension.read_step(task, lane_of.get(task.get("id", ""), "")) for task in extension.list_tasks(process)]
    return Procedure(
        key=header.get("key", "") if header is not None else "",
        version=extension.read_number(header, "version"),
        name=process.get("name", ""),
        identity=extension.read_identity(process),
        legal_basis=extension.read_legal_basis(process),
        lanes=tuple(Lane(lane.get("id", ""), lane.get("name", "")) for lane in _list_lanes(process)),
        steps=tuple(sorted(steps, key=lambda step: step.no)),
        nodes=_read_nodes(process, lane_of),
        flows=_read_flows(process),
        limits=extension.read_limits(process),
        mends=extension.read_mends(process),
        readings=extension.read_readings(process),
        changes=extension.read_changes(process),
        layout=_read_layout(root),
    )


def _list_lanes(process: etree._Element) -> list[etree._Element]:
    return process.findall("bpmn:laneSet/bpmn:lane", NAMESPACES)


def _read_lane_members(process: etree._Element) -> dict[str, str]:
    """Return each node's lane; a node named in two lanes gets none, so that the lane rule refuses it."""
    lane_of: dict[str, str] = {}
    for lane in _list_lanes(process):
        for reference in lane.findall("bpmn:flowNodeRef", NAMESPACES):
            node = read_text(reference)
            lane_of[node] = "" if node in lane_of else lane.get("id", "")
    return lane_of


def _read_nodes(process: etree._Element, lane_of: dict[str, str]) -> tuple[Node, ...]:
    return tuple(
        Node(
            element.get("id", ""),
            _KINDS[element.tag],
            element.get("name", ""),
            lane_of.get(element.get("id", ""), ""),
        )
        for element in process
        if element.tag in _KINDS
    )


def _read_flows(process: etree._Element) -> tuple[Flow, ...]:
    defaults = {gateway.get("default") for gateway in process.findall("bpmn:exclusiveGateway", NAMESPACES)}
    return tuple(
        Flow(
            id=flow.get("id", ""),
            source=flow.get("sourceRef", ""),
            target=flow.get("targetRef", ""),
            name=flow.get("name", ""),
            condition=_read_condition(flow),
            is_default=flow.get("id") in defaults,
        )
        for flow in process.findall("bpmn:sequenceFlow", NAMESPACES)
    )


def _read_condition(flow: etree._Element) -> Condition | None:
    match = _CONDITION.fullmatch(read_text(flow.find("bpmn:conditionExpression", NAMESPACES)))
    return Condition(match[1], match[2]) if match else None


def _check_conditions(process: etree._Element) -> list[Finding]:
    """A condition has one form only, so that nothing is ever evaluated."""
    words = Words(
        'Syarat hanya boleh berbentuk pertanyaan == "jawaban".', 'A condition may only read question == "answer".'
    )
    return [
        Finding(name_element(flow), "condition-form", words)
        for flow in process.findall("bpmn:sequenceFlow", NAMESPACES)
        if flow.find("bpmn:conditionExpression", NAMESPACES) is not None and _read_condition(flow) is None
    ]


def _check_listed_flows(process: etree._Element) -> list[Finding]:
    """Where a node lists its flows, the list must be the flows' own, or another tool would read another graph."""
    words = Words("Daftar panah pada simpul ini tidak sama dengan panahnya.", "The listed flows differ from the flows.")
    findings = []
    flows = process.findall("bpmn:sequenceFlow", NAMESPACES)
    for element in process:
        for listed, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
            named = sorted(read_text(item) for item in element.findall(f"bpmn:{listed}", NAMESPACES))
            real = sorted(flow.get("id", "") for flow in flows if flow.get(end) == element.get("id"))
            if named and named != real:
                findings.append(Finding(name_element(element), "flow-listed", words))
    return findings


def _read_layout(root: etree._Element) -> Layout:
    shapes = {}
    for shape in root.iter(f"{{{BPMNDI}}}BPMNShape"):
        bounds = shape.find("dc:Bounds", NAMESPACES)
        if bounds is not None:
            x, y, width, height = (_read_length(bounds, name) for name in ("x", "y", "width", "height"))
            shapes[shape.get("bpmnElement", "")] = Bounds(x, y, width, height)
    edges = {
        edge.get("bpmnElement", ""): tuple(
            (_read_length(point, "x"), _read_length(point, "y")) for point in edge.findall("di:waypoint", NAMESPACES)
        )
        for edge in root.iter(f"{{{BPMNDI}}}BPMNEdge")
    }
    participant = root.find("bpmn:collaboration/bpmn:participant", NAMESPACES)
    return Layout(shapes, edges, participant.get("id", "") if participant is not None else "")


def _read_length(element: etree._Element, name: str) -> float:
    text = element.get(name, "")
    return float(text) if re.fullmatch(r"-?\d{1,6}(\.\d{1,6})?", text) else 0.0
