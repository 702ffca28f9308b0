import type { ConnectionOptions } from '@trilith/redis';

import { MessagingOptionError } from './messaging.errors.js';
import { type FailureKind, kindOfFailure } from './transport/failure-kind.js';
import type { MessagingObserver } from './messaging-observer.js';
import { type PayloadCodec, jsonCodec, readableCodecs } from './transport/payload-codec.js';

/** What travels with each message beside its payload: correlation id, trace, … */
export type MessageHeaders = Readonly<Record<string, string>>;

/** Carries a request's context over messages. `MessageContext` of `@trilith/service` is one. */
export interface MessageContext {
  /** The headers that a message sent now should carry. */
  headers(): MessageHeaders;
  /** Runs a message's handler inside the context that its headers describe. */
  run<T>(headers: MessageHeaders, work: () => Promise<T>): Promise<T>;
}

/** The name of the connection that needs none. */
export const DEFAULT_CONNECTION = 'default';

export const DEFAULT_MAX_PAYLOAD_BYTES = 1_048_576;

/** How a service sends and receives messages. Times are in milliseconds. */
export interface MessagingOptions {
  /**
   * Tells this connection from others of the same application, which inject what is its own by this
   * name. Default `default`: injected by class.
   */
  name?: string;
  /**
   * What holds the streams: one server, a master that Sentinels watch, or a cluster, with or without
   * TLS, as `createRedis` of @trilith/redis takes them. Each server should have `noeviction` and AOF.
   */
  redis: Pick<ConnectionOptions, 'url' | 'tls' | 'sentinelCredentials' | 'commandTimeoutMs'>;
  /** This service's name: its stream of events, its consumer group, where its requests arrive. */
  service: string;
  /** Starts each key, so that several platforms can share a server. Default `trilith`. */
  prefix?: string;
  /** The services whose events this one handles, itself among them if it wants. Default none. */
  subscribeTo?: readonly string[];
  /**
   * Streams that this service's events are spread over: at most so many replicas of a subscribing
   * service share them. Cannot change while events are there. Default 16.
   */
  partitions?: number;
  /**
   * Events that a subscribing service may leave undone, spread evenly over the partitions: beyond,
   * publishing is refused. Bounds the delayed events, too. Default 1 000 000.
   */
  maxEntries?: number;
  /** Default: no headers, and handlers run as they are. */
  context?: MessageContext;
  /** Until a request without a reply fails, where the caller sets no time. Default 5000. */
  requestTimeoutMs?: number;
  /** Requests that may wait for one service: beyond, callers are refused at once. Default 10 000. */
  maxWaitingRequests?: number;
  /**
   * Writes the payloads of events and requests. Replies are written with the codec of their request.
   * Default: `jsonCodec`.
   */
  codec?: PayloadCodec;
  /**
   * Codecs that can be read besides JSON and `codec`: let every service know a codec before the first
   * writes with it. Default none. Resolved: all that can be read.
   */
  codecs?: readonly PayloadCodec[];
  /**
   * Bytes that the payload of an event, a request or a reply may take, as its codec writes it: what
   * is larger is refused before it is written. Default 1 048 576 (1 MiB).
   */
  maxPayloadBytes?: number;
  /** Event handlers at a time, and request handlers at a time. Default 64 of each. */
  concurrency?: number;
  /** Events read and not finished (waiting for a retry or behind their key, too). Default 1000. */
  maxInHand?: number;
  /** How often an event is tried before it becomes a dead letter. Default 5. */
  maxAttempts?: number;
  /** Longest wait before the second attempt; doubles with each further one. Default 1000. */
  retryDelayMs?: number;
  /** Longest wait of all between two attempts. Default 30 000. */
  maxRetryDelayMs?: number;
  /**
   * Says of a failure whether trying again can help. An event that fails by an outage is tried until
   * it is over, without counting attempts. Called with what the handler threw, and with what
   * exception filters made of it; one that is not `retry` counts. Default: `kindOfFailure`.
   */
  kindOfFailure?: (error: unknown) => FailureKind;
  /** For how long an event may run without `context.extend()`. Default 30 000. */
  handlerTimeoutMs?: number;
  /**
   * For how long a consumer may be silent before others take its partitions. Renewed while it lives.
   * Default 10 000.
   */
  leaseMs?: number;
  /** How long events that every group acknowledged are kept. Default 24 hours. */
  retentionMs?: number;
  /** Above this number, spread evenly over the partitions, they are kept no longer. Default 1 000 000. */
  retentionEntries?: number;
  /** How often acknowledged events and dead consumers are cleared away. Default 30 000. */
  cleanUpEveryMs?: number;
  /** When a consumer without a sign of life, and without pending events, is forgotten. Default 5 minutes. */
  forgetConsumersAfterMs?: number;
  /** How long a stop waits for handlers. Default 8000. */
  shutdownTimeoutMs?: number;
  /** Told what happens, for metrics: `messagingMetrics()` makes one. Default: nobody is told. */
  observer?: MessagingObserver;
}

export type ResolvedMessagingOptions = Required<MessagingOptions>;

const defaults = {
  name: DEFAULT_CONNECTION as string,
  prefix: 'trilith',
  subscribeTo: [],
  partitions: 16,
  maxEntries: 1_000_000,
  context: { headers: () => ({}), run: (_headers, work) => work() } satisfies MessageContext,
  requestTimeoutMs: 5_000,
  maxWaitingRequests: 10_000,
  codec: jsonCodec as PayloadCodec,
  codecs: [] as readonly PayloadCodec[],
  maxPayloadBytes: DEFAULT_MAX_PAYLOAD_BYTES as number,
  concurrency: 64,
  maxInHand: 1_000,
  maxAttempts: 5,
  retryDelayMs: 1_000,
  maxRetryDelayMs: 30_000,
  kindOfFailure: (error: unknown) => kindOfFailure(error),
  handlerTimeoutMs: 30_000,
  leaseMs: 10_000,
  retentionMs: 24 * 60 * 60 * 1_000,
  retentionEntries: 1_000_000,
  cleanUpEveryMs: 30_000,
  forgetConsumersAfterMs: 5 * 60 * 1_000,
  shutdownTimeoutMs: 8_000,
  observer: {},
} as const;

const wholeNumbers = {
  partitions: 1,
  maxEntries: 1,
  requestTimeoutMs: 1,
  maxWaitingRequests: 1,
  maxPayloadBytes: 1,
  concurrency: 1,
  maxInHand: 1,
  maxAttempts: 1,
  retryDelayMs: 0,
  maxRetryDelayMs: 0,
  handlerTimeoutMs: 1,
  leaseMs: 100,
  retentionMs: 0,
  retentionEntries: 0,
  cleanUpEveryMs: 1,
  forgetConsumersAfterMs: 1,
  shutdownTimeoutMs: 0,
} as const;

/** Each costs a stream, and a share of every script that looks at all of them. */
const mostPartitions = 1_024;

/**
 * Fills in the defaults and checks the rest.
 *
 * @throws {MessagingOptionError} in one line, naming the option, what it got and what it takes.
 */
export function resolveMessagingOptions(given: MessagingOptions): ResolvedMessagingOptions {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const options = { ...defaults, ...given, ...defaultsFor(set) };
  requireName('name', options.name);
  requireName('service', options.service);
  requireName('prefix', options.prefix);
  for (const publisher of options.subscribeTo) requireName('subscribeTo', publisher);
  for (const [option, least] of Object.entries(wholeNumbers)) {
    requireWhole(option, options[option as keyof typeof wholeNumbers], least);
  }
  const codecs = readableCodecs(options.codec, options.codecs);
  return { ...options, codecs, subscribeTo: [...new Set(options.subscribeTo)] };
}

/** What was given as undefined falls back to its default too. */
function defaultsFor(set: readonly (readonly [string, unknown])[]): Partial<typeof defaults> {
  const given = new Set(set.map(([option]) => option));
  return Object.fromEntries(Object.entries(defaults).filter(([option]) => !given.has(option)));
}

function requireName(option: string, value: unknown): void {
  // Braces would move a key's hash tag; spaces are refused in a connection's name.
  if (typeof value === 'string' && /^[\w.:-]+$/.test(value)) return;
  throw new MessagingOptionError(option, value, 'letters, digits, and any of _ . : -');
}

function requireWhole(option: string, value: unknown, least: number): void {
  const most = option === 'partitions' ? mostPartitions : 2 ** 31 - 1;
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return;
  throw new MessagingOptionError(option, value, `a whole number from ${least} to ${most}`);
}
