-- make_months: Make the partitions of this month and the next two, and of months that strayed into the rest.
SELECT public.make_evidence_months();

-- list_months: The names of evidence's partitions by month, in order.
SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
WHERE i.inhparent = 'public.evidence'::regclass AND c.relname ~ '^evidence_[0-9]{4}_[0-9]{2}$' ORDER BY 1;

-- has_unsealed: Is there a row of the month that no seal holds?
SELECT 1 FROM {evidence} AS e WHERE NOT EXISTS (SELECT FROM {sealed} AS s WHERE s.evidence_id = e.id AND s.at = e.at) LIMIT 1;

-- list_seals_of_month: The seals over a month's rows, in order.
SELECT number, count, root, previous, digest, key_id, signature, signed_at FROM public.seal
WHERE number IN (SELECT seal_id FROM {sealed}) ORDER BY number;

-- add_archive: Keep the signed manifest of a month that is taken out.
INSERT INTO public.evidence_archive (month, manifest, detached_at) VALUES (%(month)s, %(manifest)s, %(at)s);

-- detach_month: Take a month's partition out of its table.
ALTER TABLE {parent} DETACH PARTITION {month};

-- count_month: How many rows a partition holds.
SELECT count(*) FROM {month};

-- drop_month: Remove a partition that was taken out.
DROP TABLE {month};
