-- Settings under which the server itself ends a runner's session, and so frees its lock, when the
-- runner is gone: killed while a long statement runs, its host lost, or stopped and never continued.

-- Servers on Windows cannot look whether the client is still there, and refuse.
DO $guard$
BEGIN
  PERFORM set_config('client_connection_check_interval', '1s', false);
EXCEPTION WHEN invalid_parameter_value THEN NULL;
END
$guard$;
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET idle_session_timeout = '60s';
SET idle_in_transaction_session_timeout = '60s'
