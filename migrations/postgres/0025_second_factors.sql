-- Codes besides passwords (TOTP, RFC 6238), for those who want them.

CREATE TABLE second_factors (
  account_id   uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  -- The shared secret as a compact JWE (dir, A256GCM) under a key derived from AUTH_SECRET.
  secret_jwe   text NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  -- Null until the person has shown a code: until then nobody is asked for one.
  confirmed_at timestamptz(3),
  -- The time step of the last code that was taken; none of it or before it is taken again.
  last_step    bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_codes (
  account_id uuid NOT NULL REFERENCES second_factors (account_id) ON DELETE CASCADE,
  -- SHA-256 of 80 random bits, which no dictionary finds. A code that is used is deleted.
  code_hash  bytea NOT NULL,

  PRIMARY KEY (account_id, code_hash),
  CONSTRAINT recovery_codes_code_hash_check CHECK (octet_length(code_hash) = 32)
);

-- migrate: down
DROP TABLE recovery_codes;
DROP TABLE second_factors;
