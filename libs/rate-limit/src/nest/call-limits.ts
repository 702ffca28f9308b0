import type { ServerResponse } from 'node:http';

import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import type { Check, CheckResult, Decision } from '../decision.js';
import type { Hold } from '../hold.js';
import { RateLimitOptionError } from '../rate-limit.errors.js';
import { RateLimiter } from '../rate-limiter.js';
import { RateLimitedException, refusalOf } from './rate-limit.exceptions.js';
import { rateLimitHeaders } from './rate-limit-headers.js';
import type { ResolvedRateLimitModuleOptions } from './rate-limit.module-options.js';
import type { RateLimitRule } from './rate-limit-rule.js';
import { RATE_LIMIT_OPTIONS } from './rate-limit.tokens.js';
import { RuleChecks } from './rule-checks.js';

/** A response of Express, or of Fastify with Node's own in `raw`. */
type Response = ServerResponse & { readonly raw?: ServerResponse };

/** Holds calls against rules: what the guards have in common. */
@Injectable()
export class CallLimits {
  /** Of each request, what its headers have told so far: more than one guard may see it. */
  private readonly told = new WeakMap<object, CheckResult[]>();

  constructor(
    @Inject(RATE_LIMIT_OPTIONS) private readonly options: ResolvedRateLimitModuleOptions,
    private readonly limiter: RateLimiter,
    private readonly checks: RuleChecks,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * @throws {RateLimitedException} when a request is refused
   * @throws {RateLimitedRpcException} when a message is
   */
  async apply(rules: readonly RateLimitRule[], context: ExecutionContext): Promise<void> {
    if (rules.length === 0 || this.options.skip(context)) return;
    const checks = await this.checks.of(rules, context);
    const decision = await this.take(checks, context);
    if (context.getType() === 'http') this.tell(decision, context);
    if (decision.allowed) return;
    const refusal = refusalOf(decision);
    if (context.getType() === 'http') throw new RateLimitedException(refusal);
    // Only where messages come from is that package sure to be installed.
    const { RateLimitedRpcException } = await import('./rate-limited.rpc-exception.js');
    throw new RateLimitedRpcException(refusal);
  }

  private async take(checks: readonly Check[], context: ExecutionContext): Promise<Decision> {
    const slots = checks.filter(({ policy }) => policy.algorithm === 'concurrency');
    if (slots.length === 0) return this.limiter.consume(checks);
    if (context.getType() !== 'http') {
      const names = slots.map(({ policy }) => policy.name);
      const takes = 'policies that count in time: nobody tells a guard when a message is done';
      throw new RateLimitOptionError('policies of a message handler', names, takes);
    }
    const hold = await this.limiter.hold(checks);
    const response = context.switchToHttp().getResponse<Response>();
    releaseAtEnd(hold, response.raw ?? response);
    return hold.decision;
  }

  private tell(decision: Decision, context: ExecutionContext): void {
    const http = context.switchToHttp();
    const request = http.getRequest<object>();
    const results = [...(this.told.get(request) ?? []), ...decision.all];
    this.told.set(request, results);
    const headers = rateLimitHeaders(results, this.options);
    if (!decision.allowed) {
      headers['Retry-After'] = String(refusalOf(decision).retryAfterSeconds);
      headers['Content-Type'] = 'application/problem+json';
    }
    const response = http.getResponse<object>();
    for (const [name, value] of Object.entries(headers)) {
      this.adapterHost.httpAdapter.setHeader(response, name, value);
    }
  }
}

/** Also when the client went away before it had its answer, or before it had its slot. */
function releaseAtEnd(hold: Hold, response: ServerResponse): void {
  const release = () => void hold.release();
  if (response.closed) release();
  else response.once('close', release);
}
