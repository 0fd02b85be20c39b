"""Tests a source as a person waits: every stage of the connection, what could be read there, and the first rows."""

from dataclasses import dataclass, field

from django.utils.translation import get_language

from simpul.kernel.errors import Finding, SimpulError
from simpul.portal.people.models import Person
from simpul.portal.sources.actions import note_test
from simpul.portal.sources.models import Source
from simpul.portal.sources.opening import Opener, open_source
from simpul.portal.sources.permissions import check_keeps
from simpul.sources.shape import PREVIEW_ROWS, DamagedRow, Place, Reader, SourceColumn, SourceRow

SHOWN_PLACES = 200
SHOWN_CHARACTERS = 200


@dataclass
class Tested:
    """What a test found. `findings` empty: all is well, and the first rows are there."""

    findings: list[Finding] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    columns: list[SourceColumn] = field(default_factory=list)
    rows: list[SourceRow] = field(default_factory=list)

    def list_cells(self) -> list[tuple[list[str], str]]:
        """Return each row's cells as short texts, in the columns' order, with what is wrong with the row."""
        names = [one.name for one in self.columns]
        language = get_language() or "id"
        return [
            (
                [_show(row.get(name)) for name in names],
                row.finding.message.in_language(language) if isinstance(row, DamagedRow) else "",
            )
            for row in self.rows
        ]


def try_source(person: Person, source: Source, opener: Opener = open_source) -> Tested:
    """Try all stages, and show the first rows where they hold; nothing that was read is kept.

    Raises: NotProvider.
    """
    check_keeps(person, source)
    tested = Tested()
    try:
        with opener(source) as reader:
            tested.findings = reader.check()
            tested.places = _list_places(reader)
            if not tested.findings:
                tested.columns, tested.rows = reader.describe(), reader.preview(PREVIEW_ROWS)
    except SimpulError as error:
        tested.findings = list_findings(error)
    note_test(person, source, tested.findings)
    return tested


def describe_source(person: Person, source: Source, opener: Opener = open_source) -> list[SourceColumn]:
    """Return the source's columns as they are now. Raises: NotProvider, SourceInvalid, SourceFailed and its like."""
    check_keeps(person, source)
    with opener(source) as reader:
        return reader.describe()


def list_findings(error: SimpulError) -> list[Finding]:
    """Return an error's findings, or the error itself as one, with its next step."""
    own = error.message._replace(
        id=f"{error.message.id} {error.hint.id}".strip(), en=f"{error.message.en} {error.hint.en}".strip()
    )
    return list(error.findings) or [Finding("", error.code, own)]


def _list_places(reader: Reader) -> list[Place]:
    """Return what could be read there, for the person to choose; nothing where that can't be asked."""
    try:
        return reader.list_places()[:SHOWN_PLACES]
    except SimpulError:
        return []


def _show(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
