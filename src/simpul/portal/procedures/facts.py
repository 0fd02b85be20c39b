"""The SOP as its pages and its paper tell it: rows with symbols, laws with notes, versions with reasons."""

from typing import Any, NamedTuple

from simpul.kernel.words import Words
from simpul.papers.sop import describe_procedure
from simpul.portal.procedures.models import ProcedureVersion
from simpul.procedure.diagram import draw_diagram
from simpul.procedure.edit import find_return_target
from simpul.procedure.model import LANE_ACTORS, Act, Procedure, Step

ACTORS = {
    "pemohon": Words("Pemohon", "Applicant"),
    "penyedia": Words("Penyedia data", "Data provider"),
    "pemanfaat": Words("Setiap pemanfaat", "Each consumer"),
    "tim_it": Words("Tim IT", "IT team"),
    "sub_koordinasi": Words("Sub Koordinasi", "Sub-coordination"),
    "bidang": Words("Bidang", "Division"),
}


class Row(NamedTuple):
    """One row of the SOP's table; `cells` holds the acts of each lane, in the order of the lanes."""

    step: Step
    cells: list[list[str]]
    way_back: str


def list_rows(procedure: Procedure, language: str) -> list[Row]:
    """Return the rows in their order, each act in the column of the lane that does it."""
    return [
        Row(
            step, [_list_acts(step, lane.id, language) for lane in procedure.lanes], _describe_way_back(procedure, step)
        )
        for step in procedure.steps
    ]


def make_paper_facts(procedure: Procedure, versions: list[ProcedureVersion], office: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of the paper `sop`, for `simpul.papers`."""
    facts = describe_procedure(procedure, office, draw_diagram(procedure))
    return facts | {"changes": [_describe_version(version) for version in versions]}


def _list_acts(step: Step, lane: str, language: str) -> list[str]:
    return [_describe_act(act, language) for act in step.acts if _find_lane(act) == lane]


def _describe_act(act: Act, language: str) -> str:
    label = act.label.in_language(language)
    return label if act.actor in LANE_ACTORS else f"{label} ({ACTORS[act.actor].in_language(language).lower()})"


def _find_lane(act: Act) -> str:
    return act.actor if act.actor in LANE_ACTORS else "opd"


def _describe_way_back(procedure: Procedure, step: Step) -> str:
    return str(find_return_target(procedure, step.no).no) if step.question else ""


def _describe_version(version: ProcedureVersion) -> dict[str, str]:
    by = version.created_by
    return {
        "version": str(version.number),
        "reason": version.reason,
        "by": (by.position or by.name) if by else "Simpul",
        "at": version.created_at.isoformat(),
    }
