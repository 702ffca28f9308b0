import { hash } from 'node:crypto';

import type { CheckResult, Decision } from '../decision.js';
import type { ResolvedRateLimitModuleOptions } from './rate-limit.module-options.js';

/** Of a hash, in bytes: enough to tell keys apart, and short, for each header carries it. */
const partitionKeyBytes = 12;

/**
 * The headers that tell of limits, as structured fields (RFC 9651).
 * Source: draft-ietf-httpapi-ratelimit-headers-10.
 *
 * @param all every result of this request so far, those in shadow too: they are not told
 */
export function rateLimitHeaders(
  all: readonly CheckResult[],
  { headers: style, partitionKeys }: HeaderOptions,
): Record<string, string> {
  const told = all.filter(({ policy }) => !policy.shadow);
  if (told.length === 0) return {};
  return {
    ...((style === 'standard' || style === 'both') && standardHeaders(told, partitionKeys)),
    ...((style === 'legacy' || style === 'both') && legacyHeaders(told)),
  };
}

type HeaderOptions = Pick<ResolvedRateLimitModuleOptions, 'headers' | 'partitionKeys'>;

/** When to come back: of a refusal by a limit, by a list or because Redis is away. */
export function retryAfterSeconds({ retryAfterMs }: Decision): number {
  return Math.max(1, seconds(retryAfterMs));
}

function standardHeaders(
  told: readonly CheckResult[],
  partitionKeys: boolean,
): Record<string, string> {
  const isRefused = told.some(({ allowed }) => !allowed);
  const items = told.map((result) => ({
    result,
    partition: partitionKeys ? `;pk=${partitionKeyOf(result)}` : '',
  }));
  return {
    'RateLimit-Policy': items
      .map(({ result, partition }) => policyItem(result) + partition)
      .join(', '),
    RateLimit: items
      .map(({ result, partition }) => stateItem(result, isRefused) + partition)
      .join(', '),
  };
}

/** A policy's name needs no escaping: it is made of letters, digits and a few signs. */
function policyItem({ policy, limit }: CheckResult): string {
  const { name, algorithm, windowMs } = policy;
  // What is in flight has no window: it is given back when it is done.
  const unit = algorithm === 'concurrency' ? ';qu="concurrent-requests"' : '';
  const window = algorithm === 'concurrency' ? '' : `;w=${Math.max(1, seconds(windowMs))}`;
  return `"${name}";q=${limit}${unit}${window}`;
}

function stateItem(
  { policy, remaining, allowed, resetMs, retryAfterMs }: CheckResult,
  isRefused: boolean,
): string {
  const left = `"${policy.name}";r=${remaining}`;
  if (!allowed) return `${left};t=${seconds(retryAfterMs)}`;
  // Retry-After is not to point to before any time that is told: what fits now needs none.
  return isRefused ? left : `${left};t=${seconds(resetMs)}`;
}

/** A byte sequence. A hash, for keys may be names of people, and are of any length. */
function partitionKeyOf({ key }: CheckResult): string {
  const bytes = hash('sha256', key, 'buffer').subarray(0, partitionKeyBytes);
  return `:${bytes.toString('base64')}:`;
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
