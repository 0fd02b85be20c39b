-- count_deliveries: What was received and refused in the last deliveries, with the mends of their refused rows.
WITH RECURSIVE mends AS (
    SELECT DISTINCT r.mended_by_id AS id FROM refused_row r JOIN batch b ON b.id = r.batch_id
    WHERE b.dataset_id = %(dataset)s AND r.mended_by_id IS NOT NULL
), deliveries AS (
    SELECT id, received, refused, created_at FROM batch
    WHERE dataset_id = %(dataset)s AND received > 0 AND id NOT IN (SELECT id FROM mends)
), latest AS (
    SELECT id, received FROM deliveries
    WHERE id = (SELECT max(id) FROM deliveries)
       OR (%(by_day)s AND (created_at AT TIME ZONE %(zone)s)::date
           = (SELECT max((created_at AT TIME ZONE %(zone)s)::date) FROM deliveries))
), chain AS (
    SELECT id FROM latest
    UNION
    SELECT r.mended_by_id FROM refused_row r JOIN chain c ON c.id = r.batch_id WHERE r.mended_by_id IS NOT NULL
), told AS (
    SELECT b.refused, b.report FROM batch b JOIN chain c ON c.id = b.id
), mended AS (
    SELECT r.findings FROM refused_row r JOIN chain c ON c.id = r.batch_id WHERE r.mended_by_id IS NOT NULL
), by_column AS (
    SELECT name, sum(times) AS times FROM (
        SELECT one ->> 'column' AS name, (one ->> 'count')::bigint AS times
        FROM told, jsonb_array_elements(told.report -> 'rules') one
        UNION ALL
        SELECT one ->> 'column', -1 FROM mended, jsonb_array_elements(mended.findings) one
    ) counted GROUP BY name
)
SELECT (SELECT coalesce(sum(received), 0) FROM latest)::bigint,
       ((SELECT coalesce(sum(refused), 0) FROM told) - (SELECT count(*) FROM mended))::bigint,
       (SELECT coalesce(json_object_agg(name, greatest(times, 0)), '{}') FROM by_column)::text;

-- find_delivered_at: When the dataset was last delivered.
SELECT delivered_at FROM dataset WHERE id = %(dataset)s;
