"""Writes small BPMN files for the tests, from nodes and arrows alone; the drawing is nominal."""

from dataclasses import dataclass, field

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:simpul="urn:simpul:bpmn:1" targetNamespace="urn:test">'
)
ONE_ACT = '<simpul:act key="kerja" actor="tim_it" stage="1" label="Kerjakan"{asks}/>'


@dataclass
class Drawing:
    """A process being drawn: nodes (id → markup) and arrows (source, target, answer or None for the default)."""

    nodes: dict[str, str] = field(default_factory=dict)
    arrows: list[tuple[str, str, str | None]] = field(default_factory=list)
    questions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: dict[str, int] = field(default_factory=dict)
    steps: int = 0

    def add_start(self) -> str:
        """Add the start and return its id."""
        self.nodes["mulai"] = '<startEvent id="mulai"/>'
        return "mulai"

    def add_end(self, name: str = "selesai") -> str:
        """Add an end and return its id."""
        self.nodes[name] = f'<endEvent id="{name}"/>'
        return name

    def add_task(self, answers: tuple[str, ...] = (), acts: str = "") -> str:
        """Add a task, with a question named after it where it has answers; return its id."""
        self.steps += 1
        key = f"t{self.steps}"
        asks = f' question="q_{key}"' if answers else ""
        question = "".join(f"<simpul:answer>{answer}</simpul:answer>" for answer in answers)
        question = f'<simpul:question name="q_{key}">{question}</simpul:question>' if answers else ""
        self.questions[key] = answers
        self.nodes[key] = (
            f'<userTask id="{key}" name="Tugas {key}"><extensionElements><simpul:step no="{self.steps}">'
            f"{question}{acts or ONE_ACT.format(asks=asks)}</simpul:step></extensionElements></userTask>"
        )
        return key

    def add_gateway(self, kind: str) -> str:
        """Add an `exclusive` or `parallel` gateway and return its id."""
        key = f"g{len(self.nodes)}"
        self.nodes[key] = f'<{kind}Gateway id="{key}"{{default}}/>'
        return key

    def connect(self, source: str, target: str, answer: str | None = None, is_default: bool = False) -> None:
        """Draw an arrow, with the answer that it needs."""
        if is_default:
            self.defaults[source] = len(self.arrows)
        self.arrows.append((source, target, answer))

    def write(self, limits: str = "") -> bytes:
        """Return the file."""
        nodes = "".join(
            markup.format(default=f' default="f{self.defaults[key]}"' if key in self.defaults else "")
            if "{default}" in markup
            else markup
            for key, markup in self.nodes.items()
        )
        flows = "".join(self._write_arrow(number) for number in range(len(self.arrows)))
        lane = "".join(f"<flowNodeRef>{key}</flowNodeRef>" for key in self.nodes)
        header = f'<extensionElements><simpul:procedure key="uji" version="1"/>{limits}</extensionElements>'
        process = (
            f'<process id="uji" name="Uji">{header}<laneSet><lane id="tim_it" name="Tim IT">{lane}</lane></laneSet>'
            f"{nodes}{flows}</process>"
        )
        return f"{HEAD}{process}{self._write_layout()}</definitions>".encode()

    def _write_arrow(self, number: int) -> str:
        source, target, answer = self.arrows[number]
        asker = next((before for before, after, _ in self.arrows if after == source), "")
        condition = f'<conditionExpression>q_{asker} == "{answer}"</conditionExpression>' if answer else ""
        return f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>'

    def _write_layout(self) -> str:
        bounds = '<dc:Bounds x="1" y="{y}" width="9" height="5"/>'
        shapes = "".join(
            f'<bpmndi:BPMNShape bpmnElement="{key}">{bounds.format(y=10 * row)}</bpmndi:BPMNShape>'
            for row, key in enumerate(["tim_it", *self.nodes])
        )
        points = '<di:waypoint x="1" y="1"/><di:waypoint x="2" y="2"/>'
        edges = "".join(
            f'<bpmndi:BPMNEdge bpmnElement="f{n}">{points}</bpmndi:BPMNEdge>' for n in range(len(self.arrows))
        )
        return f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
