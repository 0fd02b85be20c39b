"""What a procedure is, once read: identity, lanes, steps with their acts, nodes, flows, limits and layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from simpul.kernel.words import Words

NodeKind = Literal["start", "end", "task", "exclusive", "parallel"]

PARTY_ACTORS = ("pemohon", "penyedia", "pemanfaat")
LANE_ACTORS = ("tim_it", "sub_koordinasi", "bidang")
ACTORS = (*PARTY_ACTORS, *LANE_ACTORS)
LANES = (*LANE_ACTORS, "opd")
UNITS = ("jam", "hari", "bulan")
TIME_NOT_SET = "tidak ditetapkan"


@dataclass(frozen=True)
class LegalBasis:
    """One law of the identity page: its text as signed, and a correction shown apart (or empty)."""

    text_as_signed: str
    note: str = ""


@dataclass(frozen=True)
class Identity:
    """The SOP's identity page; dates and ranks are its printed texts, empty where the copy is empty."""

    government: str = ""
    agency: str = ""
    address: str = ""
    unit: str = ""
    number: str = ""
    made_on: str = ""
    revised_on: str = ""
    effective_on: str = ""
    approver_office: str = ""
    approver_name: str = ""
    approver_rank: str = ""
    approver_nip: str = ""
    qualifications: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    records: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lane:
    """A column of the SOP's table."""

    id: str
    name: str


@dataclass(frozen=True)
class Question:
    """What an exclusive gateway asks, with its closed list of answers."""

    name: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Act:
    """One thing that one actor does within a step; of a `pemanfaat`, once for each consumer.

    Acts of one stage run jointly, the stages in order. An act with a `question` answers the step's
    question; its `veto` answer, once the stage is complete, skips the later stages.
    """

    key: str
    actor: str
    stage: int
    label: Words
    question: str | None = None
    veto: str | None = None


@dataclass(frozen=True)
class Step:
    """One of the SOP's numbered activities: `name` is its full wording, `short` the diagram's label."""

    key: str
    no: int
    name: str
    lane: str
    short: str = ""
    requirements: tuple[str, ...] = ()
    time_text: str = ""
    output: tuple[str, ...] = ()
    note: str = ""
    acts: tuple[Act, ...] = ()
    question: Question | None = None

    @cached_property
    def act_by_key(self) -> Mapping[str, Act]:
        """The step's acts by their keys."""
        return {act.key: act for act in self.acts}


@dataclass(frozen=True)
class Node:
    """A node of the graph; a task's id is its step's key."""

    id: str
    kind: NodeKind
    name: str
    lane: str


@dataclass(frozen=True)
class Condition:
    """`question == "answer"`, the only form of a condition."""

    question: str
    answer: str


@dataclass(frozen=True)
class Flow:
    """An arrow from one node to another."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: Condition | None = None
    is_default: bool = False


@dataclass(frozen=True)
class Limit:
    """A time limit on the steps from `first_no` to `last_no`, both included."""

    first_no: int
    last_no: int
    amount: int
    unit: str


@dataclass(frozen=True)
class Mend:
    """A spelling mended: where, as scanned, as mended."""

    row: str
    as_scanned: str
    as_mended: str


@dataclass(frozen=True)
class Reading:
    """A place where the copy lost something and this version says how it is read."""

    row: str
    text: str


@dataclass(frozen=True)
class Change:
    """Why this version differs from the one before."""

    version: int
    reason: str


@dataclass(frozen=True)
class Bounds:
    """A rectangle of the diagram, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """The file's diagram: rectangles by node or lane id, waypoints (x, y) by flow id."""

    shapes: Mapping[str, Bounds] = field(default_factory=dict)
    edges: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    pool_id: str = ""


@dataclass(frozen=True)
class Procedure:
    """One immutable version of an SOP. Steps are in the order of their numbers."""

    key: str
    version: int
    name: str
    identity: Identity
    legal_basis: tuple[LegalBasis, ...]
    lanes: tuple[Lane, ...]
    steps: tuple[Step, ...]
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    limits: tuple[Limit, ...] = ()
    mends: tuple[Mend, ...] = ()
    readings: tuple[Reading, ...] = ()
    changes: tuple[Change, ...] = ()
    layout: Layout = field(default_factory=Layout)

    @cached_property
    def step_by_key(self) -> Mapping[str, Step]:
        """Steps by their keys (`a01`…)."""
        return {step.key: step for step in self.steps}

    @cached_property
    def step_by_no(self) -> Mapping[int, Step]:
        """Steps by their numbers."""
        return {step.no: step for step in self.steps}

    @cached_property
    def node_by_id(self) -> Mapping[str, Node]:
        """Nodes by their ids."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        """Flows that leave each node, in the file's order."""
        return {node.id: tuple(flow for flow in self.flows if flow.source == node.id) for node in self.nodes}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        """Flows that enter each node, in the file's order."""
        return {node.id: tuple(flow for flow in self.flows if flow.target == node.id) for node in self.nodes}

    def find_limit(self, step_no: int) -> Limit | None:
        """Return the limit that covers a step, or None where the SOP sets none."""
        return next((limit for limit in self.limits if limit.first_no <= step_no <= limit.last_no), None)
