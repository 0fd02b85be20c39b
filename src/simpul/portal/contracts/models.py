"""A contract (rumusan integrasi data) has versions; a frozen one never changes and is what the parties agree to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.portal.cases.models import Case
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person


class Contract(models.Model):
    context = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    provider = models.ForeignKey(Organization, models.PROTECT, related_name="contracts")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "contract"
        ordering = ["context"]

    def __str__(self) -> str:
        return self.context


class ContractVersion(models.Model):
    """`definition` is `simpul.contract.model.Contract.to_dict()`; `odcs` and `digest` are set when frozen.

    `case` is None for the hub's own service of code lists, which no case asked for.
    """

    class State(models.TextChoices):
        DRAFT = "draf", _("Draf")
        FROZEN = "beku", _("Dibekukan untuk disepakati")
        AGREED = "sepakat", _("Disepakati")
        REJECTED = "ditolak", _("Tidak disepakati")
        SUPERSEDED = "diganti", _("Diganti versi baru")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="versions")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="contract_versions")
    sequence = models.PositiveIntegerField()
    version = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    definition = models.JSONField(default=dict)
    odcs = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    frozen_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "contract_version"
        ordering = ["contract", "sequence"]
        constraints = [models.UniqueConstraint(fields=["contract", "sequence"], name="contract_version_once")]


class Agreement(models.Model):
    contract_version = models.ForeignKey(ContractVersion, models.PROTECT, related_name="agreements")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    agrees = models.BooleanField()
    reason = models.TextField(blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "agreement"
        constraints = [
            models.UniqueConstraint(fields=["contract_version", "organization", "role"], name="agreement_once")
        ]
