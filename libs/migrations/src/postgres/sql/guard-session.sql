-- Settings under which the server itself ends a runner's session, and so frees its lock, when the
-- runner is gone: killed while a long statement runs, its host lost, or stopped and never continued.
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET idle_session_timeout = '60s';
SET idle_in_transaction_session_timeout = '60s'
