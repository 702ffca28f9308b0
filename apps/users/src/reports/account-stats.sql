-- What the view account_stats says as a whole, and of the $1 most active accounts; as of when.
SELECT (SELECT refreshed_at FROM view_refreshes WHERE view = 'account_stats') AS "refreshedAt",
       whole.accounts, whole."activeAccounts", whole.events, most."mostActive"
  FROM (
         SELECT count(*)::int AS accounts,
                (count(*) FILTER (WHERE events > 0))::int AS "activeAccounts",
                coalesce(sum(events), 0)::float8 AS events
           FROM account_stats
       ) AS whole,
       (
         SELECT coalesce(json_agg(stats), '[]') AS "mostActive"
           FROM (
                  SELECT account_id AS "accountId", events, active_days AS "activeDays",
                         to_char(last_event_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                           AS "lastEventAt"
                    FROM account_stats
                   WHERE events > 0
                   ORDER BY events DESC, account_id DESC
                   LIMIT $1
                ) AS stats
       ) AS most
