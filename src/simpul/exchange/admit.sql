-- list_used: Calls and rows since an instant, by application and dataset (0: of none); those refused before their plan aren't counted.
SELECT application_id, coalesce(dataset_id, 0),
       count(*) FILTER (WHERE record::jsonb ->> 'phase' IS DISTINCT FROM 'end'),
       coalesce(sum((record::jsonb ->> 'rows')::bigint), 0)
FROM public.evidence WHERE at >= %s AND application_id IS NOT NULL AND status NOT IN (403, 410, 429) GROUP BY 1, 2;
