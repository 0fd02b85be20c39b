-- find_last_seal: The newest seal, which the next one is chained to.
SELECT number, count, root, previous, digest, key_id, signature, signed_at
FROM public.seal ORDER BY number DESC LIMIT 1;

-- list_waiting: Rows that no seal holds yet, by number, from a number on.
SELECT e.id, e.digest, e.at FROM public.evidence AS e
WHERE e.id >= %(since)s
  AND NOT EXISTS (SELECT FROM public.sealed_row AS s WHERE s.evidence_id = e.id AND s.evidence_id >= %(since)s)
ORDER BY e.id LIMIT %(limit)s;

-- find_newest_sealed: The highest number of a sealed row.
SELECT coalesce(max(evidence_id), 0) FROM public.sealed_row;

-- add_seal: Add a seal.
INSERT INTO public.seal (number, count, root, previous, digest, key_id, signature, signed_at)
VALUES (%(number)s, %(count)s, %(root)s, %(previous)s, %(digest)s, %(key_id)s, %(signature)s, %(signed_at)s);

-- add_sealed_rows: Note which row is which leaf of the seal; the arrays are in the leaves' order.
INSERT INTO public.sealed_row (evidence_id, at, seal_id, position)
SELECT given.id, given.at, %(seal)s, given.place - 1
FROM unnest(%(rows)s::bigint[], %(times)s::timestamptz[]) WITH ORDINALITY AS given (id, at, place);

-- list_seals: Every seal in order.
SELECT number, count, root, previous, digest, key_id, signature, signed_at FROM public.seal ORDER BY number;

-- list_sealed_rows: One seal's rows in the leaves' order.
SELECT s.position, e.id, e.record, e.digest, e.uid, e.at, e.organization_id, e.application_id, e.publication_id,
       e.dataset_id, e.status
FROM public.sealed_row AS s JOIN public.evidence AS e ON e.id = s.evidence_id AND e.at = s.at
WHERE s.seal_id = %(seal)s ORDER BY s.position;

-- list_unsealed_rows: A page of rows that no seal holds yet, in full.
SELECT e.id, e.record, e.digest, e.uid, e.at, e.organization_id, e.application_id, e.publication_id, e.dataset_id, e.status
FROM public.evidence AS e
WHERE e.id > %(after)s AND NOT EXISTS (SELECT FROM public.sealed_row AS s WHERE s.evidence_id = e.id)
ORDER BY e.id LIMIT %(limit)s;

-- list_archives: The signed manifests of the months whose rows were taken out, in order.
SELECT manifest FROM public.evidence_archive ORDER BY month;
