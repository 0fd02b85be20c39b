"""What people do with a case: open, take, hand on, draft, comment, and the three ways outside the SOP.

Completing an act with its effect is `activities.actions.complete_act`. Each action is one transaction under the lock
of the case's row, leaves one event, and asks for permission when it acts.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from simpul.kernel.clock import local, now
from simpul.portal.audit.actions import record
from simpul.portal.cases import history
from simpul.portal.cases.attachments import attach
from simpul.portal.cases.errors import ActAlreadyDone, ActNotOpen, ChangeUnclear, NotYourAct, ReasonMissing
from simpul.portal.cases.models import Attachment, Case, Comment, Draft, OpenAct, Party
from simpul.portal.cases.permissions import (
    can_act,
    can_reassign,
    can_take_over,
    can_write,
    check_can_act,
    get_visible_case,
    list_attachable_kinds,
)
from simpul.portal.contracts.models import Contract
from simpul.portal.contracts.queries import is_in_force
from simpul.portal.organizations.models import Organization
from simpul.portal.organizations.queries import list_lineage
from simpul.portal.people.models import Person, Role
from simpul.portal.people.permissions import has_role
from simpul.portal.procedures import queries as procedures
from simpul.procedure import interpreter
from simpul.procedure.events import ActDone, Parties

SCANNED_IN = {"surat-permohonan": 1, "berita-acara": 6}
"""The row of the SOP that each kind of signed scan belongs to."""


class ActRef(NamedTuple):
    """Which act of a case is meant; `organization` is the code of the party it is done for, "" for a lane."""

    step: str
    round: int
    act: str
    organization: str = ""


@transaction.atomic
def open_case(
    person: Person,
    applicant: Organization,
    *,
    kind: str = Case.Kind.NEW,
    changes: Contract | None = None,
    is_sample: bool = False,
) -> Case:
    """Open a case with row 1 as a draft of the applicant's.

    Kominfo may open one for an agency whose letter came on paper (register); otherwise only its own officers may.
    Raises: NotYourAct, ChangeUnclear.
    """
    own = applicant in list_lineage(person.organization) and has_role(person, Role.OPD)
    if not own and not has_role(person, Role.SUB_KOORDINASI, Role.BIDANG, Role.TIM_IT):
        raise NotYourAct(actor=applicant.name)
    if (kind == Case.Kind.NEW) != (changes is None) or not (changes is None or is_in_force(changes)):
        raise ChangeUnclear
    version = procedures.get_current("splp")
    case = Case(
        number=_make_number(local(now()).date()),
        kind=kind,
        procedure_version=version,
        applicant=applicant,
        changes=changes,
        created_by=person,
        is_sample=is_sample,
    )
    case.save()
    Party.objects.create(case=case, organization=applicant, role=Party.Role.PEMOHON)
    events = interpreter.begin(history.load_procedure(case), Parties(applicant.code))
    history.append_events(case, events, person, now())
    if not own:
        case.open_acts.update(holder=person)  # a letter on paper waits in the inbox of the one who registers it
    record(person, "case.open", "case", case.number, applicant=applicant.code)
    return case


def _make_number(today: date) -> str:
    """Return the next registration number (nomor registrasi) of the year, under a lock that ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('case_number'))")
    last = Case.objects.filter(number__startswith=f"SPLP-{today.year}-").order_by("-number").first()
    return f"SPLP-{today.year}-{int(last.number[-5:]) + 1 if last else 1:05d}"


def find_open_act(case: Case, ref: ActRef, person: Person | None = None) -> OpenAct:
    """Return the open act that `ref` names.

    Raises: ActAlreadyDone (who was first, and when), ActNotOpen.
    """
    rows = case.open_acts.select_related("organization", "holder", "case").filter(
        step=ref.step, round=ref.round, act=ref.act
    )
    row = (
        rows.filter(organization__code=ref.organization).first()
        if ref.organization
        else rows.filter(organization=None).first()
    )
    if row is not None:
        return row
    done = case.events.filter(kind="act_done", step=ref.step, round=ref.round, act=ref.act)
    done = done.filter(organization__code=ref.organization) if ref.organization else done.filter(organization=None)
    first = done.select_related("person").first()
    if first is not None:
        raise ActAlreadyDone(first=first.person, at=f"{local(first.at):%d-%m-%Y %H.%M}")
    raise ActNotOpen


def record_act(
    case: Case, act: OpenAct, person: Person, gate: dict[str, str], form: dict[str, Any], at: datetime
) -> dict[str, str] | None:
    """Record a locked case's act as done and move the case on. Called by `activities.actions` after the effect.

    Returns: the step's answer to its gateway ({} without one) if this was its last act, else None.
    """
    state = history.load_state(case)
    done = ActDone(act.step, act.round, act.act, act.organization.code if act.organization else None, gate)
    events = interpreter.complete_act(history.load_procedure(case), state, done)
    Draft.objects.filter(case=case, step=act.step, act=act.act, organization=act.organization).delete()
    history.append_events(case, events, person, at, form)
    return next((dict(event.answers) for event in events if event.kind == "step_completed"), None)


@transaction.atomic
def set_parties(
    case: Case, person: Person, provider: Organization, consumers: list[Organization], at: datetime
) -> None:
    """Name the provider and consumers of a locked case; kept as an event when they change."""
    wanted = [(provider, Party.Role.PENYEDIA), *((one, Party.Role.PEMANFAAT) for one in consumers)]
    before = history.read_parties(case)
    case.parties.exclude(role=Party.Role.PEMOHON).delete()
    Party.objects.bulk_create(Party(case=case, organization=one, role=role) for one, role in wanted)
    after = history.read_parties(case)
    if after != before:
        history.append_events(case, interpreter.set_parties(history.load_state(case), after), person, at)


@transaction.atomic
def save_draft(person: Person, number: str, ref: ActRef, answers: dict[str, Any]) -> Draft:
    """Keep what was typed for an act that isn't sent yet."""
    case = history.lock_case(get_visible_case(person, number).number)
    act = find_open_act(case, ref)
    check_can_act(person, act)
    draft, _ = Draft.objects.update_or_create(
        case=case,
        step=act.step,
        round=act.round,
        act=act.act,
        organization=act.organization,
        defaults={"answers": answers, "saved_by": person},
    )
    return draft


@transaction.atomic
def take_act(person: Person, number: str, ref: ActRef) -> OpenAct:
    """Take an act that nobody holds. Raises: NotYourAct, HeldByColleague, ActAlreadyDone, ActNotOpen."""
    case = history.lock_case(get_visible_case(person, number).number)
    act = find_open_act(case, ref)
    check_can_act(person, act)
    if act.holder_id != person.pk:
        act.holder = person
        act.save(update_fields=["holder"])
        history.append_note(case, "taken", person, now(), act)
        record(person, "act.take", "case", case.number, step=act.step_no)
    return act


@transaction.atomic
def hand_act(person: Person, number: str, ref: ActRef, to: Person, reason: str = "") -> OpenAct:
    """Hand an act to a colleague who may do it; Bidang may hand on any Kominfo step (*mengalihkan*).

    To oneself it takes an agency's act over from an absent colleague, with a reason.
    Raises: NotYourAct, ReasonMissing, ActAlreadyDone, ActNotOpen.
    """
    case = history.lock_case(get_visible_case(person, number).number)
    act = find_open_act(case, ref)
    if to == person and can_take_over(person, act):
        return _take_over(person, case, act, reason)
    if not can_reassign(person, act) or not to.is_active or not can_act(to, act):
        raise NotYourAct(actor=act.organization.name if act.organization else act.actor)
    act.holder = to
    act.save(update_fields=["holder"])
    history.append_note(case, "handed", person, now(), act, to=to.pk, to_name=to.name, reason=reason)
    record(person, "act.hand", "case", case.number, step=act.step_no, to=to.pk)
    return act


def _take_over(person: Person, case: Case, act: OpenAct, reason: str) -> OpenAct:
    if not reason.strip():
        raise ReasonMissing
    holder, act.holder = act.holder, person
    act.save(update_fields=["holder"])
    before = {"from": holder.pk, "from_name": holder.name} if holder else {}
    history.append_note(case, "taken_over", person, now(), act, **before, reason=reason.strip())
    record(person, "act.take_over", "case", case.number, step=act.step_no, taken_from=holder.pk if holder else None)
    return act


@transaction.atomic
def comment(person: Person, number: str, text: str) -> Comment:
    """Add a comment that all parties read. Raises: ReasonMissing when it is empty."""
    case = get_visible_case(person, number)
    if not can_write(person):
        raise NotYourAct(actor="—")
    if not text.strip():
        raise ReasonMissing
    kept = Comment.objects.create(case=case, person=person, text=text.strip()[:4000])
    record(person, "case.comment", "case", case.number, comment=kept.pk)
    return kept


@transaction.atomic
def add_attachment(person: Person, number: str, kind: str, name: str, content: bytes) -> Attachment:
    """Keep a file with a case outside an act: a signed scan, or whatever the parties should have.

    Raises: NotYourAct, AttachmentRefused.
    """
    case = get_visible_case(person, number)
    if kind not in list_attachable_kinds(person, case):
        raise NotYourAct(actor="—")
    step = history.load_procedure(case).step_by_no.get(SCANNED_IN.get(kind, 0))
    round_no = case.position["rounds"].get(step.key, 1) if step else 0
    kept = attach(person, case, step.key if step else "", round_no, kind, name, content)
    record(person, "case.attach", "case", case.number, attachment=kept.pk, attachment_kind=kind, sha256=kept.digest)
    return kept


@transaction.atomic
def keep_lost_draft(person: Person, number: str, ref: ActRef, answers: dict[str, Any]) -> Draft:
    """Keep what a person typed for an act that somebody else completed first.

    Raises: NotYourAct where it never was this person's to do.
    """
    case = get_visible_case(person, number)
    done = case.events.filter(kind="act_done", step=ref.step, round=ref.round, act=ref.act).first()
    party = Organization.objects.filter(code=ref.organization).first() if ref.organization else None
    if done is None:
        raise ActNotOpen
    actor = history.load_procedure(case).step_by_key[ref.step].act_by_key[ref.act].actor
    if not can_act(person, OpenAct(case=case, step_no=done.step_no, actor=actor, organization=party)):
        raise NotYourAct(actor=actor)
    draft, _ = Draft.objects.update_or_create(
        case=case,
        step=ref.step,
        round=ref.round,
        act=ref.act,
        organization=party,
        defaults={"answers": answers, "saved_by": person},
    )
    return draft


@transaction.atomic
def withdraw(person: Person, number: str, reason: str) -> Case:
    """Outside the SOP: the applicant *menarik* the case. The reason is compulsory."""
    case = history.lock_case(get_visible_case(person, number).number)
    if not (has_role(person, Role.OPD) and case.applicant in list_lineage(person.organization)):
        raise NotYourAct(actor=case.applicant.name)
    _leave_sop(case, person, interpreter.withdraw(history.load_state(case), {"reason": _need(reason)}), "case.withdraw")
    return case


@transaction.atomic
def stop(person: Person, number: str, reason: str) -> Case:
    """Outside the SOP: Bidang *menghentikan* the case. The reason is compulsory."""
    case = history.lock_case(get_visible_case(person, number).number)
    _check_bidang(person)
    _leave_sop(case, person, interpreter.stop(history.load_state(case), {"reason": _need(reason)}), "case.stop")
    return case


@transaction.atomic
def send_back(person: Person, number: str, step_no: int, reason: str) -> Case:
    """Outside the SOP: Bidang *mengembalikan* the case to an earlier activity. The reason is compulsory."""
    case = history.lock_case(get_visible_case(person, number).number)
    _check_bidang(person)
    events = interpreter.send_back(history.load_state(case), step_no, {"reason": _need(reason)})
    _leave_sop(case, person, events, "case.send_back")
    return case


def _leave_sop(case: Case, person: Person, events: tuple[interpreter.Event, ...], kind: str) -> None:
    history.append_events(case, events, person, now())
    record(person, kind, "case", case.number, reason=events[0].data.get("reason", ""))


def _check_bidang(person: Person) -> None:
    if not has_role(person, Role.BIDANG):
        raise NotYourAct(actor=Role.BIDANG.label)


def _need(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
