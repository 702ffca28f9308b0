-- migrate: no-transaction
-- An index for each query on accounts, built while people sign up.

-- Mailings go to verified addresses only: the index holds nothing else.
CREATE INDEX CONCURRENTLY accounts_verified_email
  ON accounts (email) WHERE email_verified_at IS NOT NULL;

-- Newest accounts first, page after page.
CREATE INDEX CONCURRENTLY accounts_newest ON accounts (created_at DESC, id DESC);

-- username % 'adda', username LIKE '%lovel%'
CREATE INDEX CONCURRENTLY accounts_username_trigrams ON accounts USING gin (username gin_trgm_ops);
