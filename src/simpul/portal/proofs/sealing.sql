-- try_lock: Take the sealer's lock until the transaction ends, or say that another has it.
SELECT pg_try_advisory_xact_lock(7310590)

-- list_waiting: The rows that no seal holds. A call takes less than a day from its instant to its commit.
SELECT e.id, e.digest
FROM evidence e
WHERE e.at > COALESCE((SELECT max(signed_at) FROM seal), '-infinity'::timestamptz) - interval '1 day'
  AND NOT EXISTS (SELECT 1 FROM sealed_row s WHERE s.evidence_id = e.id)
ORDER BY e.id
LIMIT %(limit)s

-- find_last: The newest seal, in the order of the fields of `simpul.evidence.seal.Seal`.
SELECT number, count, root, previous, digest, key_id, signature, signed_at
FROM seal
ORDER BY number DESC
LIMIT 1

-- insert_seal: Keep a seal.
INSERT INTO seal (number, count, root, previous, digest, key_id, signature, signed_at)
VALUES (%(number)s, %(count)s, %(root)s, %(previous)s, %(digest)s, %(key_id)s, %(signature)s, %(signed_at)s)

-- insert_rows: Keep which row is which leaf of a seal, counted from 0.
INSERT INTO sealed_row (evidence_id, seal_id, position)
SELECT id, %(seal)s, ordinality - 1 FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS leaf (id, ordinality)
