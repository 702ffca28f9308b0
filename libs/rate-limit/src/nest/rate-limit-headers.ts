import type { CheckResult, Decision } from '../decision.js';
import type { HeaderStyle } from './rate-limit.module-options.js';

/**
 * The headers that tell of limits, as structured fields (RFC 9651).
 * Source: draft-ietf-httpapi-ratelimit-headers-10.
 *
 * @param all every result of this request so far, those in shadow too: they are not told
 */
export function rateLimitHeaders(
  all: readonly CheckResult[],
  style: HeaderStyle,
): Record<string, string> {
  const told = all.filter(({ policy }) => !policy.shadow);
  if (told.length === 0) return {};
  return {
    ...((style === 'standard' || style === 'both') && {
      'RateLimit-Policy': told.map(policyItem).join(', '),
      RateLimit: told.map(stateItem).join(', '),
    }),
    ...((style === 'legacy' || style === 'both') && legacyHeaders(told)),
  };
}

/** When to come back: of a refusal by a limit, by a list or because Redis is away. */
export function retryAfterSeconds({ retryAfterMs }: Decision): number {
  return Math.max(1, seconds(retryAfterMs));
}

/** A policy's name needs no escaping: it is made of letters, digits and a few signs. */
function policyItem({ policy, limit }: CheckResult): string {
  const { name, algorithm, windowMs } = policy;
  // What is in flight has no window: it is given back when it is done.
  const unit = algorithm === 'concurrency' ? ';qu="concurrent-requests"' : '';
  const window = algorithm === 'concurrency' ? '' : `;w=${Math.max(1, seconds(windowMs))}`;
  return `"${name}";q=${limit}${unit}${window}`;
}

function stateItem({ policy, remaining, allowed, resetMs, retryAfterMs }: CheckResult): string {
  return `"${policy.name}";r=${remaining};t=${seconds(allowed ? resetMs : retryAfterMs)}`;
}

function legacyHeaders(told: readonly CheckResult[]): Record<string, string> {
  const tightest = told.reduce((least, other) => (tighter(other, least) ? other : least));
  const { limit, remaining, resetMs } = tightest;
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(seconds(resetMs)),
  };
}

function tighter(one: CheckResult, other: CheckResult): boolean {
  if (one.allowed !== other.allowed) return !one.allowed;
  return one.remaining < other.remaining;
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
