-- add_evidence: Add the records that aren't there yet; each array holds one value a record.
INSERT INTO public.evidence
    (uid, at, organization_id, application_id, publication_id, dataset_id, status, record, digest)
SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                     %s::smallint[], %s::text[], %s::bytea[])
ON CONFLICT (uid, at) DO NOTHING;
