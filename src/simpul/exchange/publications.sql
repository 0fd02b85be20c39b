-- list_publications: Every publication that the exchange may be asked for, whatever its state; `xmin` changes with the row.
SELECT p.id, p.context, p.major, p.stage, p.state, p.xmin::text, p.deprecated_at, p.sunset_on,
       s.stage, s.context, s.major
FROM public.publication AS p LEFT JOIN public.publication AS s ON s.id = p.successor_id ORDER BY p.id;

-- list_compiled: The compiled contracts of some publications.
SELECT id, compiled FROM public.publication WHERE id = ANY(%s);

-- list_datasets: The datasets of all publications.
SELECT id, publication_id, name, schema_name, table_name, delivered_at FROM public.dataset ORDER BY id;

-- list_grants: All grants, ended ones too, so that a refusal can say when.
SELECT id, dataset_id, organization_id, role, columns, row_filter, operations, purpose, valid_from, valid_until,
       trial_until, revoked_at, masks, addresses
FROM public.data_grant ORDER BY id;

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
