-- set_limits: Bound how long a statement of this transaction runs, and how long it waits for a lock.
SELECT set_config('statement_timeout', %(statement)s, true), set_config('lock_timeout', %(lock)s, true);

-- set_zone: Write times in a zone until the transaction ends.
SELECT set_config('TimeZone', %(zone)s, true);

-- lock_dataset: Hold the dataset until the transaction ends, before its rows are chosen.
SELECT FROM public.dataset WHERE id = %(dataset)s FOR NO KEY UPDATE;
