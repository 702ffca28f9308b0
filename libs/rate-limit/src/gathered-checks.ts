import type { AskedCheck } from './asked-check.js';
import type { Algorithm } from './policy.js';

/** A check that waits for its answer. */
export interface WaitingCheck<Answer> extends PromiseWithResolvers<Answer> {
  readonly check: AskedCheck;
}

/**
 * So many leave before the turn is over: Redis decides on them while the rest is gathered. With all
 * in one command, process and server would wait for each other in turn.
 */
const mostTogether = 32;

/**
 * Gathers the checks of one turn of the event loop, so that they travel and are decided in few
 * commands: a command costs process and server more than a decision does.
 */
export class GatheredChecks<Answer> {
  private readonly gathered = new Map<Algorithm, WaitingCheck<Answer>[]>();
  private readonly flush = () => this.sendAll();

  /** @param send sends checks of one algorithm at once, and settles each; never throws */
  constructor(private readonly send: (checks: readonly WaitingCheck<Answer>[]) => void) {}

  /** Resolves or rejects as `send` settles the check. */
  add(check: AskedCheck): Promise<Answer> {
    const { algorithm } = check.policy;
    const waiting = { check, ...Promise.withResolvers<Answer>() };
    const others = this.gathered.get(algorithm);
    if (others === undefined) {
      if (this.gathered.size === 0) process.nextTick(this.flush);
      this.gathered.set(algorithm, [waiting]);
    } else if (others.push(waiting) === mostTogether) {
      this.gathered.delete(algorithm);
      this.send(others);
    }
    return waiting.promise;
  }

  private sendAll(): void {
    const all = [...this.gathered.values()];
    this.gathered.clear();
    for (const checks of all) this.send(checks);
  }
}
