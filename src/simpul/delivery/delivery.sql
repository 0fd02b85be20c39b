-- try_claim: Take a key until the transaction ends, without waiting; false while another delivery holds it.
SELECT pg_try_advisory_xact_lock(hashtextextended(%(claim)s::text, 7310586));

-- forget_old_key: Free a key whose days are over; the batch itself stays.
UPDATE batch SET idempotency_key = NULL
WHERE dataset_id = %(dataset)s AND scope = %(scope)s AND idempotency_key = %(key)s AND created_at < %(since)s;

-- find_by_key: The digest and the report of the delivery that was made under a key.
SELECT digest, report::text FROM batch
WHERE dataset_id = %(dataset)s AND scope = %(scope)s AND idempotency_key = %(key)s;

-- insert_batch: Begin a batch; its counts follow in the same transaction.
INSERT INTO batch (dataset_id, application_id, person_id, scope, idempotency_key, digest, file_name, format, state,
                   received, inserted, updated, unchanged, repeated, refused, dataset_version, contract_version,
                   report, created_at, mode)
VALUES (%(dataset)s, %(application)s, %(person)s, %(scope)s, %(key)s, %(digest)s, %(file_name)s, %(format)s, 'selesai',
        0, 0, 0, 0, 0, 0, 0, %(contract_version)s, '{}', %(created_at)s, %(mode)s)
RETURNING id;

-- finish_batch: Write a batch's counts and report.
UPDATE batch SET state = %(state)s, received = %(received)s, inserted = %(inserted)s, updated = %(updated)s,
    unchanged = %(unchanged)s, repeated = %(repeated)s, refused = %(refused)s, deleted = %(deleted)s, dataset_version = %(dataset_version)s,
    report = %(report)s::jsonb, finished_at = %(finished_at)s::timestamptz
WHERE id = %(batch)s;

-- lock_dataset: Hold the dataset until the transaction ends and tell its version and how many rows it has.
SELECT version, row_count FROM dataset WHERE id = %(dataset)s FOR NO KEY UPDATE;

-- advance_dataset: Note a delivery; the version rises only with a change.
UPDATE dataset SET version = %(version)s, row_count = row_count + %(grown)s, delivered_at = %(delivered_at)s
WHERE id = %(dataset)s;

-- copy_refused: Write refused rows.
COPY refused_row (batch_id, position, findings, content, expires_at) FROM STDIN;

-- list_refused: A page of a batch's refused rows that wait to be mended, without values.
SELECT position, findings::text FROM refused_row
WHERE batch_id = %(batch)s AND position > %(after)s AND mended_by_id IS NULL
ORDER BY position LIMIT %(limit)s;

-- open_refused: A batch's refused rows that wait to be mended, with their sealed values.
SELECT position, findings::text, content FROM refused_row
WHERE batch_id = %(batch)s AND mended_by_id IS NULL AND expires_at > %(now)s
ORDER BY position;

-- count_refused: How many rows of a batch wait to be mended.
SELECT count(*) FROM refused_row WHERE batch_id = %(batch)s AND mended_by_id IS NULL AND expires_at > %(now)s;

-- purge_refused: Delete refused rows whose days are over.
DELETE FROM refused_row WHERE expires_at <= %(now)s;

-- find_report: The report of a batch and whose it is.
SELECT report::text, dataset_id, application_id, person_id FROM batch WHERE id = %(batch)s;

-- lock_refused: Hold those rows of a batch that are to be mended.
SELECT position FROM refused_row
WHERE batch_id = %(batch)s AND position = ANY(%(positions)s) AND mended_by_id IS NULL AND expires_at > %(now)s
ORDER BY position FOR UPDATE;

-- find_base: The version that a batch left its dataset at.
SELECT dataset_version FROM batch WHERE id = %(batch)s AND dataset_id = %(dataset)s;

-- mark_mended: Refused rows were sent again; their values are no longer needed.
UPDATE refused_row SET mended_by_id = %(mended_by)s, content = ''::bytea
WHERE batch_id = %(batch)s AND position = ANY(%(positions)s);
