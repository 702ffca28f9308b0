/** This outbox's channel for news of commits, an expression: several may live in one database. */
const CHANNEL = `'trilith_outbox_' || 'outbox'::regclass::oid`;

/**
 * The advisory lock of a relay that sleeps, an expression: "trilith" in ASCII with the table's id in
 * its lower half, so that no other outbox and hardly another program uses the same.
 */
const SLEEP = `((x'7472696c69746800'::bigint) # 'outbox'::regclass::oid::bigint)`;

/** Bytes that a notice can carry: NOTIFY takes fewer than 8,000. */
const MOST_TOLD = 7_999;

/**
 * Adds events, and tells the relay if it sleeps: the events themselves, where they are few and small
 * enough to go with the notice, so that it need not look for them.
 * $1 jsonb: list of { id, topic, key, payload, headers, deliverAt }, in order.
 *
 * NOTIFY takes a lock on the whole database from before the commit to after it, so that transactions
 * that notify commit one after another. Under load the relay is awake and nobody need tell it:
 * - A sleeping relay holds SLEEP exclusively. Whoever adds events meanwhile cannot share it, and
 *   notifies.
 * - A relay that is awake does not hold it. Whoever adds events shares it until its transaction is
 *   over, and does not notify.
 *
 * No wake-up is lost:
 * - Who shares the lock is visible to other transactions before it lets go of it: PostgreSQL ends a
 *   transaction first and releases its locks then. So when a relay gets the lock, whatever was added
 *   under a shared one can be seen, and it looks once more before it sleeps.
 * - Who could not share it notifies a relay that listened before it took the lock. A notice that
 *   comes while the relay is awake is remembered and keeps it from sleeping.
 * - If that relay dies before the commit, its session and lock end with it. Its successor listens
 *   before it looks: a commit that the look misses comes later, and its notice is heard.
 *
 * So whoever sleeps with the lock, and looked after taking it, hears of every commit since; and
 * PostgreSQL gives notices in the order of the commits.
 */
export const ADD = `
WITH added AS (
  INSERT INTO outbox (id, topic, key, payload, headers, deliver_at)
  -- A payload of JSON null arrives from the record set as an SQL null.
  SELECT id, topic, key, coalesce(payload, 'null'), headers, "deliverAt"
  FROM ROWS FROM (
    jsonb_to_recordset($1::jsonb)
      AS (id uuid, topic text, key text, payload jsonb, headers jsonb, "deliverAt" timestamptz)
  ) WITH ORDINALITY AS message (id, topic, key, payload, headers, "deliverAt", position)
  ORDER BY position
  RETURNING 1
)
SELECT CASE
  WHEN NOT pg_try_advisory_xact_lock_shared(${SLEEP}) THEN pg_notify(
    ${CHANNEL},
    CASE WHEN octet_length($1::jsonb::text) <= ${MOST_TOLD} THEN $1::jsonb::text ELSE '' END
  )
END
FROM (SELECT count(*) FROM added) AS once`;

/** One row: channel, and the process that answers. */
export const LISTENING = `SELECT ${CHANNEL} AS channel, pg_backend_pid() AS pid`;

/** One row: armed, whether SLEEP could be taken. Who adds events from then on notifies. */
export const ARM = `SELECT pg_try_advisory_lock(${SLEEP}) AS armed`;

/** Who adds events from now on need not notify. */
export const DISARM = `SELECT pg_advisory_unlock(${SLEEP})`;

/**
 * The first unsent events. All of them are looked at each time, never only those after the last:
 * a transaction may commit after another that took a higher sequence.
 * $1 int: limit; $2 uuid[]: events to leave out. Rows: id, topic, key, payload, headers, deliverAt.
 */
export const UNSENT = `
SELECT id, topic, key, payload, headers, deliver_at AS "deliverAt"
FROM outbox
WHERE sent_at IS NULL AND id <> ALL ($2::uuid[])
ORDER BY sequence
LIMIT $1`;

/**
 * One time for all: those of one statement have no order in time but that of their sequence.
 * Unsent is asked for in words that no index knows, or the index of unsent events would look like
 * the short way: then each statement reads all that wait, which a backlog cannot afford.
 * $1 uuid[]: events that the publisher has taken.
 */
export const MARK_SENT = `
UPDATE outbox SET sent_at = statement_timestamp()
WHERE id = ANY ($1::uuid[]) AND num_nulls(sent_at) = 1`;

/**
 * Sent events in order of publication, after a position that need not exist. Times are microseconds
 * since 1970: a Date holds milliseconds only. The index on sent_at alone serves this: rows of one
 * time are sorted as they come, and one batch is all that shares a time.
 * $1 bigint, $2 bigint: sent_at and sequence of the position; $3 bigint: the end, exclusive;
 * $4 int: limit. Rows: id, topic, key, payload, headers, deliverAt, position ("sent_at:sequence").
 */
export const SENT = `
SELECT
  id, topic, key, payload, headers, deliver_at AS "deliverAt",
  (extract(epoch FROM sent_at) * 1000000)::bigint || ':' || sequence AS position
FROM outbox
WHERE (sent_at, sequence) > ('epoch'::timestamptz + $1::bigint * interval '1 microsecond', $2::bigint)
  AND sent_at < 'epoch'::timestamptz + $3::bigint * interval '1 microsecond'
ORDER BY sent_at, sequence
LIMIT $4`;

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

/** One row: pending, oldest_age_ms (null when nothing is pending). */
export const LAG = `
SELECT
  (SELECT count(*) FROM outbox WHERE sent_at IS NULL)::float8 AS pending,
  (
    SELECT extract(epoch FROM clock_timestamp() - created_at)::float8 * 1000
    FROM outbox
    WHERE sent_at IS NULL
    ORDER BY sequence
    LIMIT 1
  ) AS oldest_age_ms`;
