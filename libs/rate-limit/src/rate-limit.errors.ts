/** An option, a policy or a check is wrong. The message names it, what it got and what it takes. */
export class RateLimitOptionError extends Error {
  override readonly name = 'RateLimitOptionError';
  readonly code = 'rate_limit_option';

  constructor(option: string, got: unknown, takes: string) {
    super(`${option}: got ${JSON.stringify(got) ?? String(got)}; takes ${takes}`);
  }
}

/** Redis did not answer within the deadline of a call. It may have counted it all the same. */
export class RateLimitTimeoutError extends Error {
  override readonly name = 'RateLimitTimeoutError';
  readonly code = 'rate_limit_timeout';

  constructor(readonly deadlineMs: number) {
    super(`Redis did not answer within ${deadlineMs} ms`);
  }
}

/** @throws {RateLimitOptionError} unless the value is a whole number within the bounds. */
export function requireWhole(option: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return;
  throw new RateLimitOptionError(option, value, `a whole number from ${min} to ${max}`);
}
