-- Why: …

SELECT 1;

-- migrate: down
SELECT 1;
