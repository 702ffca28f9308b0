-- Mails on their way, and the tokens that some of them carry.

CREATE TABLE mails (
  -- UUID version 7; one-time tokens are derived from it, and so is the Message-ID.
  id            uuid PRIMARY KEY,
  -- Whom it is about. Null where only the address is known: who sends the mail looks for an account.
  account_id    uuid REFERENCES accounts (id) ON DELETE CASCADE,
  recipient     text NOT NULL,
  kind          text NOT NULL,
  data          jsonb NOT NULL DEFAULT '{}',
  status        text NOT NULL DEFAULT 'waiting',
  attempts      integer NOT NULL DEFAULT 0,
  -- Until then one process is at it, or has died over it.
  claimed_until timestamptz(3),
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  settled_at    timestamptz(3),

  CONSTRAINT mails_recipient_check
    CHECK (recipient LIKE '%_@_%' AND recipient !~ '[[:cntrl:]]' AND char_length(recipient) <= 254),
  CONSTRAINT mails_kind_check CHECK (kind ~ '^[a-z_]{1,50}$'),
  CONSTRAINT mails_data_check
    CHECK (jsonb_typeof(data) = 'object' AND octet_length(data::text) <= 4096),
  CONSTRAINT mails_status_check CHECK (status IN ('waiting', 'sent', 'dropped', 'given_up')),
  CONSTRAINT mails_settled_at_check CHECK ((status = 'waiting') = (settled_at IS NULL))
);

-- What goes with an account.
CREATE INDEX mails_of_account ON mails (account_id);
-- What is forgotten.
CREATE INDEX mails_settled ON mails (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE one_time_tokens (
  -- That of the mail which carries the token.
  id         uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  purpose    text NOT NULL,
  -- The address that whoever has the token can read.
  email      text NOT NULL,
  -- SHA-256. The token itself is in the mail alone.
  token_hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  -- Kept after its use: a mail that is sent a second time must not make it good again.
  used_at    timestamptz(3),

  CONSTRAINT one_time_tokens_purpose_check
    CHECK (purpose IN ('verify_email', 'change_email', 'reset_password')),
  CONSTRAINT one_time_tokens_token_hash_check CHECK (octet_length(token_hash) = 32)
);

-- What goes with an account, and what a newer one replaces.
CREATE INDEX one_time_tokens_of_account ON one_time_tokens (account_id, purpose);
-- What is forgotten.
CREATE INDEX one_time_tokens_expiry ON one_time_tokens (expires_at);

-- migrate: down
DROP TABLE one_time_tokens;
DROP TABLE mails;
