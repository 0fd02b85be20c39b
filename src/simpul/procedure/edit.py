"""Makes the next version of a procedure from its file: who acts, the limits, where a decision leads back to.

The file stays the source: only what changes is touched, the diagram's arrows are drawn anew where a task moves to
another lane or an arrow turns elsewhere, and the result is judged by every rule before it is handed back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from simpul.kernel.errors import Invalid
from simpul.kernel.words import Words
from simpul.procedure import routing
from simpul.procedure.bpmn import read_procedure
from simpul.procedure.markup import BPMN, BPMNDI, DI, NAMESPACES, SIMPUL, read_text
from simpul.procedure.model import PARTY_ACTORS, TIME_NOT_SET, Bounds, Flow, Limit, Procedure, Step


class EditRefused(Invalid):
    """A change that can't be made to this procedure."""

    code = "SOP041"
    message = Words("Perubahan SOP tidak dapat disimpan: {what}.", "The SOP's change can't be saved: {what}.")
    hint = Words("Perbaiki isian, lalu simpan kembali.", "Mend the entry and save again.")


@dataclass(frozen=True)
class ProcedureEdit:
    """What is changed for the next version; what is left out stays.

    `actors`: (step number, act key) → actor. `limits`: all limits from now on, or None. `return_targets`: number of a
    step with a decision → number of the earlier step that its negative answer leads to.
    """

    version: int
    reason: str
    actors: Mapping[tuple[int, str], str] = field(default_factory=dict)
    limits: tuple[Limit, ...] | None = None
    return_targets: Mapping[int, int] = field(default_factory=dict)


def edit_procedure(xml: bytes, edit: ProcedureEdit) -> bytes:
    """Return the file of the next version.

    Raises: ProcedureInvalid when the given file or the result breaks a rule; EditRefused when the version doesn't
    follow, the reason is missing, or a change names what isn't there.
    """
    procedure = read_procedure(xml)
    _check_edit(procedure, edit)
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True))
    process = _get(root, "bpmn:process")
    for (no, act), actor in edit.actors.items():
        _set_actor(process, procedure.step_by_no[no], act, actor)
    if edit.limits is not None:
        _set_limits(process, procedure, edit.limits)
    for no, target_no in edit.return_targets.items():
        _turn_flow(process, find_return_flow(procedure, no), procedure.step_by_no[target_no].key)
    _set_version(process, edit)
    _redraw(root, process, procedure, edit)
    edited = _write(root)
    read_procedure(edited)
    return edited


def find_return_flow(procedure: Procedure, step_no: int) -> Flow:
    """Return the arrow by which a step's decision leads back to an earlier step.

    Raises: EditRefused when the step has no such decision.
    """
    step = procedure.step_by_no.get(step_no)
    gateway = procedure.outgoing[step.key][0].target if step and step.question else ""
    back = [flow for flow in procedure.outgoing.get(gateway, ()) if flow.condition]
    if len(back) != 1:
        raise _refuse(f"aktivitas {step_no} tidak bercabang", f"activity {step_no} has no way back")
    return back[0]


def find_return_target(procedure: Procedure, step_no: int) -> Step:
    """Return the step that a decision leads back to. Raises: EditRefused as `find_return_flow`."""
    target = procedure.step_by_key.get(find_return_flow(procedure, step_no).target)
    if target is None:
        raise _refuse(f"aktivitas {step_no} tidak kembali ke aktivitas", f"activity {step_no} doesn't lead back to one")
    return target


def _check_edit(procedure: Procedure, edit: ProcedureEdit) -> None:
    if edit.version <= procedure.version:
        raise _refuse(f"versi harus lebih dari {procedure.version}", f"the version must be above {procedure.version}")
    if not edit.reason.strip():
        raise _refuse("alasan wajib diisi", "a reason is needed")
    for no, act in edit.actors:
        if no not in procedure.step_by_no or act not in procedure.step_by_no[no].act_by_key:
            raise _refuse(f"tindakan “{act}” aktivitas {no} tidak ada", f"act “{act}” of activity {no} isn't there")
    for no, target_no in edit.return_targets.items():
        find_return_flow(procedure, no)
        if target_no not in procedure.step_by_no or target_no > no:
            raise _refuse(f"aktivitas {no} hanya dapat kembali ke yang lebih awal", f"activity {no} can only lead back")


def _refuse(indonesian: str, english: str) -> EditRefused:
    message = EditRefused.message
    return EditRefused(Words(message.id.format(what=indonesian), message.en.format(what=english)))


def _set_actor(process: etree._Element, step: Step, act: str, actor: str) -> None:
    element = _get(
        process, f"bpmn:userTask[@id='{step.key}']/bpmn:extensionElements/simpul:step/simpul:act[@key='{act}']"
    )
    element.set("actor", actor)


def _set_limits(process: etree._Element, procedure: Procedure, limits: tuple[Limit, ...]) -> None:
    """Write the limits, and the time that each row shows where its limit is another one now."""
    extension = _get(process, "bpmn:extensionElements")
    old = extension.findall("simpul:limit", NAMESPACES)
    place = extension.index(old[0]) if old else 1
    for element in old:
        extension.remove(element)
    for limit in reversed(limits):
        values = {"first": limit.first_no, "last": limit.last_no, "amount": limit.amount, "unit": limit.unit}
        element = etree.Element(f"{{{SIMPUL}}}limit", {name: str(value) for name, value in values.items()})
        extension.insert(place, element)
    for step in procedure.steps:
        now = next((limit for limit in limits if limit.first_no <= step.no <= limit.last_no), None)
        if now != procedure.find_limit(step.no):
            shown = f"{now.amount} {now.unit.capitalize()}" if now else TIME_NOT_SET
            _get(process, f"bpmn:userTask[@id='{step.key}']/bpmn:extensionElements/simpul:step").set("time", shown)


def _turn_flow(process: etree._Element, flow: Flow, target: str) -> None:
    _get(process, f"bpmn:sequenceFlow[@id='{flow.id}']").set("targetRef", target)
    for incoming in process.findall(f"bpmn:*[@id='{flow.target}']/bpmn:incoming", NAMESPACES):
        parent = incoming.getparent()
        if read_text(incoming) == flow.id and parent is not None:
            parent.remove(incoming)
    node = _get(process, f"bpmn:*[@id='{target}']")
    listed = node.findall("bpmn:incoming", NAMESPACES)
    if listed or node.find("bpmn:outgoing", NAMESPACES) is not None:
        element = etree.Element(f"{{{BPMN}}}incoming")
        element.text = flow.id
        place = node.index(listed[-1]) + 1 if listed else node.index(_get(node, "bpmn:outgoing"))
        node.insert(place, element)


def _set_version(process: etree._Element, edit: ProcedureEdit) -> None:
    _get(process, "bpmn:extensionElements/simpul:procedure").set("version", str(edit.version))
    change = {"version": str(edit.version), "reason": " ".join(edit.reason.split())}
    _get(process, "bpmn:extensionElements").append(etree.Element(f"{{{SIMPUL}}}change", change))


def _redraw(root: etree._Element, process: etree._Element, before: Procedure, edit: ProcedureEdit) -> None:
    """Move the tasks whose first actor is in another lane now, with their decisions, and draw all arrows anew."""
    moved = {no for no, _ in edit.actors}
    for step in (before.step_by_no[no] for no in sorted(moved)):
        _move_step(root, process, before, step)
    if not moved and not edit.return_targets:
        return
    procedure = read_procedure(_write(root))
    edges = routing.route_flows(procedure)
    for flow in procedure.flows:
        edge = _get(root, f".//bpmndi:BPMNEdge[@bpmnElement='{flow.id}']")
        for point in edge.findall("di:waypoint", NAMESPACES):
            edge.remove(point)
        for place, (x, y) in enumerate(edges[flow.id]):
            edge.insert(place, etree.Element(f"{{{DI}}}waypoint", x=f"{x:g}", y=f"{y:g}"))
    drawn = read_procedure(_write(root))
    for flow in drawn.flows:
        label = root.find(f".//bpmndi:BPMNEdge[@bpmnElement='{flow.id}']/bpmndi:BPMNLabel/dc:Bounds", NAMESPACES)
        _set_bounds(label, routing.place_flow_label(drawn.layout, flow))


def _move_step(root: etree._Element, process: etree._Element, procedure: Procedure, step: Step) -> None:
    acts = process.findall(f"bpmn:userTask[@id='{step.key}']/bpmn:extensionElements/simpul:step/simpul:act", NAMESPACES)
    first = min(acts, key=lambda act: int(act.get("stage", "1"))).get("actor", "")
    lane = "opd" if first in PARTY_ACTORS else first
    if lane == step.lane or lane not in {known.id for known in procedure.lanes}:
        return
    nodes = [step.key, *([procedure.outgoing[step.key][0].target] if step.question else [])]
    for node in nodes:
        for reference in process.findall("bpmn:laneSet/bpmn:lane/bpmn:flowNodeRef", NAMESPACES):
            parent = reference.getparent()
            if read_text(reference) == node and parent is not None:
                parent.remove(reference)
                _get(process, f"bpmn:laneSet/bpmn:lane[@id='{lane}']").append(reference)
        shape = _get(root, f".//{{{BPMNDI}}}BPMNShape[@bpmnElement='{node}']")
        bounds = routing.move_to_lane(procedure, node, lane)
        old = procedure.layout.shapes[node]
        _set_bounds(shape.find("dc:Bounds", NAMESPACES), bounds)
        _shift(shape.find("bpmndi:BPMNLabel/dc:Bounds", NAMESPACES), bounds.x - old.x, bounds.y - old.y)


def _set_bounds(element: etree._Element | None, bounds: Bounds) -> None:
    if element is not None:
        for name in ("x", "y", "width", "height"):
            element.set(name, f"{getattr(bounds, name):g}")


def _shift(element: etree._Element | None, right: float, down: float) -> None:
    if element is not None:
        element.set("x", f"{float(element.get('x', '0')) + right:g}")
        element.set("y", f"{float(element.get('y', '0')) + down:g}")


def _get(parent: etree._Element, path: str) -> etree._Element:
    """Return the element at a path that the rules say is there."""
    element = parent.find(path, NAMESPACES)
    if element is None:
        raise _refuse(f"bagian {path} tidak ada", f"the part {path} isn't there")
    return element


def _write(root: etree._Element) -> bytes:
    etree.indent(root)
    written: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"
