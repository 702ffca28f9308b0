-- Wrong passwords counted for each account, and what comes of too many: a lock that ends by itself.
-- Columns with a constant default cost no rewrite, and checks that are not validated no scan.

-- Where somebody has signed in to an account before: who comes from there again is not kept out by a
-- lock that strangers caused. Wrong passwords from there are counted here.
CREATE TABLE familiar_networks (
  account_id            uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  -- An IPv4 address, or the range of IPv6 that one client is taken to have.
  network               text NOT NULL,
  failed_login_attempts integer NOT NULL DEFAULT 0,
  last_seen_at          timestamptz(3) NOT NULL DEFAULT now(),

  PRIMARY KEY (account_id, network),
  CONSTRAINT familiar_networks_network_check CHECK (char_length(network) <= 64)
);

-- Where the failures of accounts go that do not exist, or are locked: counting costs the same there, so
-- that time tells nothing. One of some rows, for attempts at once would wait for each other at one.
CREATE TABLE decoy_counters (
  slot                  smallint PRIMARY KEY,
  failed_login_attempts bigint NOT NULL DEFAULT 0,
  last_failed_login_at  timestamptz(3)
) WITH (fillfactor = 50);
INSERT INTO decoy_counters (slot) SELECT generate_series(0, 63);

-- Last, for its lock lasts until the end.
ALTER TABLE accounts
  -- In a row, from where nobody has signed in to the account before.
  ADD COLUMN failed_login_attempts integer NOT NULL DEFAULT 0,
  ADD COLUMN last_failed_login_at  timestamptz(3),
  -- Why it is locked, null if it is not: guessing, or an admin.
  ADD COLUMN lock_reason           text,
  -- Null for a lock without an end.
  ADD COLUMN locked_until          timestamptz(3),
  -- Rises with each lock and each unlocking; carried by their events to order them.
  ADD COLUMN security_version      integer NOT NULL DEFAULT 1;

ALTER TABLE accounts ADD CONSTRAINT accounts_lock_reason_check CHECK (
  CASE lock_reason
    WHEN 'guessing' THEN locked_until IS NOT NULL
    WHEN 'admin' THEN true
    ELSE lock_reason IS NULL AND locked_until IS NULL
  END
) NOT VALID;

-- migrate: down
DROP TABLE decoy_counters;
DROP TABLE familiar_networks;
ALTER TABLE accounts
  DROP COLUMN failed_login_attempts,
  DROP COLUMN last_failed_login_at,
  DROP COLUMN lock_reason,
  DROP COLUMN locked_until,
  DROP COLUMN security_version;
