import type { ExecutionContext } from '@nestjs/common';

import type { Policy } from '../policy.js';

/**
 * By whom calls are counted:
 * - `address`: the client's address, by `trustedProxies` and `ipv6Prefix`; over HTTP alone;
 * - `user`: who is signed in, as the module's `user` tells, else the address. The guard that signs
 *   callers in must have run before: write `@RateLimit` above its decorator;
 * - `apiKey`: the API key, as the module's `apiKey` tells, else the address;
 * - a function that gives the key, such as the account that somebody tries to sign in to.
 */
export type KeySource =
  | 'address'
  | 'user'
  | 'apiKey'
  | ((context: ExecutionContext) => string | Promise<string>);

/** What is asked of one policy before a handler runs. */
export interface RateLimitRule {
  /** One of the module's, by its name, or one of the rule's own. */
  readonly policy: string | Policy;
  /** Default: the module's `key`. */
  readonly key?: KeySource;
  /** How much a call takes, from 1 to the limit. Default 1. */
  readonly cost?: number | ((context: ExecutionContext) => number | Promise<number>);
  /**
   * A limit for this call in place of the policy's, such as that of the caller's plan; undefined
   * leaves it. Of a policy with a burst it is the burst, and the rate changes in proportion.
   */
  readonly limit?: (context: ExecutionContext) => number | undefined | Promise<number | undefined>;
}
