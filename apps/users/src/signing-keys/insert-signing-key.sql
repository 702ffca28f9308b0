-- Adds a key and retires the one before it for the moment when it begins to sign.
--
-- $1 kid   $2 public JWK   $3 sealed private JWK   $4 kid of the one before it, null if there is none
-- $5 milliseconds that it is published before it signs, if there is one before it
-- $6 milliseconds that the one before it signs altogether
WITH previous AS (
  SELECT kid, activates_at FROM signing_keys WHERE kid = $4
), added AS (
  INSERT INTO signing_keys (kid, public_jwk, private_jwe, activates_at)
  SELECT $1, $2::jsonb, $3,
         coalesce(
           (SELECT greatest(
                     clock_timestamp() + $5::float8 * interval '1 ms',
                     activates_at + $6::float8 * interval '1 ms'
                   )
              FROM previous),
           clock_timestamp()
         )
  RETURNING activates_at
)
UPDATE signing_keys
   SET retired_at = added.activates_at
  FROM added, previous
 WHERE signing_keys.kid = previous.kid
