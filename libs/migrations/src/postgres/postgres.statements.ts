/** The ledger's name, where nothing says which schema it is in. */
export const LEDGER = 'schema_migrations';

export const READ_LEDGER = (ledger: string) => `
  SELECT version, name, checksum, state, executed_at, duration_ms, executed_by, app_version
  FROM ${ledger}`;

/** No unique key but the version: two runners that get this far collide on it. */
export const CREATE_LEDGER = (ledger: string) => `
  CREATE TABLE IF NOT EXISTS ${ledger} (
    version     integer     PRIMARY KEY,
    name        text        NOT NULL,
    checksum    text        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('started', 'applied')),
    executed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    duration_ms integer,
    executed_by text        NOT NULL,
    app_version text
  )`;

/** One lock for each database; the number means nothing, it only has to be the same everywhere. */
const LOCK_KEY = '7308613709768421697';

/**
 * Takes the lock if it is free, and finds the schema of the ledger: where it is or, if it is
 * nowhere on the search path, where `CREATE TABLE` would put it.
 */
export const TRY_LOCK = `
  SELECT pg_try_advisory_lock(${LOCK_KEY}) AS locked,
         coalesce(
           (SELECT quote_ident(nspname) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
             WHERE pg_class.oid = to_regclass('${LEDGER}')),
           quote_ident(current_schema())
         ) AS schema`;

export const LOCK_HOLDER = `
  SELECT a.application_name, a.pid, a.client_addr::text AS client, a.backend_start
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32) | l.objid::bigint = ${LOCK_KEY}`;

/**
 * Settings under which the server itself ends a runner's session, and so frees its lock, when the
 * runner is gone: killed while a long statement runs, its host lost, or stopped and never continued.
 * The first is refused by servers on Windows, which cannot look.
 */
export const GUARDS = `
  DO $guards$ BEGIN
    PERFORM set_config('client_connection_check_interval', '1s', false);
  EXCEPTION WHEN invalid_parameter_value THEN NULL;
  END $guards$;
  SET tcp_keepalives_idle = 10;
  SET tcp_keepalives_interval = 5;
  SET tcp_keepalives_count = 3;
  SET idle_session_timeout = '60s';
  SET idle_in_transaction_session_timeout = '60s';`;

/** What the migration before may have left set on the session must not reach the next. */
export const RESET_SESSION = 'RESET ALL; SET SESSION AUTHORIZATION DEFAULT;';
