"""What the parties agree to can't be changed under their hands, whoever asks: only its state goes on."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION refuse_thawing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.odcs <> '' AND (TG_OP = 'DELETE' OR (NEW.contract_id, NEW.case_id, NEW.sequence, NEW.version, NEW.definition,
        NEW.odcs, NEW.digest, NEW.frozen_at, NEW.frozen_by_id) IS DISTINCT FROM (OLD.contract_id, OLD.case_id,
        OLD.sequence, OLD.version, OLD.definition, OLD.odcs, OLD.digest, OLD.frozen_at, OLD.frozen_by_id)) THEN
        RAISE EXCEPTION 'contract version % is frozen', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON contract_version FOR EACH ROW EXECUTE FUNCTION refuse_thawing();
"""
UNDO = "DROP TRIGGER frozen ON contract_version; DROP FUNCTION refuse_thawing();"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, UNDO)]
