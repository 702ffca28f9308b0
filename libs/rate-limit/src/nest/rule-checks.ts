import { createHash } from 'node:crypto';

import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';

import { type AddressedRequest, ClientAddresses } from '../address/client-addresses.js';
import type { Check } from '../decision.js';
import type { Policy } from '../policy.js';
import { RateLimitOptionError, requireWhole } from '../rate-limit.errors.js';
import type { ResolvedRateLimitModuleOptions } from './rate-limit.module-options.js';
import type { KeySource, RateLimitRule } from './rate-limit-rule.js';
import { RATE_LIMIT_OPTIONS } from './rate-limit.tokens.js';

/** Makes of rules what has to be checked for one call. */
@Injectable()
export class RuleChecks {
  private readonly policies: ReadonlyMap<string, Policy>;

  constructor(
    @Inject(RATE_LIMIT_OPTIONS) private readonly options: ResolvedRateLimitModuleOptions,
    private readonly addresses: ClientAddresses,
  ) {
    this.policies = new Map(options.policies.map((policy) => [policy.name, policy]));
  }

  /** @throws {RateLimitOptionError} when a rule names a policy that there is not. */
  policyOf({ policy }: RateLimitRule): Policy {
    if (typeof policy !== 'string') return policy;
    const named = this.policies.get(policy);
    if (named) return named;
    const names = [...this.policies.keys()].join(', ');
    throw new RateLimitOptionError('policy', policy, `the name of one of the policies: ${names}`);
  }

  async of(rules: readonly RateLimitRule[], context: ExecutionContext): Promise<Check[]> {
    const address = this.addressOf(context);
    return Promise.all(
      rules.map(async (rule) => {
        const policy = await this.limited(rule, context);
        const { cost = 1 } = rule;
        return {
          policy,
          key: await this.keyOf(rule.key ?? this.options.key, context),
          cost: typeof cost === 'function' ? await cost(context) : cost,
          address,
        };
      }),
    );
  }

  private async limited(rule: RateLimitRule, context: ExecutionContext): Promise<Policy> {
    const policy = this.policyOf(rule);
    const limit = await rule.limit?.(context);
    if (limit === undefined || limit === policy.limit) return policy;
    requireWhole(`limit for ${policy.name}`, limit, 1, 1_000_000_000);
    return { ...policy, limit };
  }

  /** Each kind has its own beginning: no account's name may stand for another's address. */
  private async keyOf(source: KeySource, context: ExecutionContext): Promise<string> {
    if (typeof source === 'function') return `key:${await source(context)}`;
    if (source === 'user') {
      const user = this.options.user(context);
      if (user !== undefined && user !== '') return `user:${user}`;
    }
    if (source === 'apiKey') {
      const apiKey = this.options.apiKey(context);
      // A secret has no place in the names of keys.
      if (apiKey) return `apiKey:${createHash('sha256').update(apiKey).digest('base64url')}`;
    }
    if (context.getType() !== 'http') {
      const takes = 'a key that messages have: a function, or a user that the module can tell';
      throw new RateLimitOptionError('key of a message handler', source, takes);
    }
    return `address:${this.addresses.keyOf(requestOf(context))}`;
  }

  private addressOf(context: ExecutionContext): string | undefined {
    return context.getType() === 'http' ? this.addresses.of(requestOf(context)) : undefined;
  }
}

function requestOf(context: ExecutionContext): AddressedRequest {
  return context.switchToHttp().getRequest<AddressedRequest>();
}
