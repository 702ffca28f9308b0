/** The channel that tells of committed events. A notice is delivered only if its transaction commits. */
export const CHANNEL = 'trilith_outbox';

/**
 * Adds events and tells the relay.
 * $1 jsonb: list of { id, topic, key, payload, headers }, in order.
 */
export const ADD = `
WITH added AS (
  INSERT INTO outbox (id, topic, key, payload, headers)
  -- A payload of JSON null arrives from the record set as an SQL null.
  SELECT id, topic, key, coalesce(payload, 'null'), headers
  FROM ROWS FROM (
    jsonb_to_recordset($1::jsonb) AS (id uuid, topic text, key text, payload jsonb, headers jsonb)
  ) WITH ORDINALITY AS message (id, topic, key, payload, headers, position)
  ORDER BY position
  RETURNING 1
)
SELECT pg_notify('${CHANNEL}', '') FROM (SELECT count(*) FROM added) AS once`;

/**
 * The first unsent events. All of them are looked at each time, never only those after the last:
 * a transaction may commit after another that took a higher sequence.
 * $1 int: limit. Rows: id, topic, key, payload, headers.
 */
export const UNSENT = `
SELECT id, topic, key, payload, headers
FROM outbox
WHERE sent_at IS NULL
ORDER BY sequence
LIMIT $1`;

/** $1 uuid[]: events that the publisher has taken. */
export const MARK_SENT = `
UPDATE outbox SET sent_at = clock_timestamp()
WHERE id = ANY ($1::uuid[]) AND sent_at IS NULL`;

/** $1 float: age in milliseconds; $2 int: limit. */
export const REMOVE_SENT = `
DELETE FROM outbox
WHERE sequence IN (
  SELECT sequence
  FROM outbox
  WHERE sent_at < clock_timestamp() - $1 * interval '1 millisecond'
  ORDER BY sent_at
  LIMIT $2
)`;

/** Rows: pending, oldest_age_ms (null when nothing is pending). */
export const LAG = `
SELECT
  count(*)::float8 AS pending,
  extract(epoch FROM clock_timestamp() - min(created_at))::float8 * 1000 AS oldest_age_ms
FROM outbox
WHERE sent_at IS NULL`;
