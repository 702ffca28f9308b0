-- What lists and searches of accounts need; their indexes are built by the file after this one.

-- Word parts, for usernames that are half remembered.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Null until the person has shown that mail to this address reaches them.
ALTER TABLE accounts ADD COLUMN email_verified_at timestamptz(3);
