-- Accounts, their public profiles, and the keys that sign access tokens.
--
-- Ids are UUID version 7, made by the service: sortable by time on any PostgreSQL. Times keep
-- milliseconds, which is all that JavaScript can hold, so that a value read is equal to the value
-- stored when it comes back in a cursor or a condition.

CREATE TABLE accounts (
  id            uuid PRIMARY KEY,
  -- Both names are stored in lower case: one spelling, so a plain unique index ignores case.
  email         text NOT NULL,
  username      text NOT NULL,
  -- PHC string: $argon2id$v=19$m=…,t=…,p=…$salt$hash
  password_hash text NOT NULL,
  role          text NOT NULL DEFAULT 'member',
  -- Rises with each change of what others can see; carried by events to order copies.
  version       integer NOT NULL DEFAULT 1,
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  updated_at    timestamptz(3) NOT NULL DEFAULT now(),

  CONSTRAINT accounts_email_check
    CHECK (email = lower(email) AND email LIKE '%_@_%' AND char_length(email) <= 254),
  CONSTRAINT accounts_username_check CHECK (username ~ '^[a-z0-9_]{3,30}$'),
  CONSTRAINT accounts_password_hash_check
    CHECK (password_hash LIKE '$argon2id$%' AND char_length(password_hash) <= 255),
  CONSTRAINT accounts_role_check CHECK (role IN ('member', 'admin')),
  CONSTRAINT accounts_version_check CHECK (version > 0)
);

-- Named, because the service tells which name is taken by the index that refused it.
CREATE UNIQUE INDEX accounts_email_key ON accounts (email);
CREATE UNIQUE INDEX accounts_username_key ON accounts (username);

CREATE TABLE profiles (
  account_id   uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  display_name text NOT NULL,
  avatar_url   text,
  preferences  jsonb NOT NULL DEFAULT '{}',
  metadata     jsonb NOT NULL DEFAULT '{}',

  CONSTRAINT profiles_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 80),
  CONSTRAINT profiles_avatar_url_check
    CHECK (avatar_url LIKE 'https://%' AND char_length(avatar_url) <= 2048),
  CONSTRAINT profiles_preferences_check
    CHECK (jsonb_typeof(preferences) = 'object' AND octet_length(preferences::text) <= 16384),
  CONSTRAINT profiles_metadata_check
    CHECK (jsonb_typeof(metadata) = 'object' AND octet_length(metadata::text) <= 16384)
);

CREATE TABLE signing_keys (
  -- RFC 7638 thumbprint of the public key.
  kid         text PRIMARY KEY,
  public_jwk  jsonb NOT NULL,
  -- The private JWK as a compact JWE (dir, A256GCM) under a key derived from AUTH_SECRET.
  private_jwe text NOT NULL,
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  -- From then on signs nothing; still published until the last token it signed has expired.
  retired_at  timestamptz(3),

  CONSTRAINT signing_keys_public_jwk_check
    CHECK (jsonb_typeof(public_jwk) = 'object' AND NOT public_jwk ? 'd')
);
