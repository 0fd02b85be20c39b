"""The history of a case as people read it: each round of each activity with what was answered and what changed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from simpul.portal.activities.answers import Answer, Difference, Wordbook, describe_answers, list_differences
from simpul.portal.cases.models import Case, CaseEvent
from simpul.portal.cases.naming import name_actor
from simpul.portal.cases.queries import list_timeline
from simpul.procedure.model import Procedure

TURNS = {
    "case_started": gettext_noop("Permohonan dibuka"),
    "parties_set": gettext_noop("Para pihak ditetapkan"),
    "case_sent_back": gettext_noop("Dikembalikan oleh Bidang, di luar SOP"),
    "case_withdrawn": gettext_noop("Ditarik oleh pemohon, di luar SOP"),
    "case_stopped": gettext_noop("Dihentikan oleh Bidang, di luar SOP"),
    "case_ended": gettext_noop("Permohonan selesai"),
}


@dataclass
class DoneAct:
    """One act done in a round."""

    label: str
    actor: str
    person: str
    at: datetime
    answers: list[Answer]
    changes: list[Difference]
    is_repeated: bool


@dataclass
class Entry:
    """A round of an activity (`no` > 0), or a turn of the whole case; `state`: done, open, back, or "" for a turn."""

    title: str
    at: datetime
    no: int = 0
    step: str = ""
    round: int = 0
    state: str = ""
    ended_at: datetime | None = None
    person: str = ""
    reason: str = ""
    acts: list[DoneAct] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def make_timeline(case: Case, procedure: Procedure) -> list[Entry]:
    """Return the whole history of a case, the newest first. Cost: one pass over its events."""
    return _Reader(case, procedure).read(list_timeline(case))


class _Reader:
    def __init__(self, case: Case, procedure: Procedure) -> None:
        self.procedure, self.words = procedure, Wordbook(case)
        self.entries: list[Entry] = []
        self.rounds: dict[tuple[str, int], Entry] = {}
        self.answers: dict[tuple[str, str, int | None], list[Answer]] = {}

    def read(self, events: Iterable[CaseEvent]) -> list[Entry]:
        for event in events:
            self._take(event)
        return self.entries[::-1]

    def _take(self, event: CaseEvent) -> None:
        if event.kind == "step_entered":
            self._enter(event)
        elif event.kind == "act_done":
            self.rounds[event.step, event.round].acts.append(self._describe_act(event))
        elif event.kind == "step_completed":
            entry = self.rounds[event.step, event.round]
            entry.ended_at = event.at
            entry.state = "back" if "tidak" in event.answers.get("gate", {}).values() else "done"
        elif event.kind.startswith("note_"):
            self._note(event)
        elif event.kind in TURNS:
            self._turn(event)

    def _enter(self, event: CaseEvent) -> None:
        step = self.procedure.step_by_key[event.step]
        entry = Entry(step.short or step.name, event.at, event.step_no, event.step, event.round, "open")
        self.rounds[event.step, event.round] = entry
        self.entries.append(entry)

    def _describe_act(self, event: CaseEvent) -> DoneAct:
        act = self.procedure.step_by_key[event.step].act_by_key[event.act]
        answers = describe_answers(event.step_no, event.act, event.answers.get("form", {}), self.words)
        key = (event.step, event.act, event.organization_id)
        before = self.answers.get(key)
        self.answers[key] = answers
        return DoneAct(
            label=act.label.in_language(get_language() or "id"),
            actor=name_actor(act.actor, event.organization),
            person=event.person.name if event.person else "",
            at=event.at,
            answers=answers,
            changes=list_differences(before, answers) if before is not None else [],
            is_repeated=before is not None,
        )

    def _note(self, event: CaseEvent) -> None:
        entry = self.rounds.get((event.step, event.round))
        who = event.person.name if event.person else ""
        texts = {
            "note_taken": _("Diambil oleh %(who)s.") % {"who": who},
            "note_taken_over": _("Diambil alih oleh %(who)s dari %(holder)s. %(reason)s")
            % {"who": who, "holder": event.data.get("from_name", ""), "reason": event.data.get("reason", "")},
            "note_handed": _("Diserahkan oleh %(who)s kepada %(to)s. %(reason)s")
            % {"who": who, "to": event.data.get("to_name", ""), "reason": event.data.get("reason", "")},
        }
        if entry is not None and event.kind in texts:
            entry.notes.append(texts[event.kind].strip())

    def _turn(self, event: CaseEvent) -> None:
        if event.kind == "parties_set" and not event.data.get("penyedia"):
            return  # the opening itself: only the applicant is known
        if event.kind != "case_started" and event.kind != "parties_set":
            for entry in self.rounds.values():
                if entry.state == "open":
                    entry.state, entry.ended_at = "back", event.at
        who = event.person.name if event.person else ""
        reason = event.data.get("reason", "") if isinstance(event.data.get("reason", ""), str) else ""
        text = _describe_parties(event, self.words) if event.kind == "parties_set" else reason
        self.entries.append(Entry(str(_(TURNS[event.kind])), event.at, person=who, reason=text))


def _describe_parties(event: CaseEvent, words: Wordbook) -> str:
    names = words.organizations
    consumers = ", ".join(names.get(one, one) for one in event.data.get("pemanfaat", []))
    provider = event.data.get("penyedia", "")
    return _("Penyedia: %(provider)s. Pemanfaat: %(consumers)s.") % {
        "provider": names.get(provider, provider),
        "consumers": consumers,
    }
