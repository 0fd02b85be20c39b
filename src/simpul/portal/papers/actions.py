"""Making the statutory papers of a case: rendered once, kept with their digest, never changed."""

import hashlib
from collections.abc import Sequence
from typing import Any

from simpul.papers.render import PaperFile, list_papers, render_paper
from simpul.portal.cases.models import Case
from simpul.portal.papers.models import Paper
from simpul.portal.people.models import Person


def make_paper(
    case: Case,
    kind: str,
    facts: dict[str, Any],
    *,
    step: str,
    step_no: int,
    round_no: int,
    person: Person | None,
    suffix: str = "",
    formats: Sequence[str] | None = None,
) -> list[Paper]:
    """Render a paper in its formats and keep each file. Runs inside the action's transaction.

    Raises: FactsIncomplete when the case lacks what the paper must say.
    """
    files = render_paper(kind, {k: v for k, v in facts.items() if v is not None}, formats, sample=case.is_sample)
    title = next(one.title for one in list_papers() if one.kind == kind)
    return [keep_file(case, kind, title, file, step, step_no, round_no, person, suffix) for file in files]


def keep_file(
    case: Case,
    kind: str,
    title: str,
    file: PaperFile,
    step: str,
    step_no: int,
    round_no: int,
    person: Person | None,
    suffix: str = "",
) -> Paper:
    """Keep one made file as a paper of the case.

    Its name carries case, row, suffix and round, so that no two papers of a case share one: they lie side by side in
    the bundle of row 13.
    """
    stem, _, extension = file.name.rpartition(".")
    parts = (case.number, f"{step_no:02d}", stem.replace(f"-{case.number}", ""), suffix, f"r{round_no}")
    name = "-".join(part for part in parts if part and part != "r1")
    return Paper.objects.create(
        case=case,
        step=step,
        step_no=step_no,
        round=round_no,
        kind=kind,
        title=title,
        name=f"{name}.{extension}",
        media_type=file.media_type,
        size_bytes=len(file.content),
        digest=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
        made_by=person,
    )
