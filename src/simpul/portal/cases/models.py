"""A case is a number, its parties and an append-only list of events; open acts are made from them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.kernel.clock import now
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person
from simpul.portal.procedures.models import ProcedureVersion


class Case(models.Model):
    """One request (permohonan). Its row is the lock under which every action on it is done."""

    class Kind(models.TextChoices):
        NEW = "baru", _("Layanan baru")
        CHANGE = "perubahan", _("Perubahan layanan")
        CONSUMER = "pemanfaat", _("Tambah pemanfaat")

    class State(models.TextChoices):
        DRAFT = "draf", _("Draf")
        RUNNING = "berjalan", _("Berjalan")
        CLOSED = "selesai", _("Selesai")
        WITHDRAWN = "ditarik", _("Ditarik pemohon")
        STOPPED = "dihentikan", _("Dihentikan")

    number = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NEW)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    procedure_version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="cases")
    applicant = models.ForeignKey(Organization, models.PROTECT, related_name="cases_applied")
    changes = models.ForeignKey("contracts.Contract", models.PROTECT, null=True, blank=True, related_name="changed_by")
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_sequence = models.PositiveIntegerField(default=0)
    position = models.JSONField(
        default=dict
    )  # the interpreter's state; `rebuild_position` makes it anew from the events
    is_sample = models.BooleanField(default=False)

    class Meta:
        db_table = "case_file"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class Party(models.Model):
    class Role(models.TextChoices):
        PEMOHON = "pemohon", _("Pemohon")
        PENYEDIA = "penyedia", _("Penyedia data")
        PEMANFAAT = "pemanfaat", _("Pemanfaat data")

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="parties")
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        db_table = "case_party"
        constraints = [models.UniqueConstraint(fields=["case", "organization", "role"], name="party_once")]


class CaseEvent(models.Model):
    """One fact in a case's history, never changed; `sequence` counts from 1 within the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    step = models.CharField(max_length=40, blank=True)
    step_no = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    act = models.CharField(max_length=40, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    answers = models.JSONField(default=dict)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "case_event"
        ordering = ["case", "sequence"]
        constraints = [models.UniqueConstraint(fields=["case", "sequence"], name="event_sequence_once")]


class OpenAct(models.Model):
    """An act that somebody owes now: made from the events, deleted when it is done. The inbox reads this alone."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="open_acts")
    step = models.CharField(max_length=40)
    step_no = models.PositiveSmallIntegerField()
    round = models.PositiveIntegerField()
    act = models.CharField(max_length=40)
    actor = models.CharField(max_length=20)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="held_acts")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    missing = models.JSONField(default=list)

    class Meta:
        db_table = "open_act"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step", "act", "organization"], nulls_distinct=False, name="open_act_once"
            )
        ]
        indexes = [
            models.Index(fields=["actor", "due_at"], condition=models.Q(organization=None), name="open_act_by_lane"),
            models.Index(fields=["organization", "due_at"], name="open_act_by_organization"),
            models.Index(fields=["holder", "due_at"], name="open_act_by_holder"),
        ]


class Draft(models.Model):
    """What a party has typed for an act and not yet sent; kept through refusals, closed pages and restarts."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="drafts")
    step = models.CharField(max_length=40)
    round = models.PositiveIntegerField()
    act = models.CharField(max_length=40)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    saved_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "draft"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step", "round", "act", "organization"], nulls_distinct=False, name="draft_once"
            )
        ]


class Comment(models.Model):
    case = models.ForeignKey(Case, models.PROTECT, related_name="comments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "case_comment"
        ordering = ["id"]


class Attachment(models.Model):
    """A file that came from outside; its digest is kept for ever. `kind` says what it stands for."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    step = models.CharField(max_length=40)
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now, editable=False)

    class Meta:
        db_table = "attachment"
        ordering = ["id"]
