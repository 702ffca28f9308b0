-- migrate: no-transaction
-- Few accounts among many, newest first, for those who administrate.

CREATE INDEX CONCURRENTLY accounts_locked_newest
  ON accounts (created_at DESC, id DESC) WHERE lock_reason IS NOT NULL;

CREATE INDEX CONCURRENTLY accounts_deactivated_newest
  ON accounts (created_at DESC, id DESC) WHERE deactivated_at IS NOT NULL;

CREATE INDEX CONCURRENTLY accounts_admins_newest
  ON accounts (created_at DESC, id DESC) WHERE role = 'admin';

-- migrate: down
DROP INDEX CONCURRENTLY accounts_locked_newest;
DROP INDEX CONCURRENTLY accounts_deactivated_newest;
DROP INDEX CONCURRENTLY accounts_admins_newest;
