"""History can't be rewritten: these tables refuse UPDATE, DELETE and TRUNCATE, whoever asks."""

from django.db import migrations

TABLES = ["audit_entry", "case_event", "case_comment", "agreement", "procedure_version", "calendar_version", "paper", "evidence", "seal", "sealed_row"]

FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
TRIGGER = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
UNDO = "DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_truncate ON {table};"


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("cases", "0002_initial"),
        ("contracts", "0001_initial"),
        ("papers", "0001_initial"),
        ("procedures", "0001_initial"),
        ("proofs", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_change();"),
        *(migrations.RunSQL(TRIGGER.format(table=table), UNDO.format(table=table)) for table in TABLES),
    ]
