-- Why: …
--
-- In a release after the last one that reads it. No down part: what is dropped is gone.
-- migrate: breaking

ALTER TABLE :table DROP COLUMN :column;
