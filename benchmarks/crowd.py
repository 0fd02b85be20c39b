"""Fills a database with many cases: each with a history that the interpreter itself has written."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from simpul.kernel.clock import now
from simpul.portal.cases.models import Case, CaseEvent, OpenAct, Party
from simpul.portal.cases.positions import write_position
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person, Role, RoleAssignment
from simpul.portal.procedures import queries as procedures
from simpul.procedure import interpreter
from simpul.procedure.deadline import Span, find_due, is_standing
from simpul.procedure.events import ActDone, Event, Parties
from simpul.procedure.model import Procedure
from simpul.procedure.state import State

AGENCIES = 40
CASES_A_TURN = 250
YEAR = 365
SINCE = date(2020, 1, 1)
REFUSING = 0.12
"""How often an officer answers no, so that cases go through the SOP's loops."""


@dataclass
class Life:
    """One case as it is being written: its events with their instants, its state, and what it waits for since when."""

    parties: Parties
    at: datetime
    state: State
    events: list[tuple[Event, datetime]] = field(default_factory=list)
    entered: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Crowd:
    """Who is there: agencies, an officer of each, and one for each lane of Kominfo."""

    agencies: list[Organization]
    officers: dict[str, Person]


def fill(cases: int, events: int, seed: int = 1) -> Crowd:
    """Insert `cases` cases with `events` events between them; the same seed gives the same histories."""
    crowd, chance = _make_crowd(), random.Random(seed)  # noqa: S311 (no secret)
    version = procedures.get_current()
    procedure = procedures.load(version)
    left = events
    for start in range(0, cases, CASES_A_TURN):
        count = min(CASES_A_TURN, cases - start)
        lives = []
        for number in range(start, start + count):
            share = max(2, round(left / (cases - number) * chance.uniform(0.4, 1.6)))
            lives.append(_live(procedure, crowd, chance, share))
            left -= len(lives[-1].events)
        _insert(lives, start, version.pk, crowd)
    return crowd


def _make_crowd() -> Crowd:
    home = Organization.objects.create(code="kominfo", name="Kominfo", kind=Organization.Kind.KOMINFO, valid_from=SINCE)
    names = [f"opd-{number:02d}" for number in range(1, AGENCIES + 1)]
    agencies = Organization.objects.bulk_create(
        Organization(code=name, name=f"Dinas {name} (contoh)", valid_from=SINCE) for name in names
    )
    officers = {one.code: _make_officer(one, Role.OPD) for one in agencies}
    officers |= {role: _make_officer(home, role) for role in (Role.TIM_IT, Role.SUB_KOORDINASI, Role.BIDANG)}
    return Crowd(agencies, officers)


def _make_officer(organization: Organization, role: str) -> Person:
    person = Person.objects.create(
        name=f"Contoh {role}", email=f"{role}.{organization.code}@contoh.invalid", organization=organization
    )
    RoleAssignment.objects.create(person=person, role=role, valid_from=SINCE)
    return person


def _live(procedure: Procedure, crowd: Crowd, chance: random.Random, events: int) -> Life:
    """Let a case go its way until it has so many events, or ends."""
    named = [one.code for one in chance.sample(crowd.agencies, 3)]
    consumers = (named[0],) if chance.random() < 0.7 else (named[0], named[2])
    parties = Parties(named[0], named[1], consumers)
    life = Life(parties, now() - timedelta(days=chance.uniform(1, YEAR)), State(procedure))
    _append(life, interpreter.begin(procedure, Parties(parties.pemohon)))
    while len(life.events) < events and not life.state.ended:
        life.at = min(now(), life.at + timedelta(hours=chance.expovariate(1 / 30)))
        _append(life, _act(procedure, life, chance))
    return life


def _act(procedure: Procedure, life: Life, chance: random.Random) -> Iterable[Event]:
    act = life.state.list_open_acts()[0]
    if act.no == 1 and life.state.parties != life.parties:
        _append(life, interpreter.set_parties(life.state, life.parties))
    question = procedure.step_by_key[act.step].act_by_key[act.act].question
    answers = {question: "tidak" if chance.random() < REFUSING else "ya"} if question else {}
    done = ActDone(act.step, act.round, act.act, act.organization or None, answers)
    return interpreter.complete_act(procedure, life.state, done)


def _append(life: Life, events: Iterable[Event]) -> None:
    for event in events:
        life.state = life.state.apply(event)
        life.events.append((event, life.at))
        if event.kind == "step_entered":
            life.entered[event.step] = life.at


def _insert(lives: list[Life], start: int, version: int, crowd: Crowd) -> None:
    by_code = {one.code: one for one in crowd.agencies}
    cases = Case.objects.bulk_create(
        _make_case(life, start + index, version, by_code, crowd) for index, life in enumerate(lives)
    )
    pairs = list(zip(cases, lives, strict=True))
    Party.objects.bulk_create(row for case, life in pairs for row in _list_parties(case, life, by_code))
    CaseEvent.objects.bulk_create(
        (row for case, life in pairs for row in _list_events(case, life, by_code, crowd)), batch_size=2000
    )
    OpenAct.objects.bulk_create(row for case, life in pairs for row in _list_acts(case, life, by_code))


def _make_case(life: Life, index: int, version: int, by_code: dict[str, Organization], crowd: Crowd) -> Case:
    is_sent = life.state.parties.penyedia != ""
    return Case(
        number=f"SPLP-2026-{index + 1:05d}",
        title=f"Permohonan contoh {index + 1}" if is_sent else "",
        state=Case.State.CLOSED if life.state.ended else Case.State.RUNNING if is_sent else Case.State.DRAFT,
        procedure_version_id=version,
        applicant=by_code[life.parties.pemohon],
        created_by=crowd.officers[life.parties.pemohon],
        created_at=life.events[0][1],
        opened_at=life.events[0][1] if is_sent else None,
        ended_at=life.at if life.state.ended else None,
        last_sequence=len(life.events),
        position=write_position(life.state),
        is_sample=True,
    )


def _list_parties(case: Case, life: Life, by_code: dict[str, Organization]) -> Iterator[Party]:
    kept = life.state.parties
    named = [
        (kept.pemohon, Party.Role.PEMOHON),
        (kept.penyedia, Party.Role.PENYEDIA),
        *((one, Party.Role.PEMANFAAT) for one in kept.pemanfaat),
    ]
    return (Party(case=case, organization=by_code[code], role=role) for code, role in named if code)


def _list_events(case: Case, life: Life, by_code: dict[str, Organization], crowd: Crowd) -> Iterator[CaseEvent]:
    steps, person = life.state.procedure.step_by_key, crowd.officers[life.parties.pemohon]
    for sequence, (event, at) in enumerate(life.events, start=1):
        yield CaseEvent(
            case=case,
            sequence=sequence,
            kind=event.kind,
            step=event.step,
            step_no=steps[event.step].no if event.step else 0,
            round=event.round,
            act=event.act,
            organization=by_code.get(event.organization),
            person=person,
            at=at,
            answers={"gate": dict(event.answers)} if event.answers else {},
            data=dict(event.data),
        )


def _list_acts(case: Case, life: Life, by_code: dict[str, Organization]) -> Iterator[OpenAct]:
    procedure, calendar = life.state.procedure, procedures.get_calendar()
    for act in life.state.list_open_acts():
        limit, entered = procedure.find_limit(act.no), life.entered[act.step]
        stands = limit is None or is_standing([act], own_limit=act.no == 1)
        yield OpenAct(
            case=case,
            step=act.step,
            step_no=act.no,
            round=act.round,
            act=act.act,
            actor=act.actor,
            organization=by_code.get(act.organization),
            opened_at=life.at,
            due_at=None if stands or limit is None else find_due(calendar, limit, [Span(entered)], [], entered),
        )
