-- When materialized views were made anew: written in the transaction that does it, so that what is
-- read here is true of what is read there.

CREATE TABLE view_refreshes (
  view         text PRIMARY KEY,
  -- The view holds what was committed by then.
  refreshed_at timestamptz(3) NOT NULL,
  duration_ms  integer NOT NULL,

  CONSTRAINT view_refreshes_duration_ms_check CHECK (duration_ms >= 0)
);

-- migrate: down
DROP TABLE view_refreshes;
