-- list_outdated: Datasets with versions made before an instant that their feeds still hold, and the last such version.
SELECT d.id, d.schema_name, d.table_name, max(b.dataset_version)
FROM public.dataset AS d
JOIN public.batch AS b ON b.dataset_id = d.id AND b.finished_at < %(before)s
LEFT JOIN public.feed AS f ON f.dataset_id = d.id
GROUP BY d.id, f.complete_since HAVING max(b.dataset_version) > coalesce(f.complete_since, 0)
ORDER BY d.id;

-- note_start: A feed is whole since this version from now on.
INSERT INTO public.feed (dataset_id, complete_since) VALUES (%(dataset)s, %(version)s)
ON CONFLICT (dataset_id) DO UPDATE SET complete_since = greatest(feed.complete_since, excluded.complete_since);
