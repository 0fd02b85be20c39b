"""Fills a template with a case's facts: the result is a neutral paper of blocks.

One function per kind of block, all of one shape: the block as the template has it, and the facts in reach.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simpul.kernel.errors import Finding
from simpul.papers import blocks as b
from simpul.papers.errors import FactsIncomplete, TemplateInvalid
from simpul.papers.facts import MISSING, read_png, read_svg
from simpul.papers.fonts import FAMILIES
from simpul.papers.places import PlaceMissing, Scope, fill_text, find_fact, holds
from simpul.papers.template_file import Template

AGREED_NOTE = "Catatan ini bukan tanda tangan; naskah bertanda tangan dipindai dan disimpan bersama dokumen ini."


def fill_template(template: Template, facts: Mapping[str, Any], *, sample: bool) -> b.Paper:
    """Return the paper of these facts (checked and cleaned before).

    Raises: FactsIncomplete, naming the place that has no fact; TemplateInvalid.
    """
    office = facts.get("office", {})
    try:
        return b.Paper(
            kind=template.kind,
            title=template.title,
            reference=fill_text(template.reference, facts),
            blocks=tuple(_fill_blocks(template.blocks, facts, sample)),
            size=office.get("paper") or "a4",
            landscape=template.landscape,
            font=FAMILIES[office.get("font") or "arial"],
            font_points=office.get("font_points") or 11,
            footer=template.footer,
            sample=sample,
        )
    except PlaceMissing as error:
        missing = [Finding(error.args[0], "missing", MISSING)]
        raise FactsIncomplete(findings=missing, title=template.title, places=error.args[0]) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise TemplateInvalid(kind=template.kind, reason=f"{type(error).__name__}: {error}") from error


def _fill_blocks(specs: Sequence[Mapping[str, Any]], scope: Scope, sample: bool) -> Iterator[b.Block]:
    for spec in specs:
        for inner in _repeat(spec.get("each"), scope):
            if holds(spec["when"], inner) if "when" in spec else True:
                if "blocks" in spec:
                    yield from _fill_blocks(spec["blocks"], inner, sample)
                else:
                    yield from _fill_block(spec, inner, sample)


def _repeat(each: str | None, scope: Scope) -> Iterator[Scope]:
    """Yield the scope once for each item of "name in path", or once where nothing is repeated."""
    if each is None:
        yield scope
        return
    name, _, path = each.partition(" in ")
    for index, item in enumerate(find_fact(path.strip(), scope) or (), start=1):
        yield {**scope, name.strip(): item, "no": index}


def _fill_block(spec: Mapping[str, Any], scope: Scope, sample: bool) -> Iterator[b.Block]:
    kind = next(name for name in spec if name in FILLERS)
    block = FILLERS[kind](spec[kind], scope, spec)
    if sample and isinstance(block, b.Letterhead):
        block = b.Letterhead(block.government, block.agency, block.lines)
    if block is not None:
        yield block


def _letterhead(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    office = find_fact(part, scope)
    coat = office.get("coat_of_arms")
    picture = b.Picture(alt=f"Lambang {office['government']}", png=read_png(coat)) if coat else None
    lines = tuple(line for line in (office.get("address"), office.get("contact")) if line)
    return b.Letterhead(office["government"].upper(), office["agency"].upper(), lines, picture)


def _title(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    return b.Title(fill_text(part, scope), fill_text(spec.get("under", ""), scope))


def _heading(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    return b.Heading(fill_text(part, scope), spec.get("level", 1))


def _letter_top(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    addressee = tuple(line for text in part["addressee"] if (line := fill_text(text, scope)))
    return b.LetterTop(fill_text(part["place_date"], scope), _fill_rows(part["rows"], scope), addressee)


def _fields(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block | None:
    rows = _fill_rows(part, scope)
    return b.Fields(rows, spec.get("indent", False)) if rows else None


def _fill_rows(rows: Mapping[str, str], scope: Scope) -> tuple[tuple[str, str], ...]:
    """Fill label: value pairs; a pair whose value comes out empty is left out."""
    filled = ((fill_text(label, scope), fill_text(value, scope).strip()) for label, value in rows.items())
    return tuple((label, value) for label, value in filled if value)


def _paragraph(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block | None:
    text = fill_text(part, scope).strip()
    return b.Paragraph(text, spec.get("style", "body")) if text else None


def _items(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block | None:
    items = _fill_items(part, scope)
    return b.Items(items, spec.get("ordered", False)) if items else None


def _fill_items(part: Any, scope: Scope) -> tuple[str, ...]:
    """Fill a list given in the template, or one text for each item of a fact."""
    if isinstance(part, Mapping):
        filled = [fill_text(part["text"], inner) for inner in _repeat(part["each"], scope)]
    else:
        filled = [fill_text(text, scope) for text in part]
    return tuple(text.strip() for text in filled if text.strip())


def _table(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    columns = tuple(_read_column(text) for text in part["columns"])
    rows = tuple(tuple(fill_text(cell, inner) for cell in part["cells"]) for inner in _repeat(part["each"], scope))
    name = fill_text(part.get("name", ""), scope)
    return b.Table(columns, rows, name, part.get("empty", "Tidak ada."), part.get("show_name", False))


def _read_column(text: str) -> b.Column:
    """Read "Title | width | align"; width is a share, align left, right or centre."""
    title, width, align, *_ = [*(piece.strip() for piece in text.split("|")), "", ""]
    return b.Column(title, float(width or 1), align or "left")


def _checklist(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    return b.Checklist(_fill_checks(part, scope), part.get("columns", 1))


def _fill_checks(part: Mapping[str, Any], scope: Scope) -> tuple[tuple[str, bool], ...]:
    return tuple(
        (fill_text(part["text"], inner), holds(part["ticked"], inner)) for inner in _repeat(part["each"], scope)
    )


def _form(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    return b.Form(
        tuple(tuple(_form_cell(cell, scope) for cell in row) for row in part),
        spec.get("title", ""),
        spec.get("compact", False),
    )


def _form_cell(cell: Mapping[str, Any], scope: Scope) -> b.FormCell:
    checks = cell.get("checks")
    return b.FormCell(
        label=fill_text(cell["label"], scope),
        text=fill_text(cell.get("text", ""), scope),
        checks=_fill_checks(checks, scope) if checks else (),
        span=cell.get("span", 12),
        lines=cell.get("lines", 1),
        check_columns=cell.get("check_columns", 1),
    )


def _signatures(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    people = [
        _signature(place, inner)
        for place in part
        for inner in _repeat(place.get("each"), scope)
        if "when" not in place or holds(place["when"], inner)
    ]
    return b.Signatures(tuple(people))


def _signature(place: Mapping[str, Any], scope: Scope) -> b.Signature:
    signer = find_fact(place["who"], scope) or {}
    acting, position = signer.get("acting") or "", signer.get("position") or ""
    if acting == "a.n.":
        office = f"a.n. {signer.get('on_behalf_of') or ''}\n{position}"
    else:
        office = f"{acting} {position}".strip()
    nip = fill_text("{nip|nip?}", signer)
    return b.Signature(
        fill_text(place.get("heading", ""), scope), office, signer.get("name") or "", signer.get("rank") or "", nip
    )


def _agreed(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block | None:
    items = _fill_items(part, scope)
    return b.Agreed(items, AGREED_NOTE) if items else None


def _copies(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block | None:
    items = _fill_items(part, scope)
    return b.Copies(items) if items else None


def _page_break(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    return b.PageBreak()


def _picture(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block | None:
    svg = find_fact(part["svg"], scope)
    alt, caption = fill_text(part["alt"], scope), fill_text(part.get("caption", ""), scope)
    if not svg:
        return None
    return b.Picture(alt, read_svg(svg), b"", part.get("width", 100), caption, part.get("own_page", False))


def _flow(part: Any, scope: Scope, spec: Mapping[str, Any]) -> b.Block:
    steps = tuple(_flow_step(step) for step in find_fact(part["steps"], scope) or ())
    return b.Flow(tuple(find_fact(part["lanes"], scope) or ()), steps)


def _flow_step(step: Mapping[str, Any]) -> b.FlowStep:
    texts = {name: str(step.get(name) or "") for name in ("no", "activity", "requirements", "time", "output", "note")}
    return b.FlowStep(
        **texts,
        symbols=tuple(str(symbol or "") for symbol in step["symbols"]),
        yes=str(step.get("yes") or ""),
        no_target=str(step.get("no_target") or ""),
    )


FILLERS: dict[str, Callable[[Any, Scope, Mapping[str, Any]], b.Block | None]] = {
    "letterhead": _letterhead,
    "title": _title,
    "heading": _heading,
    "letter_top": _letter_top,
    "fields": _fields,
    "paragraph": _paragraph,
    "items": _items,
    "table": _table,
    "checklist": _checklist,
    "form": _form,
    "signatures": _signatures,
    "agreed": _agreed,
    "copies": _copies,
    "page_break": _page_break,
    "picture": _picture,
    "flow": _flow,
}
"""Each kind of block a template may have → how it is filled."""
