-- How active each account is, for reports that may be some minutes old.

CREATE MATERIALIZED VIEW account_stats AS
SELECT
  account.id AS account_id,
  account.created_at,
  count(event.id) AS events,
  -- By days of UTC, as the partitions of the events.
  count(DISTINCT (event.occurred_at AT TIME ZONE 'UTC')::date) AS active_days,
  max(event.occurred_at) AS last_event_at
FROM accounts AS account
LEFT JOIN activity_events AS event ON event.account_id = account.id
GROUP BY account.id, account.created_at;

-- REFRESH MATERIALIZED VIEW CONCURRENTLY tells rows apart by it: on columns alone, no condition.
CREATE UNIQUE INDEX account_stats_account_key ON account_stats (account_id);

-- The most active accounts, page after page.
CREATE INDEX account_stats_most_events ON account_stats (events DESC, account_id DESC);
