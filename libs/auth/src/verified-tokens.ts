import type { Caller } from './caller.js';

/** A key that is no longer published goes on to be accepted for this long at most. */
const KEPT_MS = 60_000;
const MOST_KEPT = 5_000;

/**
 * Tokens whose signature was checked a moment ago: checking it again would cost more than the rest
 * of a small request. Bounded, and no token is kept beyond its own end.
 */
export class VerifiedTokens {
  private readonly kept = new Map<string, { caller: Caller; untilMs: number }>();

  /** @param now the clock, in milliseconds since 1970 */
  constructor(private readonly now: () => number = Date.now) {}

  get(token: string): Caller | undefined {
    const found = this.kept.get(token);
    if (found === undefined) return undefined;
    if (this.now() < found.untilMs) return found.caller;
    this.kept.delete(token);
    return undefined;
  }

  /** @param expiresAtS the token's `exp`, in seconds since 1970 */
  add(token: string, caller: Caller, expiresAtS: number): void {
    const untilMs = Math.min(this.now() + KEPT_MS, expiresAtS * 1_000);
    const [oldest] = this.kept.keys();
    if (this.kept.size >= MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(token, { caller, untilMs });
  }
}
