-- search_document has taken its place. Its values stay in the rows until those are written again.

-- lint: accept drop-column because no release has read it: there was no search before
ALTER TABLE profiles DROP COLUMN search_vector;
