-- Whether there is a table or index $1, as it stands in the file.
SELECT to_regclass($1) IS NOT NULL AS there
