-- Something of every kind that a schema can hold.
CREATE EXTENSION pg_trgm;
CREATE SCHEMA reports;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE DOMAIN email AS text COLLATE "C" DEFAULT 'a@b' NOT NULL CONSTRAINT has_at CHECK (value LIKE '%@%');
CREATE TYPE pair AS (a int, "B" numeric(10, 2)[]);
CREATE TYPE reports.span AS RANGE (SUBTYPE = timestamptz);
CREATE SEQUENCE "Odd" AS int INCREMENT BY -2 MINVALUE -100 MAXVALUE 100 START WITH 99 CACHE 5 CYCLE;
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN lower($1);
CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000 INCREMENT BY 10) PRIMARY KEY,
  number serial,
  email email,
  "Name" varchar(30) COLLATE "C" NOT NULL DEFAULT 'no; one',
  folded_name text GENERATED ALWAYS AS (folded("Name")) STORED,
  mood mood DEFAULT 'sad',
  pairs pair[],
  born timestamptz(3) DEFAULT now(),
  boss bigint REFERENCES people (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT "People born" CHECK (born > '1900-01-01' AND born < '2100-01-01'),
  EXCLUDE USING gist (folded_name gist_trgm_ops WITH =) WHERE (mood = 'happy')
) WITH (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE people ALTER COLUMN "Name" SET STORAGE EXTERNAL;
ALTER TABLE people ALTER COLUMN mood SET STATISTICS 500;
ALTER TABLE people ALTER COLUMN mood SET (n_distinct = 3);
ALTER TABLE people ADD CONSTRAINT later CHECK ("Name" <> '') NOT VALID;
CREATE UNIQUE INDEX people_email ON people (lower(email), born DESC NULLS LAST) INCLUDE (mood) WHERE born IS NOT NULL;
CREATE INDEX people_trigram ON people USING gin ("Name" gin_trgm_ops) WITH (fastupdate = off);
CREATE STATISTICS people_stats (dependencies) ON mood, born FROM people;
-- By its name it would come before the function that it needs, and that before the table.
CREATE FUNCTION a_count() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM people; END;
CREATE VIEW all_moods WITH (security_barrier = true) AS SELECT mood, a_count() AS "of" FROM people GROUP BY mood;
CREATE MATERIALIZED VIEW a_moods AS SELECT mood, count(*) AS n FROM all_moods GROUP BY mood WITH NO DATA;
CREATE UNIQUE INDEX a_moods_key ON a_moods (mood);
CREATE TABLE reports.events (
  at timestamptz NOT NULL,
  person bigint NOT NULL REFERENCES people,
  note text,
  PRIMARY KEY (person, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_at ON reports.events (at);
CREATE TABLE reports.events_2026_01 PARTITION OF reports.events FOR VALUES FROM ('2026-01-01 00:00Z') TO ('2026-02-01 00:00Z');
CREATE UNLOGGED TABLE animals (name text NOT NULL, age int CHECK (age > 0));
CREATE TABLE dogs (breed text) INHERITS (animals);
ALTER TABLE dogs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON dogs FOR SELECT USING (name = current_user);
CREATE FUNCTION bark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'it''s $1'; RETURN new; END $$;
CREATE TRIGGER barks BEFORE INSERT ON dogs FOR EACH ROW WHEN (new.age > 1) EXECUTE FUNCTION bark();
ALTER TABLE dogs DISABLE TRIGGER barks;
CREATE PROCEDURE tidy(INOUT n int DEFAULT 1) LANGUAGE sql AS 'SELECT 1';
CREATE RULE quiet AS ON DELETE TO dogs DO INSTEAD NOTHING;
COMMENT ON TABLE people IS 'It''s them';
COMMENT ON COLUMN people."Name" IS E'two\nlines';
COMMENT ON FUNCTION folded(text) IS 'Small letters';
COMMENT ON CONSTRAINT later ON people IS 'One day';
COMMENT ON MATERIALIZED VIEW a_moods IS 'Counted';
COMMENT ON INDEX people_email IS 'Once';
COMMENT ON TRIGGER barks ON dogs IS 'Loud';
COMMENT ON DOMAIN email IS 'An address';
COMMENT ON COLUMN all_moods.mood IS 'Of somebody';
