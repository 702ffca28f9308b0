import { UseGuards, applyDecorators } from '@nestjs/common';

import { type RuleLike, declareRules, declareSkipped, toRule } from './declared-rules.js';
import { RateLimitGuard } from './rate-limit.guard.js';

/**
 * Limits a route, a message handler or all those of a controller. May be repeated; the rules of a
 * handler and of its controller are decided together: one call counts for all of them or for none.
 *
 * Guards run in the order in which their decorators are applied, which is from the bottom up: a rule
 * by `user` belongs above the decorator that signs callers in.
 *
 * @example
 * \@RateLimit({ policy: 'sign-in', key: (context) => emailOf(context) })
 */
export function RateLimit(...rules: readonly RuleLike[]): ClassDecorator & MethodDecorator {
  return applyDecorators(
    declareRules(rules.map(toRule)),
    // The guard runs once for each call, however often it is named.
    UseGuards(RateLimitGuard),
  );
}

/**
 * Frees a handler or a controller from the limits around it: from its controller's and the global
 * ones; with names, from those policies alone. What stands on the handler itself stays, unless named.
 */
export function SkipRateLimit(...policies: readonly string[]): ClassDecorator & MethodDecorator {
  return declareSkipped(policies);
}
