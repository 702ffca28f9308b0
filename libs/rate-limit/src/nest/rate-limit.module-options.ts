import type { ExecutionContext } from '@nestjs/common';

import type { ClientAddressOptions } from '../address/client-addresses.js';
import type { Policy } from '../policy.js';
import type { RateLimiterOptions } from '../rate-limiter.options.js';
import { RateLimitOptionError } from '../rate-limit.errors.js';
import type { KeySource, RateLimitRule } from './rate-limit-rule.js';

/** Which headers tell callers of their limits. */
export type HeaderStyle = 'standard' | 'legacy' | 'both' | 'none';

/** What {@link RateLimitModule} takes, beside what its {@link RateLimiter} does. */
export interface RateLimitModuleOptions extends RateLimiterOptions, ClientAddressOptions {
  /** What rules can name. */
  readonly policies: readonly Policy[];
  /** Rules for every HTTP request, before any other guard. Default none. */
  readonly global?: readonly (string | RateLimitRule)[];
  /** By whom calls are counted where a rule does not say. Default `address`. */
  readonly key?: KeySource;
  /** Who is signed in, or undefined. Default: the request's `user.id` or `user.sub`. */
  readonly user?: (context: ExecutionContext) => string | undefined;
  /** The API key, or undefined. Only a hash of it is kept. Default: the `X-API-Key` header. */
  readonly apiKey?: (context: ExecutionContext) => string | undefined;
  /** True for what no rule is for, such as health checks. Default: nothing. */
  readonly skip?: (context: ExecutionContext) => boolean;
  /**
   * `standard`: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10);
   * `legacy`: `X-RateLimit-Limit`, `-Remaining` and `-Reset` in seconds, of the tightest policy.
   * `Retry-After` comes with every refusal. Default `standard`.
   */
  readonly headers?: HeaderStyle;
  /**
   * Whether `RateLimit-Policy` and `RateLimit` tell, as `pk`, which count a call belongs to: the first
   * 12 bytes of SHA-256 of what it is counted by, such as `user:42`, so that a client with several
   * accounts can tell their counts apart. Default true.
   */
  readonly partitionKeys?: boolean;
}

export type ResolvedRateLimitModuleOptions = RateLimitModuleOptions &
  Required<
    Pick<
      RateLimitModuleOptions,
      'global' | 'key' | 'user' | 'apiKey' | 'skip' | 'headers' | 'partitionKeys'
    >
  >;

const styles: readonly HeaderStyle[] = ['standard', 'legacy', 'both', 'none'];

/** @throws {RateLimitOptionError} in one line, naming the option, what it got and what it takes. */
export function resolveModuleOptions(
  options: RateLimitModuleOptions,
): ResolvedRateLimitModuleOptions {
  const { policies, headers = 'standard', partitionKeys = true } = options;
  const names = policies.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new RateLimitOptionError('policies', names, 'each name once');
  }
  if (!styles.includes(headers)) {
    throw new RateLimitOptionError('headers', headers, `one of ${styles.join(', ')}`);
  }
  return {
    ...options,
    global: options.global ?? [],
    key: options.key ?? 'address',
    user: options.user ?? userOfRequest,
    apiKey: options.apiKey ?? apiKeyOfRequest,
    skip: options.skip ?? (() => false),
    headers,
    partitionKeys,
  };
}

interface KnownRequest {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly user?: { readonly id?: unknown; readonly sub?: unknown };
}

function userOfRequest(context: ExecutionContext): string | undefined {
  const { id, sub } = context.switchToHttp().getRequest<KnownRequest | undefined>()?.user ?? {};
  const user = id ?? sub;
  return typeof user === 'string' || typeof user === 'number' ? String(user) : undefined;
}

function apiKeyOfRequest(context: ExecutionContext): string | undefined {
  const { headers } = context.switchToHttp().getRequest<KnownRequest | undefined>() ?? {};
  const key = headers?.['x-api-key'];
  return typeof key === 'string' && key !== '' ? key : undefined;
}
