import { AccessList } from './access-list.js';
import type { AskedCheck } from './asked-check.js';
import { type CheckResult, type Decision, decide } from './decision.js';

/** Decides on who is on a list, before anything is counted. */
export class AccessLists {
  private readonly allowed: AccessList | undefined;
  private readonly denied: AccessList | undefined;

  constructor(allow: readonly string[], deny: readonly string[]) {
    this.allowed = allow.length > 0 ? new AccessList(allow) : undefined;
    this.denied = deny.length > 0 ? new AccessList(deny) : undefined;
  }

  /**
   * One key on the deny-list refuses all checks; one on the allow-list lets all of them through, for
   * they are about one caller: its account may be listed, and its address not.
   */
  decide(checks: readonly AskedCheck[]): Decision | undefined {
    if (this.denied && checks.some(({ key }) => this.denied?.has(key))) {
      return decide(
        checks.map((check) => result(check, this.denied?.has(check.key) !== true)),
        false,
        'list',
      );
    }
    if (this.allowed && checks.some(({ key }) => this.allowed?.has(key))) {
      return decide(
        checks.map((check) => result(check, true)),
        true,
        'list',
      );
    }
    return undefined;
  }
}

function result({ policy, key }: AskedCheck, allowed: boolean): CheckResult {
  const { limit, windowMs } = policy;
  const count = allowed ? 0 : limit;
  // A list has no end: a window from now is as good a time to ask again as any.
  const waitMs = allowed ? 0 : Math.ceil(windowMs);
  return {
    policy,
    key,
    allowed,
    limit,
    count,
    remaining: limit - count,
    resetMs: waitMs,
    retryAfterMs: waitMs,
  };
}
