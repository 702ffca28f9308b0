/** A process that is limited together with others. */
export interface CallerSettings {
  readonly redisUrl: string;
  /** By how much its wall clock is wrong. */
  readonly clockOffsetMs: number;
}

/** What all keys of our limiters begin with, and those of what they are compared with. */
export const OUR_PREFIX = 'ours';
export const PLAIN_PREFIX = 'plain';

/** Our algorithms, and two ways to write a limiter in an afternoon. */
export type Limiter =
  | 'slidingLog'
  | 'slidingWindow'
  | 'gcra'
  /** Counts in windows that each process numbers by its own clock. */
  | 'own-clock'
  /** Reads the count, compares it, and writes it. */
  | 'read-then-write';

/** So many calls at once, for one key. */
export interface Crowd {
  readonly limiter: Limiter;
  readonly key: string;
  readonly limit: number;
  readonly calls: number;
}

/** Calls for one key until Redis says that it is full. */
export interface Drain {
  readonly key: string;
  readonly limit: number;
  readonly lanes: number;
}

export interface Drained {
  readonly calls: number;
  readonly allowed: number;
  /** Redis did not say, but may have counted. */
  readonly unanswered: number;
  readonly failed: number;
}

/** Calls by each answer to a Redis that is away, for a while. */
export interface Asking {
  readonly key: string;
  readonly forMs: number;
}

/** What each of the policies is to do without Redis. */
export type WithoutRedis = 'open' | 'shut' | 'share' | 'default';

/** Of a limit of so much, a process lets through a quarter by itself. */
export const LIMIT_WITHOUT_REDIS = { limit: 40, share: 0.25 };

/** How calls went. */
export interface Asked {
  readonly asked: number;
  readonly allowed: number;
  /** Of them, decided by Redis. */
  readonly byRedis: number;
  /** Rejected: no call of a limiter may. */
  readonly failed: number;
  readonly slowestMs: number;
  /** Took longer than a deadline allows. */
  readonly late: number;
}

/** Where the pages of {@link WebPages} are, by what the process believes of proxies. */
export type Trust = 'none' | 'hops' | 'ranges';

/** What a web process tells. */
export type WebPages = Readonly<Record<Trust, string>>;

export interface WebSettings {
  readonly redisUrl: string;
  /** How many requests of one client are let through. */
  readonly limit: number;
}

export interface SentinelsSettings {
  /** The program of a Redis server. */
  readonly command: string;
}
