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
    deprecated_at = models.DateTimeField(null=True, blank=True)
    sunset_on = models.DateField(null=True, blank=True)  # the last day on which a deprecated version answers
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")
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
    filled_at = models.DateTimeField(null=True, blank=True)  # from the older major version, once

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
    """What an organization's applications may do with a dataset, and why; empty `row_filter` = all rows.

    `masks` maps columns to what is shown in their place; `addresses` lists the networks calls may come from, empty = any.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="grants")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=10)  # penyedia | pemanfaat
    columns = ArrayField(models.CharField(max_length=63))
    row_filter = models.TextField(blank=True)
    masks = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    addresses = ArrayField(models.CharField(max_length=43), default=list, db_default=[])
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


class Pause(models.Model):
    """Calls stopped at once and kept stopped until somebody resumes them.

    Of a whole publication, of one organization on a publication, or of one application wherever it calls.
    """

    publication = models.ForeignKey(Publication, models.PROTECT, null=True, related_name="pauses")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="pauses")
    application = models.ForeignKey(Application, models.PROTECT, null=True, related_name="pauses")
    office = models.CharField(max_length=200)  # told to callers; never a person's name
    reason = models.TextField()
    paused_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    paused_at = models.DateTimeField()
    resumed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_pause"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(publication=None, organization=None, application__isnull=False)
                | models.Q(publication__isnull=False, application=None),
                name="pause_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["publication", "organization", "application"],
                condition=models.Q(resumed_at=None),
                nulls_distinct=False,
                name="pause_once",
            ),
        ]


class LifecycleRequest(models.Model):
    """A provider's wish that a version be deprecated or retired; Kominfo decides."""

    class Wish(models.TextChoices):
        DEPRECATE = "usang", _("Umumkan akan dihentikan")
        RETIRE = "pensiun", _("Hentikan")

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="lifecycle_requests")
    wish = models.CharField(max_length=12, choices=Wish)
    sunset_on = models.DateField(null=True, blank=True)
    reason = models.TextField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)

    class Meta:
        db_table = "lifecycle_request"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "wish"], condition=models.Q(decided_at=None), name="lifecycle_request_once"
            )
        ]


class Notice(models.Model):
    """A line for the programmers of an organization; `key` makes each one told once. `link` is a path of the portal."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="notices")
    key = models.CharField(max_length=120)
    text_id = models.TextField()
    text_en = models.TextField()
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "service_notice"
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="notice_once")]
