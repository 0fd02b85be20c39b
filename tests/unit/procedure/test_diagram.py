"""The diagram shows every activity and where the case stands, and stands in a page with a strict content policy."""

import re
from xml.etree import ElementTree

from simpul.procedure.bpmn import read_procedure
from simpul.procedure.diagram import draw_diagram

from .diagrams import Drawing
from .splp import SPLP

SVG = "{http://www.w3.org/2000/svg}"


def draw(**marks: object) -> ElementTree.Element:
    return ElementTree.fromstring(draw_diagram(SPLP, **marks))  # type: ignore[arg-type]


def find_classes(drawing: ElementTree.Element) -> dict[str, str]:
    steps = [group for group in drawing.iter(f"{SVG}g") if group.get("data-step")]
    return {str(group.get("data-step")): str(group.get("class")) for group in steps}


def test_diagram_has_every_activity_arrow_and_decision() -> None:
    drawing = draw()
    assert len(find_classes(drawing)) == 15
    assert len([path for path in drawing.iter(f"{SVG}path") if path.get("class") == "sop-flow"]) == len(SPLP.flows)
    assert len([group for group in drawing.iter(f"{SVG}g") if group.get("class") == "sop-gateway"]) == 3


def test_steps_are_marked_done_open_and_late() -> None:
    classes = find_classes(draw(done_steps=["a01", "a02"], open_steps=["a02", "a03"], late_steps=["a03"]))
    assert [classes[key] for key in ("a01", "a02", "a03", "a04")] == [
        "sop-step sop-done",
        "sop-step sop-open",
        "sop-step sop-late",
        "sop-step sop-plain",
    ]


def test_state_is_told_in_words_too() -> None:
    for language, word in (("id", "terlambat"), ("en", "late")):
        titles = [title.text or "" for title in draw(late_steps=["a06"], language=language).iter(f"{SVG}title")]
        assert any(title.startswith("6. Melakukan perumusan") and f"({word})" in title for title in titles)


def test_diagram_is_an_image_with_a_name() -> None:
    drawing = draw()
    assert (drawing.get("role"), drawing.get("aria-label")) == ("img", "Diagram alir Prosedur Layanan SPLP, versi 1")


def test_diagram_needs_nothing_that_a_strict_content_policy_forbids() -> None:
    text = draw_diagram(SPLP, ["a01"])
    assert not re.search(r"\bstyle=|<style|<script|\bon\w+=|https?://(?!www\.w3\.org/2000/svg)", text)


def test_names_are_escaped() -> None:
    drawing = Drawing()
    task = drawing.add_task()
    drawing.nodes[task] = drawing.nodes[task].replace("Tugas t1", "&lt;b&gt; &amp; &quot;c&quot;")
    drawing.connect(drawing.add_start(), task)
    drawing.connect(task, drawing.add_end())
    text = draw_diagram(read_procedure(drawing.write()))
    ElementTree.fromstring(text)
    assert "&lt;b&gt; &amp;" in text
    assert "<b>" not in text


def test_every_name_of_the_sop_fits_its_box() -> None:
    words = "".join("".join(text.itertext()) for text in draw().iter(f"{SVG}text"))
    assert "…" not in words
