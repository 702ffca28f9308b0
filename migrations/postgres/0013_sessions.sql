-- Who is signed in, on which device.

-- A session is a family of refresh tokens, of which the newest is good. Tokens are stored as SHA-256
-- of 192 random bits, which no dictionary finds. Rows are updated at each refresh: the room left in a
-- page, and no index on what changes, keep those updates within it.
CREATE TABLE sessions (
  -- UUID version 7: those that have come to their end are found by it, for it rises with time.
  id                  uuid PRIMARY KEY,
  account_id          uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  token_hash          bytea NOT NULL,
  -- The token before it: who used it at the very moment when it was replaced is no thief.
  previous_token_hash bytea,
  rotated_at          timestamptz(3) NOT NULL DEFAULT now(),
  -- What the client calls itself, cut short.
  device              text NOT NULL,
  -- Where it was seen last.
  address             text NOT NULL,
  created_at          timestamptz(3) NOT NULL DEFAULT now(),
  last_seen_at        timestamptz(3) NOT NULL DEFAULT now(),
  expires_at          timestamptz(3) NOT NULL,

  CONSTRAINT sessions_token_hash_check CHECK (octet_length(token_hash) = 32),
  CONSTRAINT sessions_previous_token_hash_check CHECK (octet_length(previous_token_hash) = 32),
  CONSTRAINT sessions_device_check CHECK (char_length(device) <= 200),
  CONSTRAINT sessions_address_check CHECK (char_length(address) <= 64)
) WITH (fillfactor = 85);

-- The sessions of one account: to list, to revoke, and what goes with the account.
CREATE INDEX sessions_of_account ON sessions (account_id);

-- migrate: down
DROP TABLE sessions;
