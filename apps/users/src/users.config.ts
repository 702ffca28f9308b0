import { availableParallelism } from 'node:os';

import { duration, flag, port, secret, url, urls, wholeNumber, words } from '@trilith/config';
import {
  limitEnvironment,
  limitSettings,
  rate,
  redisUrl,
  redisUrls,
  serviceEnvironment,
  serviceSettings,
} from '@trilith/service';
import { z } from 'zod';

import { mailbox } from './mail/mailbox.js';

/** Hashing runs on Node's pool of four threads; one is left for everything else that needs it. */
const HASHING_THREADS = Math.min(availableParallelism(), 3);

/** Injects the {@link UsersConfig}. */
export const USERS_CONFIG = Symbol('users configuration');

const environment = z.object({
  ...serviceEnvironment,
  PORT: port(3001),

  DATABASE_URL: url('postgres', 'postgresql'),
  /** Read replicas, separated by commas, for reads that may lag. Default: all go to DATABASE_URL. */
  DATABASE_REPLICA_URLS: urls('postgres', 'postgresql').optional(),
  /** Past a pooler such as PgBouncer, for the few things that need a session. Default: DATABASE_URL. */
  DATABASE_DIRECT_URL: url('postgres', 'postgresql').optional(),
  /** Off behind a pooler that does not know them: PgBouncer before 1.21. */
  DATABASE_PREPARED_STATEMENTS: flag(true),
  /** Connections kept open once they were needed. */
  DATABASE_POOL_MIN: wholeNumber({ min: 0, max: 1000, default: 10 }),
  /** Most connections at a time. */
  DATABASE_POOL_MAX: wholeNumber({ min: 1, max: 1000, default: 20 }),
  /** Longest wait for a connection, new or from a full pool. */
  DATABASE_CONNECT_TIMEOUT: duration('2s'),
  /** Longest run of one statement. */
  DATABASE_STATEMENT_TIMEOUT: duration('5s'),
  /** Longest pause inside a transaction. */
  DATABASE_IDLE_TRANSACTION_TIMEOUT: duration('10s'),

  REDIS_URL: redisUrl(),
  /** Default: REDIS_URL. */
  MESSAGING_REDIS_URL: redisUrl().optional(),
  /** Starts the names of all keys, so that several platforms can share a server. */
  MESSAGING_PREFIX: words('trilith'),

  /** What is read often is kept there for a while; it may evict. Default: REDIS_URL. */
  CACHE_REDIS_URL: redisUrl().optional(),

  /**
   * Keeps replicas from doing the same work at once: one server, or three or more that know nothing
   * of each other, for a quorum. Default: REDIS_URL.
   */
  LOCKS_REDIS_URL: redisUrls().optional(),

  /** Partitions of account activity that are made before their month begins. */
  ACTIVITY_MONTHS_AHEAD: wholeNumber({ min: 1, max: 24, default: 3 }),
  /** Whole months of account activity that are kept before the present one; older ones are dropped. */
  ACTIVITY_MONTHS_KEPT: wholeNumber({ min: 1, max: 1200, default: 24 }),

  /** How old the view behind the report on activity may get. */
  REPORTS_REFRESH_EVERY: duration('15m'),

  /** Seals the signing keys at rest. */
  AUTH_SECRET: secret({ minLength: 32 }),
  /** Signs the cursors of lists; the same in every replica. */
  CURSOR_SECRET: secret({ minLength: 32 }),
  /** How long a key signs tokens before the next one takes its place; 0: for ever. */
  SIGNING_KEY_ROTATION: duration('30d'),
  TOKEN_ISSUER: words('trilith'),
  TOKEN_AUDIENCE: words('trilith'),
  ACCESS_TOKEN_TTL: duration('15m'),
  /** How long a session lives without a refresh. */
  REFRESH_TOKEN_TTL: duration('30d'),
  /** How long a session lives at all; then the person signs in again. */
  SESSION_TTL: duration('90d'),
  /**
   * Requests that refresh with one token within this time overlap: one wins, and the others end
   * nothing. Each refresh is answered so much later.
   */
  REFRESH_OVERLAP: duration('200ms'),

  /** Wrong passwords in a row that lock an account. */
  LOCK_AFTER_FAILURES: wholeNumber({ min: 1, max: 1000, default: 10 }),
  /** How long the first lock lasts; each further failure after it doubles that. */
  LOCK_FIRST: duration('1m'),
  /** How long a lock lasts at most. */
  LOCK_LONGEST: duration('1h'),

  /** Passwords that are hashed or checked at the same time; each takes 19 MiB and a thread. */
  PASSWORD_CONCURRENCY: wholeNumber({ min: 1, max: 64, default: HASHING_THREADS }),
  /** Passwords that wait for that; beyond, callers get a 503. */
  PASSWORD_QUEUE: wholeNumber({ min: 0, max: 10_000, default: 100 }),

  /** `smtps://user:password@host`; or `smtp://…`, with `?requireTLS=true` unless it is this machine's. */
  SMTP_URL: url('smtp', 'smtps').optional(),
  /** Without SMTP_URL mails become files here. */
  MAIL_DIRECTORY: words('.data/mail'),
  /** The sender, such as `Trilith <no-reply@example.org>`. */
  MAIL_FROM: mailbox('Trilith <no-reply@localhost>'),
  /** For a mail as a whole; then it is tried again. */
  SMTP_TIMEOUT: duration('20s').refine((ms) => ms >= 1 && ms <= 25_000, {
    error: 'takes a duration from 1ms to 25s',
  }),
  /** When a mail that could not be sent is tried again; then twice as long each time, up to 1 h. */
  MAIL_RETRY_AFTER: duration('1m'),
  /** How long a mail is tried. */
  MAIL_GIVE_UP_AFTER: duration('48h'),
  /** Where people are: mails lead to its pages /verify-email and /reset-password. Default: to none. */
  APP_URL: url('http', 'https').optional(),

  /** After how long services are asked again to erase what they have of an account. */
  ERASURES_ASK_AGAIN_AFTER: duration('10m'),

  ...limitEnvironment,
  /** Attempts to sign in from one address, whoever as. */
  RATE_LIMIT_SIGN_IN_ADDRESS: rate('100/15m'),
  /** Attempts to sign in by one name or e-mail address, from wherever. */
  RATE_LIMIT_SIGN_IN_ACCOUNT: rate('20/15m'),
  /** Attempts to sign up from one address. */
  RATE_LIMIT_SIGN_UP_ADDRESS: rate('60/1h'),
  /** Attempts to sign up with one e-mail address, from wherever. */
  RATE_LIMIT_SIGN_UP_ACCOUNT: rate('10/1h'),
  /** Mails that one address can make us send. */
  RATE_LIMIT_MAIL_ADDRESS: rate('60/1h'),
  /** Mails that one account, or one e-mail address, can get by asking. */
  RATE_LIMIT_MAIL_ACCOUNT: rate('6/1h'),
  /** Attempts at the present password by who is signed in. */
  RATE_LIMIT_PASSWORD: rate('20/15m'),
  /** Exports of one account's data. */
  RATE_LIMIT_EXPORT: rate('6/1h'),
  /** Changes of one account's username. */
  RATE_LIMIT_RENAMING: rate('10/1d'),
});

/** The environment of the users service, and what it means. */
export const usersConfig = environment.transform((env) => ({
  service: serviceSettings(env),
  database: {
    url: env.DATABASE_URL,
    replicaUrls: env.DATABASE_REPLICA_URLS ?? [],
    directUrl: env.DATABASE_DIRECT_URL,
    preparedStatements: env.DATABASE_PREPARED_STATEMENTS,
    poolMin: env.DATABASE_POOL_MIN,
    poolMax: env.DATABASE_POOL_MAX,
    connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT,
    statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT,
    idleTransactionTimeoutMs: env.DATABASE_IDLE_TRANSACTION_TIMEOUT,
  },
  messaging: {
    url: env.MESSAGING_REDIS_URL ?? env.REDIS_URL,
    prefix: env.MESSAGING_PREFIX,
  },
  cache: {
    url: env.CACHE_REDIS_URL ?? env.REDIS_URL,
    prefix: env.MESSAGING_PREFIX,
  },
  locks: {
    urls: env.LOCKS_REDIS_URL ?? [env.REDIS_URL],
    prefix: env.MESSAGING_PREFIX,
  },
  activity: {
    aheadMonths: env.ACTIVITY_MONTHS_AHEAD,
    retentionMonths: env.ACTIVITY_MONTHS_KEPT,
  },
  reports: { refreshEveryMs: env.REPORTS_REFRESH_EVERY },
  erasures: { askAgainMs: env.ERASURES_ASK_AGAIN_AFTER },
  mail: {
    smtpUrl: env.SMTP_URL,
    directory: env.MAIL_DIRECTORY,
    from: env.MAIL_FROM,
    timeoutMs: env.SMTP_TIMEOUT,
    appUrl: env.APP_URL,
    retries: { firstMs: env.MAIL_RETRY_AFTER, giveUpMs: env.MAIL_GIVE_UP_AFTER },
  },
  authSecret: env.AUTH_SECRET,
  cursorSecret: env.CURSOR_SECRET,
  tokens: {
    issuer: env.TOKEN_ISSUER,
    audience: env.TOKEN_AUDIENCE,
    ttlMs: env.ACCESS_TOKEN_TTL,
  },
  signingKeys: { rotateEveryMs: env.SIGNING_KEY_ROTATION },
  sessions: {
    idleMs: env.REFRESH_TOKEN_TTL,
    totalMs: env.SESSION_TTL,
    overlapMs: env.REFRESH_OVERLAP,
  },
  lockPolicy: {
    afterFailures: env.LOCK_AFTER_FAILURES,
    firstMs: env.LOCK_FIRST,
    longestMs: env.LOCK_LONGEST,
  },
  limits: {
    ...limitSettings(env),
    signIn: { address: env.RATE_LIMIT_SIGN_IN_ADDRESS, account: env.RATE_LIMIT_SIGN_IN_ACCOUNT },
    signUp: { address: env.RATE_LIMIT_SIGN_UP_ADDRESS, account: env.RATE_LIMIT_SIGN_UP_ACCOUNT },
    mail: { address: env.RATE_LIMIT_MAIL_ADDRESS, account: env.RATE_LIMIT_MAIL_ACCOUNT },
    password: env.RATE_LIMIT_PASSWORD,
    export: env.RATE_LIMIT_EXPORT,
    renaming: env.RATE_LIMIT_RENAMING,
  },
  passwords: { concurrency: env.PASSWORD_CONCURRENCY, maxWaiting: env.PASSWORD_QUEUE },
}));
export type UsersConfig = z.output<typeof usersConfig>;
