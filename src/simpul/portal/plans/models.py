"""The plans and their assignments; the exchange is told of a change by NOTIFY."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from simpul.portal.people.models import Person
from simpul.portal.services.models import Application, Dataset, Publication

AT_LEAST_ONE = [MinValueValidator(1)]


class Plan(models.Model):
    """Limits for one application on one dataset; an empty one is the hub's own limit alone.

    `rate_per_second` is the lasting rate, `burst` how many calls may come at once after a pause. A day begins at
    midnight in WITA. The plan whose `default_for` is a stage holds there for everybody without an assignment.
    """

    name = models.CharField(_("nama paket"), max_length=60, unique=True)
    rate_per_second = models.PositiveIntegerField(
        _("permintaan tiap detik"), null=True, blank=True, validators=[*AT_LEAST_ONE, MaxValueValidator(100_000)]
    )
    burst = models.PositiveIntegerField(
        _("lonjakan"), null=True, blank=True, validators=[*AT_LEAST_ONE, MaxValueValidator(1_000_000)]
    )
    calls_per_day = models.PositiveBigIntegerField(
        _("permintaan tiap hari"), null=True, blank=True, validators=AT_LEAST_ONE
    )
    rows_per_request = models.PositiveIntegerField(
        _("baris tiap permintaan"), null=True, blank=True, validators=AT_LEAST_ONE
    )
    rows_per_day = models.PositiveBigIntegerField(_("baris tiap hari"), null=True, blank=True, validators=AT_LEAST_ONE)
    concurrent_calls = models.PositiveIntegerField(
        _("permintaan bersamaan"), null=True, blank=True, validators=[*AT_LEAST_ONE, MaxValueValidator(10_000)]
    )
    body_megabytes = models.PositiveIntegerField(
        _("ukuran kiriman (MB)"), null=True, blank=True, validators=[*AT_LEAST_ONE, MaxValueValidator(100)]
    )
    default_for = models.CharField(_("berlaku umum pada"), max_length=10, choices=Publication.Stage, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "plan"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["default_for"], condition=~models.Q(default_for=""), name="one_default_plan_a_stage"
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanAssignment(models.Model):
    """The plan that holds for one application on one dataset in place of the stage's default."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="plans")
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="plans")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "plan_assignment"
        constraints = [models.UniqueConstraint(fields=["application", "dataset"], name="one_plan_each")]
