-- The schema that the migrations make, read from PostgreSQL's catalogs. Written by
-- "verify --write"; no migration, and not to be edited. Owners, privileges, tablespaces and the data
-- are not part of it.
SET check_function_bodies = off;
SET search_path = public;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE EXTENSION IF NOT EXISTS unaccent;

CREATE OR REPLACE FUNCTION public.folded(text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(unaccent('unaccent'::regdictionary, $1));

CREATE OR REPLACE FUNCTION public.keep_search_document()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.search_document := search_document(NEW.display_name, NEW.bio);
  RETURN NEW;
END
$function$;

CREATE OR REPLACE FUNCTION public.search_document(display_name text, bio text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (((((setweight(to_tsvector('simple'::regconfig, folded(display_name)), 'A'::"char") || setweight(to_tsvector('english'::regconfig, folded(display_name)), 'B'::"char")) || setweight(to_tsvector('german'::regconfig, folded(display_name)), 'B'::"char")) || setweight(to_tsvector('simple'::regconfig, folded(COALESCE(bio, ''::text))), 'C'::"char")) || setweight(to_tsvector('english'::regconfig, folded(COALESCE(bio, ''::text))), 'D'::"char")) || setweight(to_tsvector('german'::regconfig, folded(COALESCE(bio, ''::text))), 'D'::"char"));

CREATE OR REPLACE FUNCTION public.search_prefix_query(words text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN ((NULLIF((plainto_tsquery('simple'::regconfig, folded(words)))::text, ''::text) || ':*'::text))::tsquery;

CREATE OR REPLACE FUNCTION public.search_query(words text)
 RETURNS tsquery
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN ((plainto_tsquery('simple'::regconfig, folded(words)) || plainto_tsquery('english'::regconfig, folded(words))) || plainto_tsquery('german'::regconfig, folded(words)));

CREATE TABLE account_imports (
  id uuid NOT NULL,
  format text NOT NULL,
  state text DEFAULT 'receiving'::text NOT NULL,
  allow_admins boolean NOT NULL,
  created_by uuid NOT NULL,
  columns text[],
  received_bytes bigint DEFAULT 0 NOT NULL,
  received_rows bigint DEFAULT 0 NOT NULL,
  staged_rows bigint DEFAULT 0 NOT NULL,
  refused_rows bigint DEFAULT 0 NOT NULL,
  imported_rows bigint DEFAULT 0 NOT NULL,
  merged_through bigint DEFAULT 0 NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  finished_at timestamp(3) with time zone,
  CONSTRAINT account_imports_counts_check CHECK ((LEAST(received_bytes, received_rows, staged_rows, refused_rows, imported_rows) >= 0)),
  CONSTRAINT account_imports_format_check CHECK ((format = ANY (ARRAY['ndjson'::text, 'csv'::text]))),
  CONSTRAINT account_imports_pkey PRIMARY KEY (id),
  CONSTRAINT account_imports_state_check CHECK ((state = ANY (ARRAY['receiving'::text, 'merging'::text, 'done'::text, 'cancelled'::text])))
);

CREATE INDEX account_imports_newest ON public.account_imports USING btree (created_at DESC, id DESC);

CREATE INDEX account_imports_unfinished ON public.account_imports USING btree (id) WHERE (finished_at IS NULL);

CREATE TABLE accounts (
  id uuid NOT NULL,
  email text NOT NULL,
  username text NOT NULL,
  password_hash text NOT NULL,
  role text DEFAULT 'member'::text NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  email_verified_at timestamp(3) with time zone,
  last_signed_in_at timestamp(3) with time zone,
  failed_login_attempts integer DEFAULT 0 NOT NULL,
  last_failed_login_at timestamp(3) with time zone,
  lock_reason text,
  locked_until timestamp(3) with time zone,
  security_version integer DEFAULT 1 NOT NULL,
  deactivated_at timestamp(3) with time zone,
  erased_at timestamp(3) with time zone,
  CONSTRAINT accounts_email_check CHECK (((email = lower(email)) AND (email ~~ '%_@_%'::text) AND (char_length(email) <= 254))),
  CONSTRAINT accounts_lock_reason_check CHECK (
CASE lock_reason
    WHEN 'guessing'::text THEN (locked_until IS NOT NULL)
    WHEN 'admin'::text THEN true
    ELSE ((lock_reason IS NULL) AND (locked_until IS NULL))
END),
  CONSTRAINT accounts_password_hash_check CHECK (((password_hash ~~ '$argon2id$%'::text) AND (char_length(password_hash) <= 255))),
  CONSTRAINT accounts_pkey PRIMARY KEY (id),
  CONSTRAINT accounts_role_check CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text]))),
  CONSTRAINT accounts_username_check CHECK ((username ~ '^[a-z0-9_]{3,30}$'::text)),
  CONSTRAINT accounts_version_check CHECK ((version > 0))
);

CREATE TABLE activity_events (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  kind text NOT NULL,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  occurred_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT activity_events_details_check CHECK (((jsonb_typeof(details) = 'object'::text) AND (octet_length((details)::text) <= 16384))),
  CONSTRAINT activity_events_kind_check CHECK ((kind ~ '^[a-z0-9_.]{1,100}$'::text)),
  CONSTRAINT activity_events_pkey PRIMARY KEY (id, occurred_at)
)
PARTITION BY RANGE (occurred_at);

CREATE MATERIALIZED VIEW account_stats AS
 SELECT account.id AS account_id,
    account.created_at,
    count(event.id) AS events,
    count(DISTINCT (event.occurred_at AT TIME ZONE 'UTC'::text)::date) AS active_days,
    max(event.occurred_at) AS last_event_at
   FROM accounts account
     LEFT JOIN activity_events event ON event.account_id = account.id
  GROUP BY account.id, account.created_at;

CREATE UNIQUE INDEX account_stats_account_key ON public.account_stats USING btree (account_id);

CREATE INDEX account_stats_most_events ON public.account_stats USING btree (events DESC, account_id DESC);

CREATE INDEX accounts_admins_newest ON public.accounts USING btree (created_at DESC, id DESC) WHERE (role = 'admin'::text);

CREATE INDEX accounts_deactivated_newest ON public.accounts USING btree (created_at DESC, id DESC) WHERE (deactivated_at IS NOT NULL);

CREATE UNIQUE INDEX accounts_email_key ON public.accounts USING btree (email);

CREATE INDEX accounts_last_signed_in ON public.accounts USING btree (last_signed_in_at DESC NULLS LAST, id DESC);

CREATE INDEX accounts_locked_newest ON public.accounts USING btree (created_at DESC, id DESC) WHERE (lock_reason IS NOT NULL);

CREATE INDEX accounts_newest ON public.accounts USING btree (created_at DESC, id DESC);

CREATE UNIQUE INDEX accounts_username_key ON public.accounts USING btree (username);

CREATE INDEX accounts_username_prefix ON public.accounts USING btree (username text_pattern_ops);

CREATE INDEX accounts_username_trigrams ON public.accounts USING gin (username gin_trgm_ops);

CREATE INDEX accounts_verified_email ON public.accounts USING btree (email) WHERE (email_verified_at IS NOT NULL);

CREATE INDEX activity_events_by_time ON public.activity_events USING brin (occurred_at);

CREATE INDEX activity_events_of_account_newest ON public.activity_events USING btree (account_id, occurred_at DESC, id DESC);

CREATE TABLE decoy_counters (
  slot smallint NOT NULL,
  failed_login_attempts bigint DEFAULT 0 NOT NULL,
  last_failed_login_at timestamp(3) with time zone,
  CONSTRAINT decoy_counters_pkey PRIMARY KEY (slot)
)
WITH (fillfactor=50);

CREATE TABLE erasures (
  id uuid NOT NULL,
  account_id uuid,
  requested_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  asked_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  users_at timestamp(3) with time zone,
  content_at timestamp(3) with time zone,
  analytics_at timestamp(3) with time zone,
  completed_at timestamp(3) with time zone,
  CONSTRAINT erasures_completed_at_check CHECK ((((completed_at IS NULL) = (account_id IS NOT NULL)) AND ((completed_at IS NULL) OR ((users_at IS NOT NULL) AND (content_at IS NOT NULL) AND (analytics_at IS NOT NULL))))),
  CONSTRAINT erasures_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX erasures_account_key ON public.erasures USING btree (account_id) WHERE (completed_at IS NULL);

CREATE INDEX erasures_completed ON public.erasures USING btree (completed_at) WHERE (completed_at IS NOT NULL);

CREATE INDEX erasures_open ON public.erasures USING btree (asked_at) WHERE (completed_at IS NULL);

CREATE TABLE familiar_networks (
  account_id uuid NOT NULL,
  network text NOT NULL,
  failed_login_attempts integer DEFAULT 0 NOT NULL,
  last_seen_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT familiar_networks_network_check CHECK ((char_length(network) <= 64)),
  CONSTRAINT familiar_networks_pkey PRIMARY KEY (account_id, network)
);

CREATE TABLE inbox (
  consumer text NOT NULL,
  message_id uuid NOT NULL,
  handled_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, message_id)
);

CREATE INDEX inbox_handled ON public.inbox USING btree (handled_at);

CREATE TABLE mails (
  id uuid NOT NULL,
  account_id uuid,
  recipient text NOT NULL,
  kind text NOT NULL,
  data jsonb DEFAULT '{}'::jsonb NOT NULL,
  status text DEFAULT 'waiting'::text NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  claimed_until timestamp(3) with time zone,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  settled_at timestamp(3) with time zone,
  CONSTRAINT mails_data_check CHECK (((jsonb_typeof(data) = 'object'::text) AND (octet_length((data)::text) <= 4096))),
  CONSTRAINT mails_kind_check CHECK ((kind ~ '^[a-z_]{1,50}$'::text)),
  CONSTRAINT mails_pkey PRIMARY KEY (id),
  CONSTRAINT mails_recipient_check CHECK (((recipient ~~ '%_@_%'::text) AND (recipient !~ '[[:cntrl:]]'::text) AND (char_length(recipient) <= 254))),
  CONSTRAINT mails_settled_at_check CHECK (((status = 'waiting'::text) = (settled_at IS NULL))),
  CONSTRAINT mails_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'sent'::text, 'dropped'::text, 'given_up'::text])))
);

CREATE INDEX mails_of_account ON public.mails USING btree (account_id);

CREATE INDEX mails_settled ON public.mails USING btree (settled_at) WHERE (settled_at IS NOT NULL);

CREATE TABLE one_time_tokens (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  purpose text NOT NULL,
  email text NOT NULL,
  token_hash bytea NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  used_at timestamp(3) with time zone,
  CONSTRAINT one_time_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT one_time_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['verify_email'::text, 'change_email'::text, 'reset_password'::text]))),
  CONSTRAINT one_time_tokens_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

CREATE INDEX one_time_tokens_expiry ON public.one_time_tokens USING btree (expires_at);

CREATE INDEX one_time_tokens_of_account ON public.one_time_tokens USING btree (account_id, purpose);

CREATE TABLE outbox (
  sequence bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  id uuid NOT NULL,
  topic text NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  headers jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  sent_at timestamp with time zone,
  deliver_at timestamp with time zone,
  CONSTRAINT outbox_id_key UNIQUE (id),
  CONSTRAINT outbox_pkey PRIMARY KEY (sequence)
)
WITH (autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=1000);

CREATE INDEX outbox_sent ON public.outbox USING btree (sent_at) WHERE (sent_at IS NOT NULL);

CREATE INDEX outbox_unsent ON public.outbox USING btree (sequence) WHERE (sent_at IS NULL);

CREATE TABLE profiles (
  account_id uuid NOT NULL,
  display_name text NOT NULL,
  avatar_url text,
  preferences jsonb DEFAULT '{}'::jsonb NOT NULL,
  metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
  bio text,
  search_document tsvector,
  CONSTRAINT profiles_avatar_url_check CHECK (((avatar_url ~~ 'https://%'::text) AND (char_length(avatar_url) <= 2048))),
  CONSTRAINT profiles_bio_check CHECK ((char_length(bio) <= 500)),
  CONSTRAINT profiles_display_name_check CHECK (((char_length(display_name) >= 1) AND (char_length(display_name) <= 80))),
  CONSTRAINT profiles_metadata_check CHECK (((jsonb_typeof(metadata) = 'object'::text) AND (octet_length((metadata)::text) <= 16384))),
  CONSTRAINT profiles_pkey PRIMARY KEY (account_id),
  CONSTRAINT profiles_preferences_check CHECK (((jsonb_typeof(preferences) = 'object'::text) AND (octet_length((preferences)::text) <= 16384)))
);

CREATE INDEX profiles_by_name ON public.profiles USING btree (folded(display_name) COLLATE "C", account_id);

CREATE INDEX profiles_display_name_trigrams ON public.profiles USING gin (folded(display_name) gin_trgm_ops);

CREATE INDEX profiles_metadata ON public.profiles USING gin (metadata jsonb_path_ops);

CREATE INDEX profiles_preferences ON public.profiles USING gin (preferences jsonb_path_ops);

CREATE INDEX profiles_search_document ON public.profiles USING gin (search_document);

CREATE TRIGGER profiles_search_document BEFORE INSERT OR UPDATE OF display_name, bio ON profiles FOR EACH ROW EXECUTE FUNCTION keep_search_document();

CREATE TABLE recovery_codes (
  account_id uuid NOT NULL,
  code_hash bytea NOT NULL,
  CONSTRAINT recovery_codes_code_hash_check CHECK ((octet_length(code_hash) = 32)),
  CONSTRAINT recovery_codes_pkey PRIMARY KEY (account_id, code_hash)
);

CREATE TABLE refused_rows (
  import_id uuid NOT NULL,
  row_number bigint NOT NULL,
  field text,
  reason text NOT NULL,
  CONSTRAINT refused_rows_pkey PRIMARY KEY (import_id, row_number)
);

CREATE TABLE second_factors (
  account_id uuid NOT NULL,
  secret_jwe text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  confirmed_at timestamp(3) with time zone,
  last_step bigint DEFAULT 0 NOT NULL,
  CONSTRAINT second_factors_pkey PRIMARY KEY (account_id)
);

CREATE TABLE sessions (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  token_hash bytea NOT NULL,
  previous_token_hash bytea,
  rotated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  device text NOT NULL,
  address text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  last_seen_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT sessions_address_check CHECK ((char_length(address) <= 64)),
  CONSTRAINT sessions_device_check CHECK ((char_length(device) <= 200)),
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_previous_token_hash_check CHECK ((octet_length(previous_token_hash) = 32)),
  CONSTRAINT sessions_token_hash_check CHECK ((octet_length(token_hash) = 32))
)
WITH (fillfactor=85);

CREATE INDEX sessions_of_account ON public.sessions USING btree (account_id);

CREATE TABLE signing_keys (
  kid text NOT NULL,
  public_jwk jsonb NOT NULL,
  private_jwe text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  retired_at timestamp(3) with time zone,
  activates_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  CONSTRAINT signing_keys_pkey PRIMARY KEY (kid),
  CONSTRAINT signing_keys_public_jwk_check CHECK (((jsonb_typeof(public_jwk) = 'object'::text) AND (NOT (public_jwk ? 'd'::text))))
);

CREATE TABLE staged_accounts (
  import_id uuid NOT NULL,
  row_number bigint NOT NULL,
  account_id uuid NOT NULL,
  email text NOT NULL,
  username text NOT NULL,
  password_hash text NOT NULL,
  role text NOT NULL,
  display_name text NOT NULL,
  avatar_url text,
  bio text,
  CONSTRAINT staged_accounts_pkey PRIMARY KEY (import_id, row_number)
)
WITH (autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=10000);

CREATE TABLE view_refreshes (
  view text NOT NULL,
  refreshed_at timestamp(3) with time zone NOT NULL,
  duration_ms integer NOT NULL,
  CONSTRAINT view_refreshes_duration_ms_check CHECK ((duration_ms >= 0)),
  CONSTRAINT view_refreshes_pkey PRIMARY KEY (view)
);

ALTER TABLE activity_events ADD CONSTRAINT activity_events_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

ALTER TABLE familiar_networks ADD CONSTRAINT familiar_networks_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

ALTER TABLE mails ADD CONSTRAINT mails_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

ALTER TABLE profiles ADD CONSTRAINT profiles_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

ALTER TABLE recovery_codes ADD CONSTRAINT recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES second_factors(account_id) ON DELETE CASCADE;

ALTER TABLE refused_rows ADD CONSTRAINT refused_rows_import_id_fkey FOREIGN KEY (import_id) REFERENCES account_imports(id) ON DELETE CASCADE;

ALTER TABLE second_factors ADD CONSTRAINT second_factors_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

ALTER TABLE sessions ADD CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;

ALTER TABLE staged_accounts ADD CONSTRAINT staged_accounts_import_id_fkey FOREIGN KEY (import_id) REFERENCES account_imports(id) ON DELETE CASCADE;
