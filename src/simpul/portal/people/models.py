"""A person signs in with NIP or e-mail and acts by roles; a token lets the own programs act for him."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.portal.organizations.models import Organization


class Role(models.TextChoices):
    """What a person may do; the first four are the SOP's lanes."""

    TIM_IT = "tim_it", _("Tim IT Kominfo")
    SUB_KOORDINASI = "sub_koordinasi", _("Sub Koordinasi Pengembangan Data Aplikasi")
    BIDANG = "bidang", _("Bidang Penyelenggaraan E-Government")
    OPD = "opd", _("Petugas OPD")
    PEMROGRAM_OPD = "pemrogram_opd", _("Pemrogram OPD")
    KEPALA_DINAS = "kepala_dinas", _("Kepala Dinas")
    AUDITOR = "auditor", _("Auditor")
    PENGELOLA_SISTEM = "pengelola_sistem", _("Pengelola Sistem")


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, nip: str | None, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(nip=nip or None, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    nip = models.CharField(_("NIP"), max_length=18, unique=True, null=True, blank=True)
    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField(_("nama"), max_length=200)
    position = models.CharField(_("jabatan"), max_length=200, blank=True)
    rank = models.CharField(_("pangkat"), max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="people")
    language = models.CharField(max_length=2, choices=[("id", "Indonesia"), ("en", "English")], default="id")
    is_active = models.BooleanField(default=True)
    absent_until = models.DateField(null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "nip"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = PersonManager()

    class Meta:
        db_table = "person"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RoleAssignment(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="assignments")
    role = models.CharField(max_length=20, choices=Role)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "role_assignment"
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="one_assignment_per_role")]


class PersonalToken(models.Model):
    """A token of one person for the management API; only its digest is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    token_id = models.CharField(max_length=16, unique=True)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "personal_token"
