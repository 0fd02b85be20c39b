import django.db.models.deletion
from django.db import migrations, models

from simpul.store.datasets import list_users
from simpul.store.feeds import add_missing_feeds


def add_feeds(apps, schema_editor):
    """Give tables that were made before there were feeds one of their own."""
    connection = schema_editor.connection
    connection.ensure_connection()
    add_missing_feeds(connection.connection, list_users(connection.connection))


class Migration(migrations.Migration):

    dependencies = [
        ('deliveries', '0002_batch_mode'),
        ('services', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('dataset', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='feed', serialize=False, to='services.dataset')),
                ('complete_since', models.BigIntegerField()),
            ],
            options={
                'db_table': 'feed',
            },
        ),
        migrations.RunPython(add_feeds, migrations.RunPython.noop),
    ]
