"""Questions about a procedure's graph: what is reachable, and which parallel gateways make a block."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from simpul.procedure.model import Flow, Procedure


class Block(NamedTuple):
    """A balanced parallel block: a split, its join, and the nodes of each branch."""

    split: str
    join: str
    branches: tuple[frozenset[str], ...]


def find_reachable(starts: Iterable[str], next_of: Mapping[str, Iterable[str]], stop_at: str = "") -> frozenset[str]:
    """Return the starts and every node that can be reached from them without passing `stop_at`.

    >>> sorted(find_reachable("a", {"a": "b", "b": "c", "c": ""}, stop_at="c"))
    ['a', 'b']
    """
    seen: set[str] = set()
    todo = [start for start in starts if start != stop_at]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(following for following in next_of.get(node, ()) if following != stop_at)
    return frozenset(seen)


def list_successors(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Return the nodes that follow each node."""
    return {node: tuple(flow.target for flow in flows) for node, flows in procedure.outgoing.items()}


def list_predecessors(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Return the nodes before each node."""
    return {node: tuple(flow.source for flow in flows) for node, flows in procedure.incoming.items()}


def list_parallel_splits(procedure: Procedure) -> tuple[str, ...]:
    """Return the ids of parallel gateways with more than one way out."""
    return tuple(
        node.id for node in procedure.nodes if node.kind == "parallel" and len(procedure.outgoing[node.id]) > 1
    )


def list_parallel_joins(procedure: Procedure) -> tuple[str, ...]:
    """Return the ids of parallel gateways with more than one way in."""
    return tuple(
        node.id for node in procedure.nodes if node.kind == "parallel" and len(procedure.incoming[node.id]) > 1
    )


def find_block(procedure: Procedure, split: str) -> Block | None:
    """Return the block that a parallel split opens, or None when no join closes it properly.

    A block is proper when each branch is entered by the split alone, left to the join alone by one arrow, shares
    no node with another branch, and holds no end. Such a join is unique.
    """
    successors = list_successors(procedure)
    for join in list_parallel_joins(procedure):
        branches = tuple(find_reachable([flow.target], successors, join) for flow in procedure.outgoing[split])
        if _is_proper(procedure, split, join, branches):
            return Block(split, join, branches)
    return None


def list_steps_in_blocks(procedure: Procedure) -> frozenset[str]:
    """Return the keys of the steps that lie inside a parallel block."""
    blocks = (find_block(procedure, split) for split in list_parallel_splits(procedure))
    inside = {node for block in blocks if block for branch in block.branches for node in branch}
    return frozenset(inside & procedure.step_by_key.keys())


def _is_proper(procedure: Procedure, split: str, join: str, branches: tuple[frozenset[str], ...]) -> bool:
    nodes = [node for branch in branches for node in branch]
    if len(nodes) != len(set(nodes)) or split in nodes:
        return False
    if len(procedure.incoming[join]) != len(branches):
        return False
    return all(
        _is_branch(procedure, entry, join, branch)
        for entry, branch in zip(procedure.outgoing[split], branches, strict=True)
    )


def _is_branch(procedure: Procedure, entry: Flow, join: str, branch: frozenset[str]) -> bool:
    if not branch:
        return entry.target == join
    exits = [flow for node in branch for flow in procedure.outgoing[node] if flow.target == join]
    enters = [flow for node in branch for flow in procedure.incoming[node] if flow.source not in branch]
    has_end = any(procedure.node_by_id[node].kind == "end" for node in branch)
    return len(exits) == 1 and enters == [entry] and not has_end
