"""What the hub adds to BPMN, in elements of its own namespace: identity, legal basis, mutu baku, acts, limits."""

from dataclasses import fields, replace
from typing import Any

from lxml import etree

from simpul.kernel.words import Words
from simpul.procedure.markup import BPMN, NAMESPACES, SIMPUL, read_text
from simpul.procedure.model import Act, Change, Identity, LegalBasis, Limit, Mend, Question, Reading, Step

_LISTS = ("qualifications", "related", "equipment", "warnings", "records")
_TEXTS = tuple(field.name for field in fields(Identity) if field.name not in _LISTS)


def read_number(element: etree._Element | None, name: str) -> int:
    """Return an attribute as a whole number; 0, which no rule accepts, when it is missing or isn't one.

    >>> read_number(etree.fromstring('<a n="12" m="x"/>'), "n"), read_number(etree.fromstring('<a m="x"/>'), "m")
    (12, 0)
    """
    text = element.get(name, "") if element is not None else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def list_elements(parent: etree._Element, name: str) -> list[etree._Element]:
    """Return the hub's own elements of one name in a BPMN element's extension."""
    return parent.findall(f"bpmn:extensionElements/simpul:{name}", NAMESPACES)


def read_identity(process: etree._Element) -> Identity:
    """Return the identity page; fields that aren't there are empty."""
    texts: dict[str, Any] = {}
    lists: dict[str, list[str]] = {name: [] for name in _LISTS}
    for identity in list_elements(process, "identity"):
        for element in identity:
            if element.tag == f"{{{SIMPUL}}}field" and element.get("name") in _TEXTS:
                texts[str(element.get("name"))] = read_text(element)
            if element.tag == f"{{{SIMPUL}}}item" and element.get("list") in _LISTS:
                lists[str(element.get("list"))].append(read_text(element))
    items: dict[str, Any] = {name: tuple(named) for name, named in lists.items()}
    return replace(replace(Identity(), **texts), **items)


def read_legal_basis(process: etree._Element) -> tuple[LegalBasis, ...]:
    """Return the laws in order, each as signed and with its correction apart."""
    return tuple(
        LegalBasis(read_text(law.find("simpul:asSigned", NAMESPACES)), read_text(law.find("simpul:note", NAMESPACES)))
        for law in list_elements(process, "legalBasis")
    )


def read_limits(process: etree._Element) -> tuple[Limit, ...]:
    """Return the time limits in the file's order."""
    return tuple(
        Limit(
            read_number(limit, "first"), read_number(limit, "last"), read_number(limit, "amount"), limit.get("unit", "")
        )
        for limit in list_elements(process, "limit")
    )


def read_mends(process: etree._Element) -> tuple[Mend, ...]:
    """Return the list of spelling mends."""
    return tuple(
        Mend(mend.get("row", ""), mend.get("scanned", ""), mend.get("mended", ""))
        for mend in list_elements(process, "mend")
    )


def read_readings(process: etree._Element) -> tuple[Reading, ...]:
    """Return what this version reads into lost places of the copy."""
    return tuple(Reading(reading.get("row", ""), read_text(reading)) for reading in list_elements(process, "reading"))


def read_changes(process: etree._Element) -> tuple[Change, ...]:
    """Return the reasons of the versions so far."""
    return tuple(
        Change(read_number(change, "version"), change.get("reason", "")) for change in list_elements(process, "change")
    )


def read_step(task: etree._Element, lane: str) -> Step:
    """Return one user task as a step; without its extension it has the number 0 and no acts."""
    key, short = task.get("id", ""), task.get("name", "")
    extension = next(iter(list_elements(task, "step")), etree.Element(f"{{{SIMPUL}}}step"))
    return Step(
        key=key,
        no=read_number(extension, "no"),
        name=read_text(extension.find("simpul:wording", NAMESPACES)) or short,
        lane=lane,
        short=short,
        requirements=_read_items(extension, "requirement"),
        time_text=extension.get("time", ""),
        output=_read_items(extension, "output"),
        note=extension.get("note", ""),
        acts=tuple(_read_act(act) for act in extension.findall("simpul:act", NAMESPACES)),
        question=_read_question(extension),
    )


def list_tasks(process: etree._Element) -> list[etree._Element]:
    """Return the process's user tasks in the file's order."""
    return process.findall(f"{{{BPMN}}}userTask")


def _read_items(extension: etree._Element, name: str) -> tuple[str, ...]:
    return tuple(read_text(item) for item in extension.findall(f"simpul:{name}", NAMESPACES))


def _read_question(extension: etree._Element) -> Question | None:
    question = extension.find("simpul:question", NAMESPACES)
    if question is None:
        return None
    return Question(
        question.get("name", ""), tuple(read_text(answer) for answer in question.findall("simpul:answer", NAMESPACES))
    )


def _read_act(act: etree._Element) -> Act:
    label = act.get("label", "")
    return Act(
        key=act.get("key", ""),
        actor=act.get("actor", ""),
        stage=read_number(act, "stage"),
        label=Words(label, act.get("label_en", label)),
        question=act.get("question"),
        veto=act.get("veto"),
    )
