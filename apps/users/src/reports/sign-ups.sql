-- Sign-ups in each of the last $2 months (UTC) up to the one of $1, with the number of accounts at its
-- end and the change against the month before. A month without any is there, too.
WITH span AS (
  SELECT this_month,
         -- One more than asked for: the first has a month before it, too.
         this_month - make_interval(months => $2::int) AS first_month
    FROM date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC') AS this_month
),
counted AS (
  SELECT date_trunc('month', account.created_at AT TIME ZONE 'UTC') AS month, count(*) AS sign_ups
    FROM accounts AS account, span
   WHERE account.created_at >= span.first_month AT TIME ZONE 'UTC'
     AND account.created_at < (span.this_month + interval '1 month') AT TIME ZONE 'UTC'
   GROUP BY 1
),
earlier AS (
  SELECT count(*) AS accounts
    FROM accounts AS account, span
   WHERE account.created_at < span.first_month AT TIME ZONE 'UTC'
),
listed AS (
  SELECT month,
         coalesce(counted.sign_ups, 0) AS sign_ups,
         earlier.accounts + sum(coalesce(counted.sign_ups, 0)) OVER past AS total,
         coalesce(counted.sign_ups, 0) - lag(coalesce(counted.sign_ups, 0)) OVER past AS change
    FROM span
   CROSS JOIN generate_series(span.first_month, span.this_month, interval '1 month') AS month
   CROSS JOIN earlier
    LEFT JOIN counted USING (month)
  WINDOW past AS (ORDER BY month)
)
SELECT to_char(month, 'YYYY-MM') AS month,
       sign_ups::int AS "signUps",
       total::int AS total,
       change::int AS change
  FROM listed, span
 WHERE month > span.first_month
 ORDER BY month
