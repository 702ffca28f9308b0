-- migrate: no-transaction
-- After the rows are filled in: built at once, an index is smaller and sooner there than row by row.
CREATE INDEX CONCURRENTLY profiles_search_document ON profiles USING gin (search_document);

DROP INDEX CONCURRENTLY profiles_search;
