"""Where arrows and labels of the diagram run, when an edit has moved a task or turned an arrow elsewhere.

The layout is the SOP's own table: lanes beside one another, one node a row. An arrow onward leaves at the bottom and
enters at the top; one that goes back leaves at the side and climbs in the free margin of its target's lane. A layout
with lanes below one another is handled the same way, with x and y exchanged.
"""

from collections.abc import Mapping

from simpul.procedure.model import Bounds, Flow, Layout, Procedure

Point = tuple[float, float]

_MARGIN = 12.0  # from a lane's edge to the first climbing arrow, in pixels
_SPREAD = 8.0  # between two climbing arrows
_APPROACH = 13.0  # above a task, where an arrow onward turns towards it
_LABEL = (96.0, 14.0)


def route_flows(procedure: Procedure) -> dict[str, tuple[Point, ...]]:
    """Return new waypoints for every flow of a procedure, by flow id, from its shapes alone."""
    is_across = _is_across(procedure)
    shapes = {name: _turn(bounds) if is_across else bounds for name, bounds in procedure.layout.shapes.items()}
    back = [flow.id for flow in procedure.flows if _is_back(shapes, flow)]
    routes = {}
    for flow in procedure.flows:
        if flow.id in back:
            lane = shapes[procedure.node_by_id[flow.target].lane]
            points = _route_back(shapes[flow.source], shapes[flow.target], lane, back.index(flow.id))
        else:
            points = _route_onward(shapes[flow.source], shapes[flow.target])
        routes[flow.id] = tuple((y, x) for x, y in points) if is_across else points
    return routes


def move_to_lane(procedure: Procedure, node_id: str, lane_id: str) -> Bounds:
    """Return a node's rectangle in the middle of another lane, in the same row."""
    shape, lane = procedure.layout.shapes[node_id], procedure.layout.shapes[lane_id]
    if _is_across(procedure):
        return Bounds(shape.x, lane.y + (lane.height - shape.height) / 2, shape.width, shape.height)
    return Bounds(lane.x + (lane.width - shape.width) / 2, shape.y, shape.width, shape.height)


def place_flow_label(layout: Layout, flow: Flow) -> Bounds:
    """Return where a flow's name stands: beside its first stretch, under it when it leaves sideways."""
    (x, y), (next_x, next_y) = layout.edges[flow.id][:2]
    width, height = _LABEL
    if abs(next_x - x) > abs(next_y - y):
        return Bounds(x + 6 if next_x > x else x - 6 - width, y + 4, width, height)
    return Bounds(x + 6, y + 1, width, height)


def place_gateway_label(layout: Layout, gateway_id: str) -> Bounds:
    """Return where a gateway's question stands: at its upper right, clear of its arrows."""
    shape = layout.shapes[gateway_id]
    return Bounds(shape.x + shape.width / 2 + 14, shape.y - 2, *_LABEL)


def _is_across(procedure: Procedure) -> bool:
    """Lanes below one another, as most modellers draw them."""
    lanes = [procedure.layout.shapes[lane.id] for lane in procedure.lanes]
    return len({lane.y for lane in lanes}) > len({lane.x for lane in lanes})


def _turn(bounds: Bounds) -> Bounds:
    return Bounds(bounds.y, bounds.x, bounds.height, bounds.width)


def _is_back(shapes: Mapping[str, Bounds], flow: Flow) -> bool:
    return shapes[flow.target].y <= shapes[flow.source].y


def _route_onward(source: Bounds, target: Bounds) -> tuple[Point, ...]:
    x, end_x = source.x + source.width / 2, target.x + target.width / 2
    start: Point = (x, source.y + source.height)
    if abs(x - end_x) < 1:
        return (start, (end_x, target.y))
    turn = max(target.y - _APPROACH, start[1])
    return (start, (x, turn), (end_x, turn), (end_x, target.y))


def _route_back(source: Bounds, target: Bounds, lane: Bounds, rank: int) -> tuple[Point, ...]:
    middle, aim = source.y + source.height / 2, target.y + target.height / 2 + (rank % 3 - 1) * _SPREAD
    margin = _MARGIN + (rank % 3) * _SPREAD / 2
    if target.x + target.width / 2 > source.x + source.width / 2:
        climb = lane.x + lane.width - margin
        return ((source.x + source.width, middle), (climb, middle), (climb, aim), (target.x + target.width, aim))
    climb = lane.x + margin
    return ((source.x, middle), (climb, middle), (climb, aim), (target.x, aim))
