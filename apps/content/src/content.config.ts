import { duration, port, secret, url, wholeNumber, words } from '@trilith/config';
import {
  limitEnvironment,
  limitSettings,
  rate,
  redisUrl,
  serviceEnvironment,
  serviceSettings,
} from '@trilith/service';
import { z } from 'zod';

const SECRET_LENGTH = 32;

/** The environment of the content service. */
export const contentConfig = z
  .object({
    ...serviceEnvironment,
    PORT: port(3002),
    /** MongoDB 7 or newer, a replica set or a sharded cluster: transactions need one. */
    MONGODB_URL: url('mongodb', 'mongodb+srv'),
    /** Most connections to each server of the database. Default 50. */
    MONGODB_POOL_MAX: wholeNumber({ min: 1, max: 1_000, default: 50 }),
    /** Longest run of a query in the database. Default 5s. */
    MONGODB_QUERY_TIMEOUT: duration('5s'),
    /** Longest wait for a change to be committed, other writers' turns included. Default 10s. */
    MONGODB_TRANSACTION_TIMEOUT: duration('10s'),
    REDIS_URL: redisUrl(),
    /** Where messages travel, and where the relay's lease is kept. Default REDIS_URL. */
    MESSAGING_REDIS_URL: redisUrl().optional(),
    /** Starts each key of messages; the same in every service. Default trilith. */
    MESSAGING_PREFIX: words('trilith'),
    /** What is read often is kept there for a while; it may evict. Default REDIS_URL. */
    CACHE_REDIS_URL: redisUrl().optional(),
    /** The users service's public keys, which access tokens are checked by. */
    JWKS_URL: url('http', 'https').default('http://127.0.0.1:3001/.well-known/jwks.json'),
    TOKEN_ISSUER: words('trilith'),
    TOKEN_AUDIENCE: words('trilith'),
    /** Signs the cursors of lists; the same in every replica. */
    CURSOR_SECRET: secret({ minLength: SECRET_LENGTH }),
    /** Makes visitors who did not sign in into keyed hashes; the same in every replica. */
    VISITOR_SECRET: secret({ minLength: SECRET_LENGTH }),
    /** How long a page waits for users to tell about an author. Default 300ms. */
    AUTHOR_LOOKUP_TIMEOUT: duration('300ms'),
    /** How long no page waits for users after it did not answer. Default 5s. */
    AUTHOR_LOOKUP_PAUSE: duration('5s'),
    ...limitEnvironment,
    /** Posts that one account may write. */
    RATE_LIMIT_POSTS: rate('60/10m'),
    /** Comments that one account may write. */
    RATE_LIMIT_COMMENTS: rate('120/10m'),
    /** Likes that one account may give. */
    RATE_LIMIT_LIKES: rate('120/1m'),
  })
  .transform((env) => ({
    service: serviceSettings(env),
    database: {
      url: env.MONGODB_URL,
      poolMax: env.MONGODB_POOL_MAX,
      queryTimeoutMs: env.MONGODB_QUERY_TIMEOUT,
      transactionTimeoutMs: env.MONGODB_TRANSACTION_TIMEOUT,
    },
    messaging: { url: env.MESSAGING_REDIS_URL ?? env.REDIS_URL, prefix: env.MESSAGING_PREFIX },
    cache: { url: env.CACHE_REDIS_URL ?? env.REDIS_URL, prefix: env.MESSAGING_PREFIX },
    tokens: { jwksUrl: env.JWKS_URL, issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE },
    cursorSecret: env.CURSOR_SECRET,
    visitorSecret: env.VISITOR_SECRET,
    limits: {
      ...limitSettings(env),
      posts: env.RATE_LIMIT_POSTS,
      comments: env.RATE_LIMIT_COMMENTS,
      likes: env.RATE_LIMIT_LIKES,
    },
    authorLookup: { timeoutMs: env.AUTHOR_LOOKUP_TIMEOUT, pauseMs: env.AUTHOR_LOOKUP_PAUSE },
  }));

/** The content service's configuration; times in milliseconds. */
export type ContentConfig = z.output<typeof contentConfig>;

/** Injection token of {@link ContentConfig}. */
export const CONTENT_CONFIG = Symbol('CONTENT_CONFIG');
