-- list_publications: Every publication that the exchange may be asked for, whatever its state.
SELECT id, context, major, stage, state, compiled FROM public.publication ORDER BY id;

-- list_datasets: The datasets of all publications.
SELECT id, publication_id, name, schema_name, table_name FROM public.dataset ORDER BY id;

-- list_grants: All grants, ended ones too, so that a refusal can say when.
SELECT id, dataset_id, organization_id, role, columns, row_filter, operations, purpose, valid_from, valid_until,
       trial_until, revoked_at
FROM public.data_grant ORDER BY id;

-- list_keys: All keys by their id, with the application they speak for.
SELECT k.key_id, k.digest, k.stage, k.expires_at, k.revoked_at, a.id, a.disabled_at, a.organization_id
FROM public.api_key AS k JOIN public.application AS a ON a.id = k.application_id;
