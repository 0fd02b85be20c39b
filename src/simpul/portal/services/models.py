"""The rows that the exchange reads. A change of any of them is told to it by NOTIFY."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.portal.cases.models import Case
from simpul.portal.contracts.models import ContractVersion
from simpul.portal.organizations.models import Organization
from simpul.portal.people.models import Person

TESTING_APPLICATION = "Uji integrasi Simpul"
"""The hub's own program of each party, with keys for the time of a test run; nobody gets keys of it by hand."""


class Publication(models.Model):
    """A contract version put into the exchange, one a context, major version and stage."""

    class Stage(models.TextChoices):
        SANDBOX = "sandbox", _("Uji coba")
        LIVE = "live", _("Aktif")

    class State(models.TextChoices):
        PREPARING = "disiapkan", _("Sedang disiapkan")
        FAILED = "gagal", _("Gagal disiapkan")
        OPEN = "terbuka", _("Terbuka")  # sandbox: open to its grants
        VERIFICATION = "verifikasi", _("Verifikasi")
        LIVE = "aktif", _("Aktif")
        DEPRECATED = "usang", _("Akan dihentikan")
        RETIRED = "pensiun", _("Dihentikan")
        CLOSED = "ditutup", _("Ditutup")

    contract_version = models.ForeignKey(ContractVersion, models.PROTECT, related_name="publications")
    context = models.CharField(max_length=40)
    major = models.PositiveIntegerField()
    stage = models.CharField(max_length=10, choices=Stage)
    state = models.CharField(max_length=12, choices=State, default=State.PREPARING)
    compiled = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "publication"
        constraints = [models.UniqueConstraint(fields=["context", "major", "stage"], name="publication_once")]


class Dataset(models.Model):
    """One table of a publication. `version` rises with each batch that changed a row."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="datasets")
    name = models.CharField(max_length=63)
    schema_name = models.CharField(max_length=63)
    table_name = models.CharField(max_length=63)
    version = models.BigIntegerField(default=0, db_default=0)
    row_count = models.BigIntegerField(default=0, db_default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dataset"
        constraints = [models.UniqueConstraint(fields=["publication", "name"], name="dataset_once")]


class Application(models.Model):
    """A program of an organization that calls the exchange with keys of its own."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="applications")
    name = models.CharField(max_length=100)
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "application"
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="application_once")]


class ApiKey(models.Model):
    """256 random bits, found by `key_id`, kept as SHA-256, shown once."""

    class Stage(models.TextChoices):
        TEST = "test", _("Uji coba")
        LIVE = "live", _("Aktif")

    application = models.ForeignKey(Application, models.PROTECT, related_name="keys")
    key_id = models.CharField(max_length=16, unique=True)
    digest = models.BinaryField(max_length=32)
    stage = models.CharField(max_length=4, choices=Stage)
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"


class Grant(models.Model):
    """What an organization's applications may do with a dataset, and why; empty `row_filter` = all rows."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="grants")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=10)  # penyedia | pemanfaat
    columns = ArrayField(models.CharField(max_length=63))
    row_filter = models.TextField(blank=True)
    operations = ArrayField(models.CharField(max_length=10))  # read, deliver
    purpose = models.TextField()
    legal_basis = models.TextField(blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    trial_until = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="grants")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "data_grant"
