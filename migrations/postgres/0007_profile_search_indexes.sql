-- migrate: no-transaction
-- An index for each way of finding a profile, built while people change theirs.

-- search_vector @@ websearch_to_tsquery('simple', folded('Zoë'))
CREATE INDEX CONCURRENTLY profiles_search ON profiles USING gin (search_vector);

-- folded(display_name) % folded('Zöe'), folded(display_name) LIKE '%zoe%'
CREATE INDEX CONCURRENTLY profiles_display_name_trigrams
  ON profiles USING gin (folded(display_name) gin_trgm_ops);

-- preferences @> '{"theme": "dark"}', which is all that this smaller class of operators is for
CREATE INDEX CONCURRENTLY profiles_preferences ON profiles USING gin (preferences jsonb_path_ops);
CREATE INDEX CONCURRENTLY profiles_metadata ON profiles USING gin (metadata jsonb_path_ops);
