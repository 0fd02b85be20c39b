-- list_publications: Every publication that the exchange may be asked for, whatever its state, with stamps that change with its row, its datasets and its grants.
SELECT p.id, p.context, p.major, p.stage, p.state, p.xmin::text, p.deprecated_at, p.sunset_on,
       s.stage, s.context, s.major, d.stamp, g.stamp
FROM public.publication AS p
LEFT JOIN public.publication AS s ON s.id = p.successor_id
LEFT JOIN (
    SELECT publication_id, md5(string_agg(id || ':' || xmin::text, ',' ORDER BY id)) AS stamp
    FROM public.dataset GROUP BY publication_id
) AS d ON d.publication_id = p.id
LEFT JOIN (
    SELECT dataset.publication_id, md5(string_agg(data_grant.id || ':' || data_grant.xmin::text, ',' ORDER BY data_grant.id)) AS stamp
    FROM public.data_grant JOIN public.dataset ON dataset.id = data_grant.dataset_id GROUP BY dataset.publication_id
) AS g ON g.publication_id = p.id
ORDER BY p.id;

-- list_compiled: The compiled contracts of some publications.
SELECT id, compiled FROM public.publication WHERE id = ANY(%s);

-- list_datasets: The datasets of some publications.
SELECT id, publication_id, name, schema_name, table_name, delivered_at FROM public.dataset
WHERE publication_id = ANY(%s) ORDER BY id;

-- list_grants: The grants on some publications, ended ones too, so that a refusal can say when.
SELECT g.id, g.dataset_id, g.organization_id, g.role, g.columns, g.row_filter, g.operations, g.purpose, g.valid_from,
       g.valid_until, g.trial_until, g.revoked_at, g.masks, g.addresses
FROM public.data_grant AS g JOIN public.dataset AS d ON d.id = g.dataset_id
WHERE d.publication_id = ANY(%s) ORDER BY g.id;

-- stamp_keys: One text that changes with any key, OAuth client or application.
SELECT md5(coalesce((SELECT string_agg(id || ':' || xmin::text, ',' ORDER BY id) FROM public.api_key), ''))
    || md5(coalesce((SELECT string_agg(id || ':' || xmin::text, ',' ORDER BY id) FROM public.oauth_client), ''))
    || md5(coalesce((SELECT string_agg(id || ':' || xmin::text, ',' ORDER BY id) FROM public.application), ''));

-- list_keys: All keys and OAuth clients by their id, with the application they speak for; a client has no digest.
SELECT k.key_id, k.digest, k.stage, k.expires_at, k.revoked_at, a.id, a.disabled_at, a.organization_id
FROM (
    SELECT key_id, digest, stage, expires_at, revoked_at, application_id FROM public.api_key
    UNION ALL SELECT client_id, '', 'test', expires_at, revoked_at, application_id FROM public.oauth_client
) AS k JOIN public.application AS a ON a.id = k.application_id;

-- list_token_keys: The public keys of tokens, by key id.
SELECT key_id, jwk FROM public.token_key WHERE verifies_until IS NULL OR verifies_until > now();

-- list_pauses: What is paused now.
SELECT publication_id, organization_id, application_id, office, paused_at FROM public.access_pause
WHERE resumed_at IS NULL;

-- list_plans: The plans, in the order of an allowance's fields.
SELECT id, default_for, name, rate_per_second, burst, calls_per_day, rows_per_request, rows_per_day, concurrent_calls,
       body_megabytes
FROM public.plan;

-- list_assignments: Which plan holds for an application on a dataset in place of the stage's default.
SELECT application_id, dataset_id, plan_id FROM public.plan_assignment;
