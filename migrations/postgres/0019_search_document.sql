-- What accounts are found by, in two languages: words as they are, for names have no language, and their
-- English and German stems, all over folded text. It takes the place of search_vector, which held the
-- words alone.
--
-- A generated column with another expression would rewrite the table under a lock that shuts everybody
-- out. So this is a plain column that a trigger keeps, which costs no rewrite; the files after this one
-- fill it in for the rows that are there, build its index, and drop the old column.
--
-- Another pair of languages: docs/adr/0008-languages-of-search.md.

-- Weights: a name as it is written, its stems, the prose as it is written, its stems.
CREATE FUNCTION search_document(display_name text, bio text) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN setweight(to_tsvector('simple', folded(display_name)), 'A')
      || setweight(to_tsvector('english', folded(display_name)), 'B')
      || setweight(to_tsvector('german', folded(display_name)), 'B')
      || setweight(to_tsvector('simple', folded(coalesce(bio, ''))), 'C')
      || setweight(to_tsvector('english', folded(coalesce(bio, ''))), 'D')
      || setweight(to_tsvector('german', folded(coalesce(bio, ''))), 'D');

-- All words, in any of the forms that a document holds.
CREATE FUNCTION search_query(words text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN plainto_tsquery('simple', folded(words))
      || plainto_tsquery('english', folded(words))
      || plainto_tsquery('german', folded(words));

-- All words, the last of which may go on: for who is still typing. Null where there is no word.
CREATE FUNCTION search_prefix_query(words text) RETURNS tsquery
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (nullif(plainto_tsquery('simple', folded(words))::text, '') || ':*')::tsquery;

ALTER TABLE profiles ADD COLUMN search_document tsvector;

CREATE FUNCTION keep_search_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.search_document := search_document(NEW.display_name, NEW.bio);
  RETURN NEW;
END
$$;

CREATE TRIGGER profiles_search_document
  BEFORE INSERT OR UPDATE OF display_name, bio ON profiles
  FOR EACH ROW EXECUTE FUNCTION keep_search_document();
