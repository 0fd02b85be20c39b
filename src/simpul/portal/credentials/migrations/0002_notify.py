"""The exchange is told at commit when a client or a signing key has changed."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER tell_exchange AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION tell_exchange();
"""


class Migration(migrations.Migration):
    dependencies = [("credentials", "0001_initial"), ("services", "0002_notify")]
    operations = [
        migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER tell_exchange ON {table};")
        for table in ("oauth_client", "token_key")
    ]
