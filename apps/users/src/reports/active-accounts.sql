-- Accounts that did anything in each of the last $3 spans of one $1 (day, week from Monday on, or month;
-- all UTC) up to the one of $2, which may not be over. A span without any is there, too.
WITH bounds AS (
  SELECT last - ($3::int - 1) * length AS first, last, length
    FROM date_trunc($1::text, $2::timestamptz AT TIME ZONE 'UTC') AS last,
         cast('1 ' || $1::text AS interval) AS length
),
active AS (
  SELECT date_trunc($1::text, event.occurred_at AT TIME ZONE 'UTC') AS begins,
         count(DISTINCT event.account_id) AS accounts
    FROM activity_events AS event
   -- Scalars rather than a join: known before the scan, they leave out whole partitions.
   WHERE event.occurred_at >= (SELECT first FROM bounds) AT TIME ZONE 'UTC'
     AND event.occurred_at < (SELECT last + length FROM bounds) AT TIME ZONE 'UTC'
   GROUP BY 1
)
SELECT to_char(begins, 'YYYY-MM-DD') AS begins, coalesce(active.accounts, 0)::int AS accounts
  FROM bounds
 CROSS JOIN generate_series(bounds.first, bounds.last, bounds.length) AS begins
  LEFT JOIN active USING (begins)
 ORDER BY begins
