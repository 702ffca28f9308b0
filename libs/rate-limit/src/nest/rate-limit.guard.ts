import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';

import { CallLimits } from './call-limits.js';
import { rulesAt, skipsGlobal, toRule } from './declared-rules.js';
import type { ResolvedRateLimitModuleOptions } from './rate-limit.module-options.js';
import { RATE_LIMIT_OPTIONS } from './rate-limit.tokens.js';

/** Applies what `@RateLimit` says, once for each call. The decorator names it by itself. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  /** All guards of a call are given one context, and several places may have named this guard. */
  private static readonly seen = new WeakSet<ExecutionContext>();

  constructor(private readonly limits: CallLimits) {}

  /**
   * @throws {RateLimitedException} when a request is refused
   * @throws {RateLimitedRpcException} when a message is
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (RateLimitGuard.seen.has(context)) return true;
    RateLimitGuard.seen.add(context);
    await this.limits.apply(rulesAt(context.getHandler(), context.getClass()), context);
    return true;
  }
}

/** Applies the module's global rules to every HTTP request, before any other guard. */
@Injectable()
export class GlobalRateLimitGuard implements CanActivate {
  constructor(
    @Inject(RATE_LIMIT_OPTIONS) private readonly options: ResolvedRateLimitModuleOptions,
    private readonly limits: CallLimits,
  ) {}

  /** @throws {RateLimitedException} when a request is refused */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const rules = this.options.global
      .map(toRule)
      .filter((rule) => !skipsGlobal(rule, context.getHandler(), context.getClass()));
    await this.limits.apply(rules, context);
    return true;
  }
}
