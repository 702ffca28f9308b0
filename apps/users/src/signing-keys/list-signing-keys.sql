-- Every key that may have signed a token which is still good, and the next one; latest first. Whether a
-- key signs is told by the database's clock, so that all replicas agree.
--
-- $1 milliseconds that a key stays published after its retirement
-- $2 milliseconds after which a key is to have a successor; null for never
SELECT kid,
       public_jwk AS "publicJwk",
       private_jwe AS "privateJwe",
       activates_at <= clock_timestamp()
         AND (retired_at IS NULL OR retired_at > clock_timestamp()) AS "isActive",
       retired_at IS NULL AS "isLast",
       coalesce(
         retired_at IS NULL
           AND activates_at <= clock_timestamp() - $2::float8 * interval '1 ms',
         false
       ) AS "isDue"
  FROM signing_keys
 WHERE retired_at IS NULL OR retired_at > clock_timestamp() - $1::float8 * interval '1 ms'
 ORDER BY activates_at DESC, kid
