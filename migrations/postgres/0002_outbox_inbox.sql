-- Events on their way out, written in the transaction of the change they tell of. A row stays for a
-- retention time after it was sent, so that it can be published again.
CREATE TABLE outbox (
  -- The order of publication. Numbers are handed out before their transaction commits, so that a
  -- lower one may become visible later: readers look for unsent rows, never for "after the last".
  sequence   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The message id, the same each time the row is published.
  id         uuid        NOT NULL UNIQUE,
  topic      text        NOT NULL,
  -- What the event is about: events of one key stay in order.
  key        text        NOT NULL,
  payload    jsonb       NOT NULL,
  headers    jsonb       NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at    timestamptz
) WITH (
  -- Each row is written, marked and deleted: left to the default fraction of the table, dead entries
  -- of the index below would slow down every look for unsent rows.
  autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_vacuum_threshold = 1000
);

CREATE INDEX outbox_unsent ON outbox (sequence) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- Messages whose effect has been committed, by the consumer that had it.
CREATE TABLE inbox (
  consumer   text        NOT NULL,
  message_id uuid        NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);

CREATE INDEX inbox_handled ON inbox (handled_at);
