/** An option is wrong. The message names it, what it got and what it takes. */
export class CacheOptionError extends Error {
  override readonly name = 'CacheOptionError';
  readonly code = 'cache_option';

  constructor(
    readonly option: string,
    got: unknown,
    takes: string,
  ) {
    super(`${option}: got ${show(got)}; takes ${takes}`);
  }
}

/** A value cannot be turned into bytes: the codec's complaint is the cause. */
export class CacheValueError extends Error {
  override readonly name = 'CacheValueError';
  readonly code = 'cache_value';

  constructor(
    readonly key: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`The value of ${key} cannot be cached: ${reason}`, options);
  }
}

/** A loader took longer than its caller was willing to wait; it goes on, and its value is kept. */
export class LoaderTimeoutError extends Error {
  override readonly name = 'LoaderTimeoutError';
  readonly code = 'loader_timeout';

  constructor(
    readonly key: string,
    readonly timeoutMs: number,
  ) {
    super(`Loading ${key} took longer than ${timeoutMs} ms`);
  }
}

/** The cache was closed. */
export class CacheClosedError extends Error {
  override readonly name = 'CacheClosedError';
  readonly code = 'cache_closed';

  constructor(readonly cache: string) {
    super(`The cache ${cache} is closed`);
  }
}

/** Redis is not asked: it failed a moment ago. Never reaches a caller of the cache. */
export class RedisAwayError extends Error {
  override readonly name = 'RedisAwayError';
  readonly code = 'redis_away';

  constructor() {
    super('Redis is away');
  }
}

function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value) ?? String(value);
}
