import type { Member } from '../cache/member.ts';
import type { Drain, Drained } from './programs/settings.ts';

/** All processes take what a limit has, until Redis says that it is full; what they counted together. */
export async function drainAtOnce(callers: readonly Member[], drain: Drain): Promise<Drained> {
  const all = await Promise.all(
    callers.map(async (caller) => caller.call<Drained>('drain', drain)),
  );
  const sum = (of: (one: Drained) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    calls: sum(({ calls }) => calls),
    allowed: sum(({ allowed }) => allowed),
    unanswered: sum(({ unanswered }) => unanswered),
    failed: sum(({ failed }) => failed),
  };
}
