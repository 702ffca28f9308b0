-- Why: …
--
-- In a release after the last one that uses it. No down part: what is dropped is gone.
-- migrate: breaking

DROP TABLE :table;
