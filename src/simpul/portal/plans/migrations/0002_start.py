"""The exchange is told of each change; a new hub starts with one plan for each stage."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER tell_exchange AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION tell_exchange();
"""
PLANS = (
    {
        "name": "Standar",
        "rate_per_second": 50,
        "burst": 500,
        "calls_per_day": 500_000,
        "rows_per_request": None,
        "rows_per_day": 20_000_000,
        "concurrent_calls": 20,
        "body_megabytes": None,
        "default_for": "live",
    },
    {
        "name": "Uji coba",
        "rate_per_second": 50,
        "burst": 500,
        "calls_per_day": 50_000,
        "rows_per_request": 10_000,
        "rows_per_day": 2_000_000,
        "concurrent_calls": 20,
        "body_megabytes": 25,
        "default_for": "sandbox",
    },
)


def add_plans(apps, schema_editor):
    plan = apps.get_model("plans", "Plan")
    for values in PLANS:
        plan.objects.get_or_create(name=values["name"], defaults=values)


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("services", "0002_notify")]
    operations = [
        *(
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER tell_exchange ON {table};")
            for table in ("plan", "plan_assignment")
        ),
        migrations.RunPython(add_plans, migrations.RunPython.noop),
    ]
