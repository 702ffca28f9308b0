import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';

import { rulesOn, toRule } from './declared-rules.js';
import type { ResolvedRateLimitModuleOptions } from './rate-limit.module-options.js';
import { RATE_LIMIT_OPTIONS } from './rate-limit.tokens.js';
import { RuleChecks } from './rule-checks.js';

/** Stops the boot where a rule names a policy that there is not. */
@Injectable()
export class RuleInspector implements OnModuleInit {
  constructor(
    @Inject(RATE_LIMIT_OPTIONS) private readonly options: ResolvedRateLimitModuleOptions,
    private readonly checks: RuleChecks,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws {RateLimitOptionError} */
  onModuleInit(): void {
    for (const rule of this.options.global) this.checks.policyOf(toRule(rule));
    for (const { metatype } of this.discovery.getControllers()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Record<string, object>;
      const handlers = this.scanner.getAllMethodNames(prototype).map((name) => prototype[name]);
      for (const place of [metatype, ...handlers]) {
        for (const rule of place ? rulesOn(place) : []) this.checks.policyOf(rule);
      }
    }
  }
}
