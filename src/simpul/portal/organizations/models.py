"""Government bodies change: each row says from when and to when it holds, and who comes after."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """A government body (instansi, OPD/SKPD). Codes are never used again."""

    class Kind(models.TextChoices):
        KOMINFO = "kominfo", _("Dinas Kominfo")
        OPD = "opd", _("Perangkat daerah")
        OTHER = "lain", _("Instansi lain")

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OPD)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=300, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "organization"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Official(models.Model):
    """One who signs for an organization: position, rank, NIP, and whether acting."""

    class Acting(models.TextChoices):
        NONE = "", _("Definitif")
        PLT = "Plt.", "Plt."
        PLH = "Plh.", "Plh."
        AN = "a.n.", "a.n."

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="officials")
    position = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    rank = models.CharField(max_length=100, blank=True)
    nip = models.CharField(max_length=18, blank=True)
    acting = models.CharField(max_length=5, choices=Acting, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "official"
        ordering = ["organization", "position"]

    def __str__(self) -> str:
        return f"{self.acting} {self.position}".strip()


class Letterhead(models.Model):
    """How an organization's papers look: its head lines, place, paper, font, number format."""

    class PaperSize(models.TextChoices):
        A4 = "a4", "A4"
        F4 = "f4", "F4 (215 × 330 mm)"

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="letterhead")
    government = models.CharField(max_length=200)
    agency = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    contact = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100)
    paper_size = models.CharField(max_length=2, choices=PaperSize, default=PaperSize.A4)
    font = models.CharField(max_length=40, default="Arial")
    number_format = models.CharField(max_length=100, default="{klasifikasi}/{urut}/{unit}/{bulan}/{tahun}")
    coat_of_arms = models.BinaryField(null=True, blank=True)

    class Meta:
        db_table = "letterhead"
