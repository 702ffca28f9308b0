/** What the experiments write beside outbox and inbox. */
export const CREATE_TABLES = `
-- What is to be done, in this order. It has its sequence once it is done.
CREATE TABLE acts (
  number    int     PRIMARY KEY,
  key       text    NOT NULL,
  is_poison boolean NOT NULL,
  sequence  int
);
CREATE INDEX acts_to_do ON acts (number) WHERE sequence IS NULL;

-- The sequence of each key's last act.
CREATE TABLE keys (key text PRIMARY KEY, last int NOT NULL DEFAULT 0);

-- No uniqueness: a second effect must show.
CREATE TABLE effects (
  position bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service  text        NOT NULL,
  number   int         NOT NULL,
  key      text        NOT NULL,
  sequence int         NOT NULL,
  replica  text        NOT NULL,
  at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Which replica's handler began which act.
CREATE TABLE beginnings (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service  text   NOT NULL,
  number   int    NOT NULL,
  replica  text   NOT NULL
)`;

/** $1 jsonb: list of { number, key, is_poison }. */
export const ADD_ACTS = `
WITH acts_to_do AS (
  INSERT INTO acts (number, key, is_poison)
  SELECT number, key, is_poison
  FROM jsonb_to_recordset($1::jsonb) AS act (number int, key text, is_poison boolean)
  RETURNING key
)
INSERT INTO keys (key) SELECT DISTINCT key FROM acts_to_do`;

export const ACTS_DONE = `
SELECT number, key, sequence, is_poison AS "isPoison"
FROM acts
WHERE sequence IS NOT NULL`;

export const COUNT_DONE = 'SELECT count(*)::int AS count FROM acts WHERE sequence IS NOT NULL';

/** $1 text: service. In the order in which they were had. */
export const EFFECTS = `
SELECT number, key, sequence, replica
FROM effects
WHERE service = $1
ORDER BY position`;

/** $1 text: service. */
export const COUNT_EFFECTS = 'SELECT count(*)::int AS count FROM effects WHERE service = $1';

export const COUNT_UNSENT = 'SELECT count(*)::int AS count FROM outbox WHERE sent_at IS NULL';
