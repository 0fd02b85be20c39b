-- list_versions: The confirmed versions of some lists, oldest first. An entry of a confirmed version never changes.
SELECT l.name, v.id, v.valid_from, v.digest
FROM public.code_list AS l JOIN public.code_list_version AS v ON v.code_list_id = l.id
WHERE l.name = ANY(%s) AND v.state = 'berlaku' ORDER BY l.name, v.number;

-- list_entries: The codes of one version.
SELECT code, valid_from, valid_to FROM public.code_entry WHERE version_id = %s;
