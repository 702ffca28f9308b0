-- Whether $2 is a partition of $1, both as they stand in the file, and whether its detachment has
-- begun and was cut off.
SELECT inhdetachpending AS pending
FROM pg_inherits
WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)
