-- Notes that somebody has signed in from a network, which makes up for failures from there, and forgets
-- all but those seen last.
--
-- $1 account   $2 network   $3 networks that are remembered
WITH remembered AS (
  INSERT INTO familiar_networks (account_id, network)
  VALUES ($1, $2)
  ON CONFLICT (account_id, network)
    DO UPDATE SET failed_login_attempts = 0, last_seen_at = clock_timestamp()
)
DELETE FROM familiar_networks
 WHERE account_id = $1
   AND network IN (
     SELECT network
       FROM familiar_networks
      WHERE account_id = $1 AND network <> $2
      ORDER BY last_seen_at DESC, network
     OFFSET $3::int - 1
   )
