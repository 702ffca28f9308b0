-- People who want to be forgotten, and how far that is.

ALTER TABLE accounts
  -- When its owner closed it; whoever signs in opens it again.
  ADD COLUMN deactivated_at timestamptz(3),
  -- From then on the account is there for its erasure alone.
  ADD COLUMN erased_at      timestamptz(3);

CREATE TABLE erasures (
  -- Random, UUID version 4: whoever has it may ask how far the erasure is, without signing in.
  id           uuid PRIMARY KEY,
  -- Whom it is about, until that is over.
  account_id   uuid,
  requested_at timestamptz(3) NOT NULL DEFAULT now(),
  -- When the services were last asked to do their part.
  asked_at     timestamptz(3) NOT NULL DEFAULT now(),
  -- When each had done it.
  users_at     timestamptz(3),
  content_at   timestamptz(3),
  analytics_at timestamptz(3),
  completed_at timestamptz(3),

  CONSTRAINT erasures_completed_at_check CHECK (
    (completed_at IS NULL) = (account_id IS NOT NULL)
    AND (completed_at IS NULL
         OR (users_at IS NOT NULL AND content_at IS NOT NULL AND analytics_at IS NOT NULL))
  )
);

CREATE UNIQUE INDEX erasures_account_key ON erasures (account_id) WHERE completed_at IS NULL;
-- What is to be asked for again, and what is forgotten.
CREATE INDEX erasures_open ON erasures (asked_at) WHERE completed_at IS NULL;
CREATE INDEX erasures_completed ON erasures (completed_at) WHERE completed_at IS NOT NULL;

-- migrate: down
DROP TABLE erasures;
ALTER TABLE accounts
  DROP COLUMN deactivated_at,
  DROP COLUMN erased_at;
