import { AddressRanges } from './address/address-ranges.js';
import type { AskedCheck } from './asked-check.js';
import { type CheckResult, type Decision, decide } from './decision.js';

/** Keys, and addresses or ranges of them. */
class AccessList {
  private readonly keys: ReadonlySet<string>;
  private readonly ranges: AddressRanges;

  constructor(entries: readonly string[]) {
    this.ranges = new AddressRanges(entries.filter((entry) => AddressRanges.takes(entry)));
    this.keys = new Set(entries.filter((entry) => !AddressRanges.takes(entry)));
  }

  has({ key, address }: AskedCheck): boolean {
    return this.keys.has(key) || (address !== undefined && this.ranges.has(address));
  }
}

/** Decides on who is on a list, before anything is counted. */
export class AccessLists {
  private readonly allowed: AccessList | undefined;
  private readonly denied: AccessList | undefined;

  constructor(allow: readonly string[], deny: readonly string[]) {
    this.allowed = allow.length > 0 ? new AccessList(allow) : undefined;
    this.denied = deny.length > 0 ? new AccessList(deny) : undefined;
  }

  /** Whether nobody is on either. */
  get areEmpty(): boolean {
    return this.allowed === undefined && this.denied === undefined;
  }

  /**
   * One check on the deny-list refuses all; one on the allow-list lets all of them through, for they
   * are about one caller: its account may be listed, and its address not.
   */
  decide(checks: readonly AskedCheck[]): Decision | undefined {
    const { allowed, denied } = this;
    if (denied && checks.some((check) => denied.has(check))) {
      const all = checks.map((check) => resultOf(check, !denied.has(check)));
      return decide(all, false, 'list');
    }
    if (allowed && checks.some((check) => allowed.has(check))) {
      const all = checks.map((check) => resultOf(check, true));
      return decide(all, true, 'list');
    }
    return undefined;
  }
}

function resultOf({ policy, key }: AskedCheck, allowed: boolean): CheckResult {
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
