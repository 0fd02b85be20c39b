-- lock_sealing: Let one sealer, or one change of keys, work at a time, until its transaction ends.
SELECT pg_advisory_xact_lock(7310590);

-- find_last_number: The newest seal's number, 0 where there is none.
SELECT coalesce(max(number), 0) FROM public.seal;

-- find_last_link: The newest public key.
SELECT number, key_id, public, previous, after_seal, made_at, signature
FROM public.seal_key ORDER BY number DESC LIMIT 1;

-- list_links: Every public key in order.
SELECT number, key_id, public, previous, after_seal, made_at, signature FROM public.seal_key ORDER BY number;

-- add_link: Add a public key.
INSERT INTO public.seal_key (number, key_id, public, previous, after_seal, made_at, signature)
VALUES (%(number)s, %(key_id)s, %(public)s, %(previous)s, %(after_seal)s, %(made_at)s, %(signature)s);
