"""The facts of the SOP's own paper, from a procedure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from simpul.procedure.model import PARTY_ACTORS, Flow, Procedure, Step


def describe_procedure(procedure: Procedure, office: Mapping[str, Any], diagram: str = "") -> dict[str, Any]:
    """Return the facts of the paper `sop`.

    Args:
        office: the letterhead's settings (paper size and font are taken from it).
        diagram: the SVG of the flow, or nothing.
    """
    laws = [
        {"number": str(number), "text": law.text_as_signed, "note": law.note}
        for number, law in enumerate(procedure.legal_basis, start=1)
    ]
    return {
        "office": dict(office),
        "name": procedure.name,
        "version": str(procedure.version),
        "identity": _list_lists(asdict(procedure.identity)),
        "legal_basis": laws,
        "notes": [law for law in laws if law["note"]],
        "lanes": [lane.name for lane in procedure.lanes],
        "steps": [_describe_step(procedure, step) for step in procedure.steps],
        "diagram": diagram or None,
        "mends": [{"row": mend.row, "scanned": mend.as_scanned, "mended": mend.as_mended} for mend in procedure.mends],
        "readings": [asdict(reading) for reading in procedure.readings],
        "changes": [{"version": str(change.version), "reason": change.reason} for change in procedure.changes],
    }


def _list_lists(record: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in record.items()}


def _describe_step(procedure: Procedure, step: Step) -> dict[str, Any]:
    ways = _list_ways(procedure, step)
    back = [way for way in ways if _read_no(procedure, way) <= step.no]
    onward = [way for way in ways if _read_no(procedure, way) > step.no]
    return {
        "no": str(step.no),
        "activity": step.name,
        "symbols": _choose_symbols(procedure, step),
        "requirements": "\n".join(step.requirements),
        "time": step.time_text,
        "output": "\n".join(step.output),
        "note": step.note,
        "yes": _name_way(onward[0]) if back and onward else "",
        "no_target": f"{_name_way(back[0])}: ke no. {_read_no(procedure, back[0])}" if back else "",
    }


def _find_gateway(procedure: Procedure, step: Step) -> str | None:
    """Return the id of the decision that follows a step, if one does."""
    targets = [procedure.node_by_id[flow.target] for flow in procedure.outgoing[step.key]]
    return next((node.id for node in targets if node.kind == "exclusive"), None)


def _list_ways(procedure: Procedure, step: Step) -> tuple[Flow, ...]:
    gateway = _find_gateway(procedure, step)
    return procedure.outgoing[gateway] if gateway else ()


def _read_no(procedure: Procedure, way: Flow) -> int:
    """Return the number of the step a way leads to; an end counts as past every step."""
    target = procedure.step_by_key.get(way.target)
    return target.no if target else len(procedure.steps) + 1


def _name_way(way: Flow) -> str:
    return (way.name or (way.condition.answer if way.condition else "lainnya")).capitalize()


def _choose_symbols(procedure: Procedure, step: Step) -> list[str]:
    """Return each lane's symbol: capsule for the first and last step, a diamond where the decision lies."""
    acting = {"opd" if act.actor in PARTY_ACTORS else act.actor for act in step.acts}
    gateway = _find_gateway(procedure, step)
    plain = "start" if step is procedure.steps[0] else "end" if step is procedure.steps[-1] else "process"
    symbols = dict.fromkeys(acting, plain)
    if gateway:
        symbols[procedure.node_by_id[gateway].lane] = "decision"
    return [symbols.get(lane.id, "") for lane in procedure.lanes]
