-- Profiles: what people say of themselves, found by words, by parts of words and by preferences. The
-- indexes are built by the file after this one.

CREATE EXTENSION IF NOT EXISTS unaccent;

-- A text as it is compared: without case and accents. unaccent() itself is only STABLE, since it
-- looks its dictionary up on the search path. Here the dictionary is named, and this kind of body
-- is resolved once, when the function is made, so that the result depends on the argument alone.
-- Whoever edits the server's unaccent.rules reindexes what is built on this.
CREATE FUNCTION folded(text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN lower(unaccent('unaccent'::regdictionary, $1));

-- Here already, since the vector below covers it: another expression later would rewrite the table.
ALTER TABLE profiles
  ADD COLUMN bio text,
  -- lint: accept check-without-not-valid because the table is empty: no release came before this
  ADD CONSTRAINT profiles_bio_check CHECK (char_length(bio) <= 500);

-- Names weigh more than prose. No stemming: names have no language.
-- lint: accept generated-column-rewrites because the table is empty: no release came before this
ALTER TABLE profiles ADD COLUMN search_vector tsvector NOT NULL GENERATED ALWAYS AS (
  setweight(to_tsvector('simple', folded(display_name)), 'A') ||
  setweight(to_tsvector('simple', folded(coalesce(bio, ''))), 'B')
) STORED;
