"""An independent reading of the same files: the plain Petri-net rules of BPMN, one token an arrow, no shared code.

It reads the XML by the standard library and moves tokens one at a time, where the interpreter follows a route to its
rest. If both agree on the open tasks after every move of thousands of random processes, neither has misread.
"""

import re
from collections import Counter
from xml.etree import ElementTree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


class TokenGame:
    """Tokens on arrows and in tasks; gateways fire as soon as they can."""

    def __init__(self, xml: bytes) -> None:
        process = ElementTree.fromstring(xml).find(f"{BPMN}process")
        assert process is not None
        self.kind = {node.get("id"): node.tag.removeprefix(BPMN) for node in process if node.get("id")}
        self.default = {node.get("id"): node.get("default") for node in process}
        self.arrows: dict[str, tuple[str, str, str | None]] = {}
        for arrow in process.iter(f"{BPMN}sequenceFlow"):
            text = "".join(arrow.itertext())
            answer = re.search(r'"(.+)"', text)
            self.arrows[arrow.get("id", "")] = (
                arrow.get("sourceRef", ""),
                arrow.get("targetRef", ""),
                answer and answer[1],
            )
        self.tokens: Counter[str] = Counter()
        self.tasks: Counter[str] = Counter()
        self.rounds: Counter[str] = Counter()
        self.ended = 0
        self.answer: str | None = None
        self._leave(next(key for key, kind in self.kind.items() if kind == "startEvent" and key))
        self._settle()

    def complete(self, task: str, answer: str | None) -> None:
        """End one open task and let the tokens run until they rest."""
        self.tasks[task] -= 1
        self.answer = answer
        self._leave(task)
        self._settle()

    def list_open(self) -> dict[str, int]:
        """Return the open tasks with their rounds; a task open twice would show as a round too far."""
        assert all(count <= 1 for count in self.tasks.values()), "two tokens in one task"
        return {task: self.rounds[task] for task, count in self.tasks.items() if count}

    def _list(self, end: int, node: str) -> list[str]:
        return [arrow for arrow, ends in self.arrows.items() if ends[end] == node]

    def _leave(self, node: str) -> None:
        self.tokens.update(self._list(0, node))

    def _settle(self) -> None:
        while any(self._fire(arrow) for arrow in [arrow for arrow, count in self.tokens.items() if count]):
            pass

    def _fire(self, arrow: str) -> bool:
        if not self.tokens[arrow]:
            return False
        node = self.arrows[arrow][1]
        consumed = self._list(1, node) if self.kind[node] == "parallelGateway" else [arrow]
        if not all(self.tokens[needed] for needed in consumed):
            return False
        self.tokens.subtract(consumed)
        self._arrive(node)
        return True

    def _arrive(self, node: str) -> None:
        kind = self.kind[node]
        if kind == "userTask":
            self.tasks[node] += 1
            self.rounds[node] += 1
        elif kind == "endEvent":
            self.ended += 1
        elif kind == "exclusiveGateway" and len(self._list(0, node)) > 1:
            ways = {self.arrows[arrow][2]: arrow for arrow in self._list(0, node) if arrow != self.default[node]}
            self.tokens[ways.get(self.answer) or str(self.default[node])] += 1
        else:
            self._leave(node)
