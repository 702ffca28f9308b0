-- Why: …
--
-- Without NOT NULL: rows that are there have no value yet. Fill them in batches, then add
-- CHECK (:column IS NOT NULL) NOT VALID, validate it, and set NOT NULL, in migrations of their own.

ALTER TABLE :table ADD COLUMN :column text;

-- migrate: down
ALTER TABLE :table DROP COLUMN :column;
