import { HttpException } from '@nestjs/common';

import type { Decision } from '../decision.js';
import { retryAfterSeconds } from './rate-limit-headers.js';

/** What a program can act on. */
export interface RefusalFacts {
  /** The name of the policy that refuses for longest. */
  readonly policy: string;
  readonly limit: number;
  readonly remaining: number;
  readonly retryAfterMs: number;
}

/** What a refusal is, in words for whoever receives it. */
export interface Refusal {
  readonly status: 403 | 429 | 503;
  /** `rate_limited`, `denied` (by a list) or `unavailable` (Redis is away, and the policy refuses). */
  readonly code: 'rate_limited' | 'denied' | 'unavailable';
  readonly kind: 'rate_limited' | 'forbidden' | 'unavailable';
  readonly message: string;
  readonly facts: RefusalFacts;
  readonly retryAfterSeconds: number;
  readonly violated: readonly string[];
}

const problemTypes = 'https://iana.org/assignments/http-problem-types';

const words = {
  rate_limited: {
    status: 429,
    kind: 'rate_limited',
    type: `${problemTypes}#quota-exceeded`,
    title: 'Quota exceeded',
  },
  denied: { status: 403, kind: 'forbidden', type: 'about:blank', title: 'Forbidden' },
  unavailable: {
    status: 503,
    kind: 'unavailable',
    type: `${problemTypes}#temporary-reduced-capacity`,
    title: 'Temporarily reduced capacity',
  },
} as const;

/** Puts a decision against a call into words. */
export function refusalOf(decision: Decision): Refusal {
  const { policy, limit, remaining, retryAfterMs, source, all } = decision;
  const seconds = retryAfterSeconds(decision);
  const code =
    source === 'list'
      ? 'denied'
      : source === 'fallback' && limit === 0
        ? 'unavailable'
        : 'rate_limited';
  const { status, kind } = words[code];
  const message = {
    rate_limited: `Too many requests: try again in ${seconds} s.`,
    denied: 'Requests from here are not taken.',
    unavailable: `This cannot be decided at the moment: try again in ${seconds} s.`,
  }[code];
  return {
    status,
    code,
    kind,
    message,
    facts: { policy: policy.name, limit, remaining, retryAfterMs },
    retryAfterSeconds: seconds,
    violated: all
      .filter((result) => !result.allowed && !result.policy.shadow)
      .map((result) => result.policy.name),
  };
}

/**
 * A request was refused. Its response is problem details (RFC 9457) of the types that the draft of
 * the headers defines; `code`, `kind` and `facts` are for filters that make answers of their own.
 */
export class RateLimitedException extends HttpException {
  readonly code: Refusal['code'];
  readonly kind: Refusal['kind'];
  readonly facts: RefusalFacts;
  readonly retryAfterSeconds: number;

  constructor({ status, code, kind, message, facts, ...rest }: Refusal) {
    const { type, title } = words[code];
    const problem = {
      type,
      title,
      status,
      detail: message,
      code,
      facts,
      // A list is no policy.
      ...(code !== 'denied' && { 'violated-policies': rest.violated }),
    };
    super(problem, status);
    this.message = message;
    this.code = code;
    this.kind = kind;
    this.facts = facts;
    this.retryAfterSeconds = rest.retryAfterSeconds;
  }
}
