"""Evidence by months, so that old months can be archived; the chain of public keys; archives; the roots told each day.

A month's partition is made ahead; what comes for a month that has none goes to `…_rest`, so that no call is ever refused
for it, and is moved as soon as the month is made.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

MONTHS = """
CREATE FUNCTION make_evidence_month(parent text, month timestamp) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text := parent || to_char(month, '_YYYY_MM');
    rest text := parent || '_rest';
    first timestamptz := month AT TIME ZONE 'Asia/Makassar';
    after timestamptz := (month + interval '1 month') AT TIME ZONE 'Asia/Makassar';
    strays boolean;
BEGIN
    IF to_regclass('public.' || name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, parent);
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE at >= $1 AND at < $2)', rest) INTO strays USING first, after;
    IF strays THEN
        EXECUTE format('ALTER TABLE public.%I DETACH PARTITION public.%I', parent, rest);
        EXECUTE format('WITH moved AS (DELETE FROM public.%I WHERE at >= $1 AND at < $2 RETURNING *)'
                       ' INSERT INTO public.%I SELECT * FROM moved', rest, name) USING first, after;
    END IF;
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', parent, name, first, after);
    IF strays THEN
        EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I DEFAULT', parent, rest);
    END IF;
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON public.%I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()', name);
END $$;

-- Run by the worker, who owns no table: it can make just these months and nothing else.
CREATE FUNCTION make_evidence_months() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    wanted timestamp;
BEGIN
    PERFORM pg_advisory_xact_lock(7310591);
    FOR wanted IN
        SELECT date_trunc('month', now() AT TIME ZONE 'Asia/Makassar') + make_interval(months => ahead)
        FROM generate_series(0, 2) AS ahead
        UNION SELECT date_trunc('month', at AT TIME ZONE 'Asia/Makassar') FROM public.evidence_rest
        UNION SELECT date_trunc('month', at AT TIME ZONE 'Asia/Makassar') FROM public.sealed_row_rest
        ORDER BY 1
    LOOP
        -- What comes late for a month that is away stays in the rest.
        CONTINUE WHEN EXISTS (SELECT FROM public.evidence_archive AS a WHERE a.month = to_char(wanted, 'YYYY-MM'));
        PERFORM public.make_evidence_month('evidence', wanted);
        PERFORM public.make_evidence_month('sealed_row', wanted);
    END LOOP;
END $$;
"""

TABLES = """
ALTER TABLE sealed_row RENAME TO sealed_row_before;
ALTER TABLE evidence RENAME TO evidence_before;

CREATE SEQUENCE evidence_number;
CREATE TABLE evidence (
    id bigint NOT NULL DEFAULT nextval('evidence_number'),
    uid uuid NOT NULL,
    at timestamptz NOT NULL,
    organization_id bigint,
    application_id bigint,
    publication_id bigint,
    dataset_id bigint,
    status smallint NOT NULL CHECK (status >= 0),
    record text NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (id, at),
    CONSTRAINT evidence_once UNIQUE (uid, at)
) PARTITION BY RANGE (at);
ALTER SEQUENCE evidence_number OWNED BY evidence.id;
SELECT setval('evidence_number', coalesce(max(id), 0) + 1, false) FROM evidence_before;
CREATE INDEX evidence_at ON evidence USING brin (at);
CREATE INDEX evidence_organization ON evidence (organization_id, id);
CREATE INDEX evidence_dataset ON evidence (dataset_id, id);
CREATE TABLE evidence_rest PARTITION OF evidence DEFAULT;

CREATE TABLE sealed_row (
    evidence_id bigint NOT NULL,
    at timestamptz NOT NULL,
    seal_id bigint NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    PRIMARY KEY (evidence_id, at),
    CONSTRAINT sealed_position UNIQUE (seal_id, position, at)
) PARTITION BY RANGE (at);
CREATE TABLE sealed_row_rest PARTITION OF sealed_row DEFAULT;
"""

COPY = """
SELECT make_evidence_month(parent, month)
FROM (SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'Asia/Makassar') AS month FROM evidence_before) AS months,
     (VALUES ('evidence'), ('sealed_row')) AS tables (parent);
INSERT INTO evidence (id, uid, at, organization_id, application_id, publication_id, dataset_id, status, record, digest)
SELECT id, uid, at, organization_id, application_id, publication_id, dataset_id, status, record, digest
FROM evidence_before;
INSERT INTO sealed_row (evidence_id, at, seal_id, position)
SELECT s.evidence_id, e.at, s.seal_id, s.position FROM sealed_row_before AS s JOIN evidence_before AS e ON e.id = s.evidence_id;
DROP TABLE sealed_row_before;
DROP TABLE evidence_before;
SELECT make_evidence_months();
"""

# A partition gets the row trigger of its parent by itself, but not the one of TRUNCATE.
TRIGGERS = "\n".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    for table in ("evidence", "sealed_row", "seal_key", "evidence_archive", "daily_root")
) + "\n".join(
    f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
    for table in (
        "evidence", "evidence_rest", "sealed_row", "sealed_row_rest", "seal_key", "evidence_archive", "daily_root"
    )
)

EVIDENCE_STATE = [
    migrations.AlterField("evidence", "uid", models.UUIDField()),
    migrations.AlterField("evidence", "at", models.DateTimeField()),
    migrations.AlterField("evidence", "organization_id", models.BigIntegerField(null=True)),
    migrations.AlterField("evidence", "dataset_id", models.BigIntegerField(null=True)),
    migrations.AddConstraint("evidence", models.UniqueConstraint(fields=("uid", "at"), name="evidence_once")),
    migrations.AddIndex("evidence", django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="evidence_at")),
    migrations.AddIndex("evidence", models.Index(fields=["organization_id", "id"], name="evidence_organization")),
    migrations.AddIndex("evidence", models.Index(fields=["dataset_id", "id"], name="evidence_dataset")),
    migrations.AddField("sealedrow", "at", models.DateTimeField(default=None), preserve_default=False),
    migrations.AlterField(
        "sealedrow",
        "evidence",
        models.OneToOneField(
            db_constraint=False,
            on_delete=django.db.models.deletion.DO_NOTHING,
            primary_key=True,
            related_name="sealed",
            serialize=False,
            to="proofs.evidence",
        ),
    ),
    migrations.AlterField(
        "sealedrow",
        "seal",
        models.ForeignKey(
            db_constraint=False,
            db_index=False,
            on_delete=django.db.models.deletion.DO_NOTHING,
            related_name="rows",
            to="proofs.seal",
        ),
    ),
    migrations.RemoveConstraint("sealedrow", "sealed_position_once"),
    migrations.AddConstraint(
        "sealedrow", models.UniqueConstraint(fields=("seal", "position", "at"), name="sealed_position")
    ),
]


class Migration(migrations.Migration):
    dependencies = [("proofs", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="SealKey",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("key_id", models.CharField(max_length=40, unique=True)),
                ("public", models.BinaryField(max_length=32)),
                ("previous", models.CharField(blank=True, max_length=40)),
                ("after_seal", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("signature", models.BinaryField(max_length=64)),
            ],
            options={"db_table": "seal_key", "ordering": ["number"]},
        ),
        migrations.CreateModel(
            name="EvidenceArchive",
            fields=[
                ("month", models.CharField(max_length=7, primary_key=True, serialize=False)),
                ("manifest", models.TextField()),
                ("detached_at", models.DateTimeField()),
            ],
            options={"db_table": "evidence_archive", "ordering": ["month"]},
        ),
        migrations.CreateModel(
            name="DailyRoot",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("told_at", models.DateTimeField()),
                (
                    "seal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="days", to="proofs.seal"
                    ),
                ),
            ],
            options={"db_table": "daily_root", "ordering": ["-day"]},
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(MONTHS),
                migrations.RunSQL(TABLES),
                migrations.RunSQL(TRIGGERS),
                migrations.RunSQL(COPY),
            ],
            state_operations=EVIDENCE_STATE,
        ),
    ]
