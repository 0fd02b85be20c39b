"""Code lists and their versions. A confirmed version never changes; a change is a new version."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.portal.people.models import Person


class CodeList(models.Model):
    """A list by the name that contracts use. `is_own`: the hub writes it itself, of its organizations."""

    name = models.CharField(_("nama daftar"), max_length=48, unique=True)
    title = models.CharField(_("judul"), max_length=200)
    description = models.TextField(_("uraian"), max_length=2000, blank=True)
    is_own = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "code_list"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class CodeListVersion(models.Model):
    """`valid_from`: from which day on the version counts. `digest`: SHA-256 over its entries, 32 bytes.

    `published_at`: when the exchange got it. `remarks`: what was left out of the file, in words.
    """

    class State(models.TextChoices):
        PROPOSED = "usulan", _("Menunggu konfirmasi")
        IN_FORCE = "berlaku", _("Dikonfirmasi")
        REJECTED = "batal", _("Dibatalkan")

    code_list = models.ForeignKey(CodeList, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    source = models.CharField(_("sumber"), max_length=300)
    decision_number = models.CharField(_("nomor keputusan"), max_length=200, blank=True)
    licence = models.CharField(_("lisensi"), max_length=200, blank=True)
    valid_from = models.DateField(_("berlaku mulai"))
    remarks = models.JSONField(default=list)
    differences = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)
    entry_count = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=200, blank=True)
    proposed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "code_list_version"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["code_list", "number"], name="code_list_version_once"),
            models.UniqueConstraint(
                fields=["code_list"], condition=models.Q(state="usulan"), name="one_proposed_version_each"
            ),
        ]


class CodeEntry(models.Model):
    """One code with its name; open ends are null."""

    version = models.ForeignKey(CodeListVersion, models.CASCADE, related_name="entries")
    position = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=300)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        db_table = "code_entry"
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="code_entry_once")]
