-- What accounts did, in one partition for each month (UTC): old months go as whole tables, which
-- takes no deleting of rows and leaves no bloat.
--
-- There is no partition yet: the users service makes them ahead and retires them (see
-- apps/users/src/activity). There is no default partition either: with one, DETACH CONCURRENTLY is
-- refused, and each new month would be looked for in it under a lock that shuts everybody out.

CREATE TABLE activity_events (
  -- UUID version 7 of whoever observed the event: seen twice, it is refused by the key.
  id          uuid           NOT NULL,
  account_id  uuid           NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind        text           NOT NULL,
  details     jsonb          NOT NULL DEFAULT '{}',
  occurred_at timestamptz(3) NOT NULL,

  -- A key of a partitioned table holds the column that it is partitioned by.
  CONSTRAINT activity_events_pkey PRIMARY KEY (id, occurred_at),
  CONSTRAINT activity_events_kind_check CHECK (kind ~ '^[a-z0-9_.]{1,100}$'),
  CONSTRAINT activity_events_details_check
    CHECK (jsonb_typeof(details) = 'object' AND octet_length(details::text) <= 16384)
) PARTITION BY RANGE (occurred_at);

-- What an account did, newest first; and what goes with the account.
CREATE INDEX activity_events_of_account_newest
  ON activity_events (account_id, occurred_at DESC, id DESC);

-- Everything in a span of time, for reports.
CREATE INDEX activity_events_by_time ON activity_events USING brin (occurred_at);
