"""The exchange is told at commit when what it holds in memory has changed."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION tell_exchange() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('simpul_publications', TG_TABLE_NAME);
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER tell_exchange AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION tell_exchange();
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION tell_exchange();"),
        *(
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER tell_exchange ON {table};")
            for table in ("publication", "data_grant", "application", "api_key")
        ),
    ]
