-- limit_waiting: Wait for another delivery's end no longer than a program waits for an answer.
SELECT set_config('lock_timeout', '8s', true);

-- lock_dataset: Hold the dataset until the transaction ends, before its rows are chosen.
SELECT FROM public.dataset WHERE id = %(dataset)s FOR NO KEY UPDATE;

-- limit_answering: Answer with the written rows in the given zone, within the time of a read.
SELECT set_config('TimeZone', %(zone)s, true), set_config('statement_timeout', %(timeout)s, true);
