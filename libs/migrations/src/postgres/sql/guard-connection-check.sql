-- Has the server look every second, while a statement runs, whether the runner is still there.
-- Servers on Windows cannot look whether the client is still there, and refuse.
DO $guard$
BEGIN
  PERFORM set_config('client_connection_check_interval', '1s', false);
EXCEPTION WHEN invalid_parameter_value THEN NULL;
END
$guard$
