import { duration, port, variable, words } from '@trilith/config';
import {
  limitEnvironment,
  limitSettings,
  redisUrl,
  serviceEnvironment,
  serviceSettings,
} from '@trilith/service';
import { z } from 'zod';

/** Injects the {@link AnalyticsConfig}. */
export const ANALYTICS_CONFIG = Symbol('analytics configuration');

const DAY_MS = 86_400_000;
/** How long outboxes keep sent events, from where they may be sent again. */
const OUTBOX_RETENTION_MS = 7 * DAY_MS;

const environment = z.object({
  ...serviceEnvironment,
  PORT: port(3003),
  ...limitEnvironment,

  REDIS_URL: redisUrl(),
  /** Where the figures are. Default: REDIS_URL. */
  ANALYTICS_REDIS_URL: redisUrl().optional(),
  /** Default: REDIS_URL. */
  MESSAGING_REDIS_URL: redisUrl().optional(),

  /** Starts the names of all keys of figures, so that several platforms can share a server. */
  ANALYTICS_PREFIX: variable({
    takes: 'some text without braces or spaces',
    parse: (text) => (/^[^{}\s]+$/.test(text) ? text : undefined),
    default: 'trilith:analytics',
  }),
  /** Starts the names of all keys of messages; the same in all services of a platform. */
  MESSAGING_PREFIX: words('trilith'),

  /**
   * How long the ids of counted events are remembered: as long as outboxes keep sent events, and a
   * day for the events that are on their way.
   */
  INBOX_RETENTION: duration('8d').refine((retentionMs) => retentionMs > OUTBOX_RETENTION_MS, {
    error: 'takes a duration above 7d, as long as outboxes keep events',
  }),

  /** How old an overview or a list of the best may be: so long it is shown to all who ask for it. */
  REPORTS_AGE: duration('1s').refine((ageMs) => ageMs >= 1, { error: 'takes a duration from 1ms' }),
});

/** The environment of the analytics service, and what it means. */
export const analyticsConfig = environment.transform((env) => ({
  service: serviceSettings(env),
  limits: limitSettings(env),
  store: {
    url: env.ANALYTICS_REDIS_URL ?? env.REDIS_URL,
    prefix: env.ANALYTICS_PREFIX,
    inboxRetentionMs: env.INBOX_RETENTION,
  },
  reports: { ageMs: env.REPORTS_AGE },
  messaging: {
    url: env.MESSAGING_REDIS_URL ?? env.REDIS_URL,
    prefix: env.MESSAGING_PREFIX,
  },
}));
export type AnalyticsConfig = z.output<typeof analyticsConfig>;
