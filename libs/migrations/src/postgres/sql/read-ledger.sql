-- Every migration that was applied. :ledger is the table's name.
SELECT version, name, checksum, state, executed_at, duration_ms, executed_by, app_version
FROM :ledger
