from django.db import migrations, models


def start(apps, schema_editor):
    apps.get_model("usage", "UsageMark").objects.get_or_create(pk=1, defaults={"seal": 0})


class Migration(migrations.Migration):
    initial = True
    dependencies = [("proofs", "0002_months")]
    operations = [
        migrations.CreateModel(
            name="UsageDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("organization_id", models.BigIntegerField()),
                ("application_id", models.BigIntegerField()),
                ("publication_id", models.BigIntegerField()),
                ("calls", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("errors", models.BigIntegerField()),
            ],
            options={"db_table": "usage_day"},
        ),
        migrations.CreateModel(
            name="UsageMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seal", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "usage_mark"},
        ),
        migrations.AddConstraint(
            model_name="usageday",
            constraint=models.UniqueConstraint(
                fields=("organization_id", "day", "application_id", "publication_id"), name="usage_day_once"
            ),
        ),
        migrations.AddIndex(
            model_name="usageday",
            index=models.Index(fields=["publication_id", "day"], name="usage_publication"),
        ),
        migrations.RunPython(start, migrations.RunPython.noop),
    ]
