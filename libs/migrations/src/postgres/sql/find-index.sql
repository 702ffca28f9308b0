-- The index $2 of the table $1, both as they stand in the file: its full name, and whether it is
-- complete. One that CREATE INDEX CONCURRENTLY was cut off in is there, and invalid.
SELECT format('%I.%I', n.nspname, i.relname) AS index, x.indisvalid AS valid
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_namespace n ON n.oid = i.relnamespace
WHERE x.indrelid = to_regclass($1) AND i.relname = (parse_ident($2))[1]::name
