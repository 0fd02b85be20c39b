-- add_evidence: Add the records that aren't there yet, given as lines of canonical text; the rest is read from them.
INSERT INTO public.evidence
    (uid, at, organization_id, application_id, publication_id, dataset_id, status, record, digest)
SELECT told.*, given.record, sha256(convert_to(given.record, 'UTF8'))
FROM string_to_table(%s, E'\n') AS given (record),
     json_to_record(given.record::json) AS told (uid uuid, at timestamptz, organization_id bigint, application_id bigint,
                                                 publication_id bigint, dataset_id bigint, status smallint)
ON CONFLICT (uid, at) DO NOTHING;
