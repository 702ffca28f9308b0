import { duration, port, variable, wholeNumber, words } from '@trilith/config';
import {
  limitEnvironment,
  limitSettings,
  rate,
  redisUrl,
  serviceEnvironment,
  serviceSettings,
} from '@trilith/service';
import { z } from 'zod';

import { MOST_EVENTS } from './ingestion/event-lines.js';

/** Injects the {@link AnalyticsConfig}. */
export const ANALYTICS_CONFIG = Symbol('analytics configuration');

const DAY_MS = 86_400_000;
/** How long outboxes keep sent events, from where they may be sent again. */
const OUTBOX_RETENTION_MS = 7 * DAY_MS;

/** Takes a whole batch at least, or the largest would never fit. */
const eventRate = (fallback: string) =>
  rate(fallback).refine(({ limit }) => limit >= MOST_EVENTS, {
    error: `takes a limit of ${MOST_EVENTS} or more, the events of one batch`,
  });

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
  /** The public keys with which pages send events. Default: none, and no page can. */
  EVENT_WRITE_KEYS: list({
    takes: 'keys of 8 to 64 letters, digits, - or _, separated by commas',
    each: /^[\w-]{8,64}$/,
    default: '',
  }),
  /** The origins whose pages may send events and read figures; * for any. Default: none. */
  EVENT_ORIGINS: list({
    takes: 'origins such as https://shop.example, separated by commas, or *',
    each: /^(\*|https?:\/\/[^/,\s*]+)$/,
    default: '',
  }),
  /** The types of events that are counted by name; the rest is counted as `other`. */
  EVENT_TYPES: list({
    takes: 'names of small letters, digits and _, separated by commas',
    each: /^[a-z][a-z0-9_]{0,39}$/,
    default: 'view,click,search,share,download,sign_up,purchase',
  }),
  /** Pages a month that have figures of their own; the rest is counted as `other`. */
  EVENT_PAGES: wholeNumber({ min: 8, max: 1_000_000, default: 4_000 }),
  /** Bytes of events that a process holds at a time; beyond, it answers 503. */
  EVENT_BYTES: wholeNumber({ min: 1_048_576, default: 33_554_432 }),
  /** Those who read along at `/v1/live` in one process. */
  LIVE_READERS: wholeNumber({ min: 1, max: 100_000, default: 5_000 }),
  /** Events that pages with one write key may send. */
  RATE_LIMIT_EVENTS_KEY: eventRate('600000/1m'),
  /** Events from one address. */
  RATE_LIMIT_EVENTS_ADDRESS: eventRate('6000/1m'),
});

/** Several of a kind, separated by commas. */
function list(definition: { takes: string; each: RegExp; default: string }) {
  const parse = (text: string) => {
    const all = text.split(',').map((part) => part.trim());
    return all.every((part) => definition.each.test(part)) ? all : undefined;
  };
  const fallback = definition.default === '' ? [] : definition.default.split(',');
  return variable<readonly string[]>({ takes: definition.takes, parse, default: fallback });
}

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
  live: { maxReaders: env.LIVE_READERS },
  events: {
    writeKeys: env.EVENT_WRITE_KEYS,
    origins: env.EVENT_ORIGINS,
    types: env.EVENT_TYPES,
    maxPages: env.EVENT_PAGES,
    mostBytes: env.EVENT_BYTES,
    limits: { key: env.RATE_LIMIT_EVENTS_KEY, address: env.RATE_LIMIT_EVENTS_ADDRESS },
  },
}));
export type AnalyticsConfig = z.output<typeof analyticsConfig>;
