-- Where PostgresFencingTokens mints: for a migration. Begins where the tokens are of Redis alone,
-- which follow the clock, so that a service may change over.
CREATE SEQUENCE fencing_tokens AS bigint;
SELECT setval('fencing_tokens', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
