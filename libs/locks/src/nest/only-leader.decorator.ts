import { type GuardedPlace, guardMethod, nameOf } from './guarded-method.js';
import { LeaderElections, noteElection } from './leader-elections.js';
import { underLease } from './lease-context.js';

/** Which leader runs it. */
export interface OnlyLeaderOptions {
  /** Methods of one name have the same leader. Default: class and method, `ReportsService.build`. */
  readonly name?: string;
}

/**
 * Lets a method run only in the process that leads; anywhere else a call gives undefined at once.
 * The application stands for election from its start to its end.
 *
 * @example
 * \@Interval(60_000)
 * \@OnlyLeader({ name: 'mail' })
 * async sendReminders(): Promise<void> {
 *   await this.mail.send({ until: currentLease()?.signal });
 * }
 */
export function OnlyLeader({ name }: OnlyLeaderOptions = {}) {
  return <Method extends (...args: never[]) => Promise<unknown>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const place: GuardedPlace = { target, key, descriptor };
    const election = name ?? nameOf(place);
    noteElection(target, election);
    guardMethod(place, LeaderElections, async ({ service, proceed }) => {
      const { lease } = service.of(election);
      return lease && underLease(lease, proceed);
    });
  };
}
