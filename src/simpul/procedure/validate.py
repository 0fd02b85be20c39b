"""The rules that a procedure must hold before it may be deployed, each with its name.

A rule yields (where, Indonesian, English) for whatever breaks it. `RULES` is the list; the reference page and the
corpus of invalid files are checked against it. Rules of the markup itself are in `procedure.markup` and `bpmn`.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

from simpul.kernel.errors import Finding
from simpul.kernel.words import Words
from simpul.procedure import graph
from simpul.procedure.model import ACTORS, LANES, UNITS, Act, Flow, Node, Procedure, Step

Breach = tuple[str, str, str]
Rule = Callable[[Procedure], Iterator[Breach]]


def check_procedure(procedure: Procedure) -> list[Finding]:
    """Return what a procedure breaks, in the order of the rules; none when it may be deployed.

    Where arrows lead nowhere, there is no graph to judge yet and only that is told.
    """
    is_broken = any(True for _ in _check_references(procedure))
    rules = {name: RULES[name] for name in ("procedure-key", "known-reference")} if is_broken else RULES
    return [
        Finding(where, name, Words(f"{indonesian}.", f"{english}."))
        for name, rule in rules.items()
        for where, indonesian, english in rule(procedure)
    ]


def _check_key(procedure: Procedure) -> Iterator[Breach]:
    if not procedure.key or procedure.version < 1 or not procedure.name:
        yield (
            "simpul:procedure",
            "SOP harus punya kunci, nama, dan versi mulai 1",
            "A procedure needs key, name and a version from 1",
        )


def _check_references(procedure: Procedure) -> Iterator[Breach]:
    for flow in procedure.flows:
        for end in (flow.source, flow.target):
            if end not in procedure.node_by_id:
                yield flow.id, f"Panah menunjuk “{end}” yang tidak ada", f"The flow names “{end}”, which isn't there"


def _check_lanes(procedure: Procedure) -> Iterator[Breach]:
    for lane in procedure.lanes:
        if lane.id not in LANES:
            yield (
                lane.id,
                f"Pelaksana harus salah satu dari {', '.join(LANES)}",
                f"A lane must be one of {', '.join(LANES)}",
            )
    known = {lane.id for lane in procedure.lanes}
    for node in procedure.nodes:
        if node.lane not in known:
            yield (
                node.id,
                "Setiap simpul harus berada pada tepat satu pelaksana",
                "Each node must be in exactly one lane",
            )


def _check_one_start(procedure: Procedure) -> Iterator[Breach]:
    starts = _list_nodes(procedure, "start")
    if len(starts) != 1:
        yield (
            "process",
            f"Harus ada tepat satu mulai, bukan {len(starts)}",
            f"Exactly one start is needed, not {len(starts)}",
        )


def _check_has_end(procedure: Procedure) -> Iterator[Breach]:
    if not _list_nodes(procedure, "end"):
        yield "process", "Harus ada paling sedikit satu selesai", "At least one end is needed"


def _check_start_edges(procedure: Procedure) -> Iterator[Breach]:
    for node in _list_nodes(procedure, "start"):
        if procedure.incoming[node.id]:
            yield node.id, "Tidak boleh ada panah menuju mulai", "No flow may lead to the start"


def _check_end_edges(procedure: Procedure) -> Iterator[Breach]:
    for node in _list_nodes(procedure, "end"):
        if procedure.outgoing[node.id]:
            yield node.id, "Tidak boleh ada panah dari selesai", "No flow may leave an end"


def _check_implicit_split(procedure: Procedure) -> Iterator[Breach]:
    for node in procedure.nodes:
        if node.kind in ("start", "task") and len(procedure.outgoing[node.id]) > 1:
            yield node.id, "Percabangan harus memakai gerbang", "A split needs a gateway"


def _check_gateway_ways(procedure: Procedure) -> Iterator[Breach]:
    for node in _list_nodes(procedure, "exclusive", "parallel"):
        ways_in, ways_out = len(procedure.incoming[node.id]), len(procedure.outgoing[node.id])
        if (ways_in == 1) == (ways_out == 1) or not ways_in or not ways_out:
            yield (
                node.id,
                "Gerbang harus membagi (satu masuk) atau menggabung (satu keluar)",
                "A gateway must split (one in) or join (one out)",
            )


def _check_gateway_default(procedure: Procedure) -> Iterator[Breach]:
    for node in _list_exclusive_splits(procedure):
        if len([flow for flow in procedure.outgoing[node.id] if flow.is_default]) != 1:
            yield node.id, "Keputusan harus punya tepat satu panah bawaan", "A decision needs exactly one default flow"


def _check_condition_present(procedure: Procedure) -> Iterator[Breach]:
    for node in _list_exclusive_splits(procedure):
        for flow in procedure.outgoing[node.id]:
            if flow.is_default == (flow.condition is not None):
                yield (
                    flow.id,
                    "Setiap panah keputusan bersyarat, kecuali panah bawaan",
                    "Each flow of a decision has a condition, save the default",
                )


def _check_condition_place(procedure: Procedure) -> Iterator[Breach]:
    decisions = {node.id for node in _list_exclusive_splits(procedure)}
    for flow in procedure.flows:
        if (flow.condition or flow.is_default) and flow.source not in decisions:
            yield flow.id, "Syarat hanya boleh pada panah dari keputusan", "Only flows of a decision have conditions"


def _check_question_before(procedure: Procedure) -> Iterator[Breach]:
    for node in _list_exclusive_splits(procedure):
        if _find_asking_step(procedure, node) is None:
            yield (
                node.id,
                "Keputusan harus langsung sesudah aktivitas yang bertanya",
                "A decision must directly follow the task that asks",
            )


def _check_condition_closed(procedure: Procedure) -> Iterator[Breach]:
    for node in _list_exclusive_splits(procedure):
        step = _find_asking_step(procedure, node)
        if step and step.question:
            flows = [flow for flow in procedure.outgoing[node.id] if flow.condition]
            yield from _check_answers(node, flows, step.question.name, step.question.answers)


def _check_answers(node: Node, flows: list[Flow], question: str, answers: tuple[str, ...]) -> Iterator[Breach]:
    named = [flow.condition.answer for flow in flows if flow.condition]
    for flow in flows:
        if flow.condition and (flow.condition.question != question or flow.condition.answer not in answers):
            yield (
                flow.id,
                f"Syarat harus memakai “{question}” dan jawaban pada daftarnya",
                f"A condition must use “{question}” and a listed answer",
            )
    if len(named) != len(set(named)) or set(answers) <= set(named):
        yield (
            node.id,
            "Setiap jawaban satu panah, dan panah bawaan punya jawaban tersisa",
            "One flow for each answer, and one left for the default",
        )


def _check_question_used(procedure: Procedure) -> Iterator[Breach]:
    asked = {getattr(_find_asking_step(procedure, node), "key", "") for node in _list_exclusive_splits(procedure)}
    for step in procedure.steps:
        if step.question and step.key not in asked:
            yield step.key, "Pertanyaan aktivitas ini tidak dipakai keputusan", "No decision uses this task's question"
        if step.question and (len(set(step.question.answers)) < 2 or not step.question.name):
            yield (
                step.key,
                "Pertanyaan harus punya nama dan paling sedikit dua jawaban",
                "A question needs a name and two answers or more",
            )


def _check_has_step(procedure: Procedure) -> Iterator[Breach]:
    if not procedure.steps:
        yield "process", "SOP harus punya paling sedikit satu aktivitas", "A procedure needs at least one task"


def _check_reachable(procedure: Procedure) -> Iterator[Breach]:
    starts = [node.id for node in _list_nodes(procedure, "start")]
    reached = graph.find_reachable(starts, graph.list_successors(procedure))
    for node in procedure.nodes:
        if node.id not in reached:
            yield node.id, "Tidak dapat dicapai dari mulai", "It can't be reached from the start"


def _check_reaches_end(procedure: Procedure) -> Iterator[Breach]:
    ends = [node.id for node in _list_nodes(procedure, "end")]
    reaching = graph.find_reachable(ends, graph.list_predecessors(procedure))
    for node in procedure.nodes:
        if node.id not in reaching:
            yield node.id, "Dari sini tidak ada jalan ke selesai", "No way leads from here to an end"


def _check_parallel(procedure: Procedure) -> Iterator[Breach]:
    splits, joins = graph.list_parallel_splits(procedure), graph.list_parallel_joins(procedure)
    blocks = {split: graph.find_block(procedure, split) for split in splits}
    closed = {block.join for block in blocks.values() if block}
    for gateway in (*(split for split in splits if not blocks[split]), *(join for join in joins if join not in closed)):
        yield (
            gateway,
            "Cabang sejajar harus dibuka dan ditutup sepasang",
            "A parallel split and its join must make a balanced block",
        )


def _check_step_number(procedure: Procedure) -> Iterator[Breach]:
    numbers = [step.no for step in procedure.steps]
    for step, expected in zip(procedure.steps, range(1, len(numbers) + 1), strict=True):
        if step.no != expected:
            yield (
                step.key,
                f"Nomor aktivitas harus berurut; di sini seharusnya {expected}",
                f"Numbers must run on; {expected} is due here",
            )
            return


def _check_act_present(procedure: Procedure) -> Iterator[Breach]:
    for step in procedure.steps:
        if not step.acts:
            yield step.key, "Aktivitas harus punya paling sedikit satu tindakan", "A task needs at least one act"


def _check_act_key(procedure: Procedure) -> Iterator[Breach]:
    for step in procedure.steps:
        keys = [act.key for act in step.acts]
        if len(keys) != len(set(keys)) or not all(keys):
            yield step.key, "Setiap tindakan harus punya kunci sendiri", "Each act needs a key of its own"


def _check_act_actor(procedure: Procedure) -> Iterator[Breach]:
    for step, act in _list_acts(procedure):
        if act.actor not in ACTORS:
            yield (
                f"{step.key}.{act.key}",
                f"Yang bertindak harus salah satu dari {', '.join(ACTORS)}",
                f"The actor must be one of {', '.join(ACTORS)}",
            )


def _check_act_stage(procedure: Procedure) -> Iterator[Breach]:
    for step in procedure.steps:
        stages = sorted({0, *(act.stage for act in step.acts)})
        if any(later - earlier != 1 for earlier, later in pairwise(stages)) or any(act.stage < 1 for act in step.acts):
            yield step.key, "Tahap tindakan harus berurut mulai 1", "Stages of acts must run on from 1"


def _check_act_label(procedure: Procedure) -> Iterator[Breach]:
    for step, act in _list_acts(procedure):
        if not act.label.id:
            yield f"{step.key}.{act.key}", "Tindakan harus punya sebutan", "An act needs a label"


def _check_act_question(procedure: Procedure) -> Iterator[Breach]:
    for step in procedure.steps:
        asked = {act.question for act in step.acts if act.question is not None}
        expected = {step.question.name} if step.question else set()
        if asked != expected:
            yield (
                step.key,
                "Pertanyaan aktivitas harus dijawab oleh tindakannya, dan hanya itu",
                "The task's own question must be answered by its acts",
            )


def _check_act_veto(procedure: Procedure) -> Iterator[Breach]:
    """With several answers given, one must decide: two answers, one of them the same veto for all."""
    for step in procedure.steps:
        asking = [act for act in step.acts if act.question is not None]
        answers = step.question.answers if step.question else ()
        many = len(asking) > 1 or any(act.actor == "pemanfaat" for act in asking)
        if any(act.veto is not None and act.veto not in answers for act in step.acts):
            yield step.key, "Jawaban penolak harus ada pada daftar jawaban", "A veto must be a listed answer"
        elif many and (len(answers) != 2 or len({act.veto for act in asking}) != 1 or asking[0].veto is None):
            yield (
                step.key,
                "Bila beberapa pihak menjawab, jawabannya dua dan satu yang sama menolak",
                "Where several answer, there are two answers and the same veto",
            )


def _check_limit_range(procedure: Procedure) -> Iterator[Breach]:
    covered: set[int] = set()
    for limit in procedure.limits:
        rows = set(range(limit.first_no, limit.last_no + 1))
        if not rows or not rows <= procedure.step_by_no.keys() or rows & covered:
            yield (
                f"limit {limit.first_no}–{limit.last_no}",
                "Batas waktu harus mencakup aktivitas yang ada, sekali saja",
                "A limit must cover existing tasks, each once",
            )
        covered |= rows


def _check_limit_amount(procedure: Procedure) -> Iterator[Breach]:
    for limit in procedure.limits:
        if limit.unit not in UNITS or not 1 <= limit.amount <= 999:
            yield (
                f"limit {limit.first_no}–{limit.last_no}",
                f"Batas waktu 1–999 {', '.join(UNITS)}",
                f"A limit is 1–999 of {', '.join(UNITS)}",
            )


def _check_layout(procedure: Procedure) -> Iterator[Breach]:
    layout = procedure.layout
    for identifier in (*(node.id for node in procedure.nodes), *(lane.id for lane in procedure.lanes)):
        bounds = layout.shapes.get(identifier)
        if bounds is None or bounds.width <= 0 or bounds.height <= 0:
            yield identifier, "Belum digambar pada diagram", "It is not drawn in the diagram"
    for flow in procedure.flows:
        if len(layout.edges.get(flow.id, ())) < 2:
            yield flow.id, "Panah belum digambar pada diagram", "The flow is not drawn in the diagram"


def _list_nodes(procedure: Procedure, *kinds: str) -> list[Node]:
    return [node for node in procedure.nodes if node.kind in kinds]


def _list_exclusive_splits(procedure: Procedure) -> list[Node]:
    return [node for node in _list_nodes(procedure, "exclusive") if len(procedure.outgoing[node.id]) > 1]


def _list_acts(procedure: Procedure) -> list[tuple[Step, Act]]:
    return [(step, act) for step in procedure.steps for act in step.acts]


def _find_asking_step(procedure: Procedure, gateway: Node) -> Step | None:
    before = [procedure.step_by_key.get(flow.source) for flow in procedure.incoming[gateway.id]]
    return before[0] if len(before) == 1 and before[0] and before[0].question else None


RULES: dict[str, Rule] = {
    "procedure-key": _check_key,
    "known-reference": _check_references,
    "lane-known": _check_lanes,
    "one-start": _check_one_start,
    "has-end": _check_has_end,
    "has-step": _check_has_step,
    "start-first": _check_start_edges,
    "end-last": _check_end_edges,
    "no-implicit-split": _check_implicit_split,
    "gateway-ways": _check_gateway_ways,
    "gateway-default": _check_gateway_default,
    "condition-missing": _check_condition_present,
    "condition-misplaced": _check_condition_place,
    "question-before": _check_question_before,
    "condition-closed": _check_condition_closed,
    "question-used": _check_question_used,
    "reachable": _check_reachable,
    "reaches-end": _check_reaches_end,
    "parallel-balanced": _check_parallel,
    "step-number": _check_step_number,
    "act-present": _check_act_present,
    "act-key": _check_act_key,
    "act-actor": _check_act_actor,
    "act-stage": _check_act_stage,
    "act-label": _check_act_label,
    "act-question": _check_act_question,
    "act-veto": _check_act_veto,
    "limit-range": _check_limit_range,
    "limit-amount": _check_limit_amount,
    "layout-complete": _check_layout,
}
