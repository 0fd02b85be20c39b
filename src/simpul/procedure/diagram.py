"""The procedure as a picture: SVG drawn from the file's own layout, with the five symbols of SOP diagrams.

No style attributes and no script, so that it stands in a page under a strict content policy; each part has a class
for the page's own CSS, and presentation attributes for where there is none. State is told by a mark as well as a
colour. Source: PermenPANRB 35/2012 for the symbols (capsule, box, diamond, arrow).
"""

from collections.abc import Collection
from xml.sax.saxutils import escape, quoteattr

from simpul.kernel.words import Words
from simpul.procedure import routing
from simpul.procedure.model import Bounds, Flow, Lane, Limit, Node, Procedure, Step

_INK, _LINE, _BRAND = "#1f1f1f", "#5f6b7a", "#1f2855"
_STATES = {
    "plain": ("#ffffff", _LINE, Words("belum", "not yet")),
    "done": ("#e8f5ec", "#1b6e3c", Words("selesai", "done")),
    "open": ("#e3effc", "#0f55a8", Words("sedang berjalan", "open now")),
    "late": ("#fdeceb", "#b3201b", Words("terlambat", "late")),
}
_MARKS = {
    "done": "M-4 0 L-1 3.5 L4.5 -3.5",
    "open": "M-3 -4 L4.5 0 L-3 4 Z",
    "late": "M0 -5 L0 1 M0 4 L0 4.6",
}
_MARGIN = 10
_FONT_SIZE, _LINE_HEIGHT, _CHARACTER = 13.0, 15.5, 6.9
_TITLE = Words("Diagram alir {name}, versi {version}", "Flow chart of {name}, version {version}")


def draw_diagram(
    procedure: Procedure,
    open_steps: Collection[str] = (),
    done_steps: Collection[str] = (),
    late_steps: Collection[str] = (),
    language: str = "id",
) -> str:
    """Return the diagram as one `<svg>` element.

    Args: open_steps, done_steps, late_steps: keys of steps to be marked so; late counts before open before done.
    """
    states = dict.fromkeys(done_steps, "done") | dict.fromkeys(open_steps, "open") | dict.fromkeys(late_steps, "late")
    frame = _find_frame(procedure)
    title = _TITLE.format(name=procedure.name, version=procedure.version).in_language(language)
    parts = [
        _draw_head(frame, title),
        *_draw_pool(procedure, frame),
        *(_draw_lane(procedure, lane) for lane in procedure.lanes),
        *(_draw_flow(procedure, flow) for flow in procedure.flows),
        *(_draw_node(procedure, node, states, language) for node in procedure.nodes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _find_frame(procedure: Procedure) -> Bounds:
    shapes = procedure.layout.shapes.values()
    points = [point for edge in procedure.layout.edges.values() for point in edge]
    left = min([shape.x for shape in shapes] + [x for x, _ in points]) - _MARGIN
    top = min([shape.y for shape in shapes] + [y for _, y in points]) - _MARGIN
    right = max([shape.x + shape.width for shape in shapes] + [x for x, _ in points]) + _MARGIN
    bottom = max([shape.y + shape.height for shape in shapes] + [y for _, y in points]) + _MARGIN
    return Bounds(left, top, right - left, bottom - top)


def _draw_head(frame: Bounds, title: str) -> str:
    box = " ".join(_number(value) for value in (frame.x, frame.y, frame.width, frame.height))
    arrow = f'<path d="M0 0 L9 4.5 L0 9 Z" fill="{_INK}" class="sop-arrowhead"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{_number(frame.width)}"'
        f' height="{_number(frame.height)}" role="img" class="sop-diagram" font-family="Inter, Arial, sans-serif"'
        f' font-size="{_number(_FONT_SIZE)}" fill="{_INK}" aria-label={quoteattr(title)}>\n'
        f"<title>{escape(title)}</title>\n"
        '<defs><marker id="sop-arrow" viewBox="0 0 9 9" refX="8.5" refY="4.5" markerWidth="9" markerHeight="9"'
        f' markerUnits="userSpaceOnUse" orient="auto">{arrow}</marker></defs>'
    )


def _draw_pool(procedure: Procedure, frame: Bounds) -> list[str]:
    pool = procedure.layout.shapes.get(procedure.layout.pool_id)
    if pool is None:
        return []
    lanes = [procedure.layout.shapes[lane.id] for lane in procedure.lanes]
    height = min(lane.y for lane in lanes) - pool.y
    header = Bounds(pool.x, pool.y, pool.width, height)
    heading = _draw_lines([procedure.name], header, size=14, weight=700, colour="#ffffff") if height > 0 else ""
    return [_draw_box(pool, "sop-pool", "#ffffff", _BRAND), _draw_box(header, "sop-pool-head", _BRAND, _BRAND), heading]


def _draw_lane(procedure: Procedure, lane: Lane) -> str:
    shape = procedure.layout.shapes[lane.id]
    header = Bounds(shape.x, shape.y, shape.width, 34)
    lines = _wrap(lane.name, shape.width - 16, _CHARACTER * 12 / _FONT_SIZE, 2)
    return (
        f'<g class="sop-lane">{_draw_box(shape, "sop-lane-body", "none", _BRAND)}'
        f"{_draw_box(header, 'sop-lane-head', '#eef2f8', _BRAND)}{_draw_lines(lines, header, 12, 600, _BRAND)}</g>"
    )


def _draw_flow(procedure: Procedure, flow: Flow) -> str:
    points = procedure.layout.edges[flow.id]
    line = (
        f'<path d="{_round_corners(points)}" fill="none" stroke="{_INK}" stroke-width="1.4"'
        ' marker-end="url(#sop-arrow)" class="sop-flow"/>'
    )
    if not flow.name:
        return line
    place = routing.place_flow_label(procedure.layout, flow)
    is_leftward = points[1][0] < points[0][0]
    x, anchor = (place.x + place.width, "end") if is_leftward else (place.x, "start")
    return line + _draw_label(flow.name, x, place.y + 11, anchor)


def _draw_node(procedure: Procedure, node: Node, states: dict[str, str], language: str) -> str:
    shape = procedure.layout.shapes[node.id]
    if node.kind == "task":
        return _draw_step(procedure, procedure.step_by_key[node.id], shape, states.get(node.id, "plain"), language)
    if node.kind in ("start", "end"):
        return _draw_capsule(node, shape)
    return _draw_diamond(procedure, node, shape)


def _draw_capsule(node: Node, shape: Bounds) -> str:
    capsule = Bounds(shape.x + shape.width / 2 - 46, shape.y, 92, shape.height)
    name = node.name or ("Mulai" if node.kind == "start" else "Selesai")
    box = _draw_box(capsule, f"sop-{node.kind}", "#ffffff", _INK, capsule.height / 2, 1.6)
    return f'<g class="sop-event">{box}{_draw_lines([name], capsule, 13, 600, _INK)}</g>'


def _draw_diamond(procedure: Procedure, node: Node, shape: Bounds) -> str:
    x, y = shape.x + shape.width / 2, shape.y + shape.height / 2
    corners = [(x, shape.y), (shape.x + shape.width, y), (x, shape.y + shape.height), (shape.x, y)]
    points = " ".join(f"{_number(left)},{_number(top)}" for left, top in corners)
    place = routing.place_gateway_label(procedure.layout, node.id)
    plus = f'<path d="M{_number(x - 9)} {_number(y)} h18 M{_number(x)} {_number(y - 9)} v18" stroke="{_INK}" stroke-width="3"/>'
    return (
        f'<g class="sop-gateway"><polygon points="{points}" fill="#fff8e1" stroke="{_INK}" stroke-width="1.4"/>'
        f"{plus if node.kind == 'parallel' else ''}"
        f"{_draw_label(node.name, place.x, place.y + 11, 'start', 600) if node.name else ''}</g>"
    )


def _draw_step(procedure: Procedure, step: Step, shape: Bounds, state: str, language: str) -> str:
    fill, stroke, words = _STATES[state]
    width = {"plain": 1.2, "done": 1.4}.get(state, 2.6)
    text = Bounds(shape.x + 32, shape.y, shape.width - 38, shape.height)
    lines = _wrap(step.short or step.name, text.width, _CHARACTER, int(shape.height // _LINE_HEIGHT))
    limit = procedure.find_limit(step.no)
    return (
        f'<g class="sop-step sop-{state}" data-step="{escape(step.key)}">'
        f"<title>{escape(_describe_step(step, words, language))}</title>"
        f"{_draw_box(shape, 'sop-step-box', fill, stroke, 4, width)}"
        f"{_draw_number(step.no, shape, stroke)}"
        f"{_draw_lines(lines, text, _FONT_SIZE, 400, _INK, is_left=True)}"
        f"{_draw_limit(limit, shape) if limit else ''}{_draw_mark(state, shape, stroke)}</g>"
    )


def _describe_step(step: Step, words: Words, language: str) -> str:
    acts = "; ".join(f"{act.actor}: {act.label.in_language(language)}" for act in step.acts)
    return f"{step.no}. {step.name} ({words.in_language(language)}). {acts}"


def _draw_number(no: int, shape: Bounds, colour: str) -> str:
    x, y = shape.x + 17, shape.y + shape.height / 2
    return (
        f'<g class="sop-number"><circle cx="{_number(x)}" cy="{_number(y)}" r="11" fill="{colour}"/>'
        f'<text x="{_number(x)}" y="{_number(y + 4.3)}" text-anchor="middle" font-size="12" font-weight="700"'
        f' fill="#ffffff">{no}</text></g>'
    )


def _draw_limit(limit: Limit, shape: Bounds) -> str:
    """A step's time limit, as a tab on the lower edge of its box."""
    text = f"{limit.amount} {limit.unit}"
    if limit.first_no != limit.last_no:
        text += f" ({limit.first_no}–{limit.last_no})"
    width = len(text) * 6.2 + 14
    tab = Bounds(shape.x + shape.width - width - 6, shape.y + shape.height - 8, width, 16)
    return f'<g class="sop-limit">{_draw_box(tab, "sop-limit-box", "#ffffff", _LINE, 8)}{_draw_lines([text], tab, 11, 600, _BRAND)}</g>'


def _draw_mark(state: str, shape: Bounds, colour: str) -> str:
    if state not in _MARKS:
        return ""
    x, y = shape.x + shape.width - 4, shape.y + 4
    fill = "#ffffff" if state == "open" else "none"
    return (
        f'<g class="sop-mark" transform="translate({_number(x)} {_number(y)})"><circle r="9" fill="{colour}"/>'
        f'<path d="{_MARKS[state]}" fill="{fill}" stroke="#ffffff" stroke-width="2" stroke-linecap="round"/></g>'
    )


def _draw_box(box: Bounds, name: str, fill: str, stroke: str, radius: float = 0, width: float = 1) -> str:
    corners = f' rx="{_number(radius)}"' if radius else ""
    return (
        f'<rect x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" height="{_number(box.height)}"'
        f'{corners} fill="{fill}" stroke="{stroke}" stroke-width="{_number(width)}" class="{name}"/>'
    )


def _draw_lines(lines: list[str], box: Bounds, size: float, weight: int, colour: str, is_left: bool = False) -> str:
    """Draw lines of text in the middle of a box, or at its left."""
    height = _LINE_HEIGHT * size / _FONT_SIZE
    x = box.x if is_left else box.x + box.width / 2
    top = box.y + box.height / 2 - height * (len(lines) - 1) / 2 + size * 0.35
    spans = "".join(
        f'<tspan x="{_number(x)}" y="{_number(top + height * row)}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    anchor = "start" if is_left else "middle"
    return f'<text text-anchor="{anchor}" font-size="{_number(size)}" font-weight="{weight}" fill="{colour}">{spans}</text>'


def _draw_label(text: str, x: float, y: float, anchor: str, weight: int = 400) -> str:
    return (
        f'<text x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}" font-size="12" font-weight="{weight}"'
        f' fill="{_INK}" stroke="#ffffff" stroke-width="3" paint-order="stroke" class="sop-label">{escape(text)}</text>'
    )


def _round_corners(points: tuple[tuple[float, float], ...], radius: float = 6) -> str:
    """Return a path through the points with its corners rounded."""
    path = [f"M{_number(points[0][0])} {_number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _move_towards(corner, before, radius), _move_towards(corner, after, radius)
        path.append(f"L{_pair(near)} Q{_pair(corner)} {_pair(far)}")
    return " ".join([*path, f"L{_pair(points[-1])}"])


def _move_towards(start: tuple[float, float], end: tuple[float, float], radius: float) -> tuple[float, float]:
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1])) or 1.0
    share = min(radius / length, 0.5)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _pair(point: tuple[float, float]) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _wrap(text: str, width: float, character: float, most: int) -> list[str]:
    """Break a text into at most so many lines of a width in pixels; what doesn't fit ends in "…".

    >>> _wrap("Mendisposisi surat permohonan", 130, 7, 2)
    ['Mendisposisi surat', 'permohonan']
    >>> _wrap("satu dua tiga empat", 56, 7, 2)
    ['satu dua', 'tiga…']
    """
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) * character <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1].rstrip(',;:')}…"]
