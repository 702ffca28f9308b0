import { SetMetadata } from '@nestjs/common';

import type { Policy } from '../policy.js';
import type { RateLimitRule } from './rate-limit-rule.js';

/** What a decorator may be given: a policy, by name or itself, or a whole rule. */
export type RuleLike = string | Policy | RateLimitRule;

const RULES = Symbol('rate limit rules');
const SKIPPED = Symbol('rate limits skipped');

/** Adds rules to a place that may have some. */
export function declareRules(rules: readonly RateLimitRule[]) {
  return (target: object, _name?: string | symbol, method?: PropertyDescriptor) => {
    const place = (method?.value as object | undefined) ?? target;
    const before = rulesOn(place);
    // Decorators are applied from the bottom up: what stands higher comes first.
    Reflect.defineMetadata(RULES, [...rules, ...before], place);
  };
}

export function declareSkipped(policies: readonly string[]) {
  return SetMetadata(SKIPPED, policies);
}

/** The rules of a handler and its controller, and what these skip. */
export function rulesAt(handler: object, controller: object): readonly RateLimitRule[] {
  const skippedHere = Reflect.getMetadata(SKIPPED, handler) as readonly string[] | undefined;
  const own = rulesOn(handler);
  const around = skippedHere?.length === 0 ? [] : rulesOn(controller);
  return [...around, ...own].filter(({ policy }) => !skippedHere?.includes(nameOf(policy)));
}

/** Whether a global rule is skipped by a handler or its controller. */
export function skipsGlobal(rule: RateLimitRule, handler: object, controller: object): boolean {
  return [handler, controller].some((place) => {
    const skipped = Reflect.getMetadata(SKIPPED, place) as readonly string[] | undefined;
    return skipped?.length === 0 || skipped?.includes(nameOf(rule.policy)) === true;
  });
}

/** The rules that stand on one place. */
export function rulesOn(place: object): readonly RateLimitRule[] {
  return (Reflect.getMetadata(RULES, place) as readonly RateLimitRule[] | undefined) ?? [];
}

export function toRule(rule: RuleLike): RateLimitRule {
  return typeof rule === 'object' && 'policy' in rule ? rule : { policy: rule };
}

function nameOf(policy: string | Policy): string {
  return typeof policy === 'string' ? policy : policy.name;
}
