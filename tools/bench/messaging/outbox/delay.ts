import { setTimeout as sleep } from 'node:timers/promises';
import { WrongResultError } from '../../frame/benchmark.ts';
import { percentile } from '../../frame/statistics.ts';

/** What each process of this case is told. */
export interface DelayInput {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
}

export const TOPIC = 'bench.happened';

/** Nanoseconds of a clock that all processes of this machine share, as text: it has to travel. */
export type Instant = string;

function now(): Instant {
  return String(process.hrtime.bigint());
}

export interface Payload {
  readonly number: number;
  readonly text: string;
}

function payloadOf(number: number): Payload {
  return { number, text: 'x'.repeat(100) };
}

/** When each event, by its number, was committed or handled. */
export type Times = Readonly<Record<number, Instant>>;

export interface CommitInput {
  readonly from: number;
  readonly count: number;
}

const PAUSE_MS = 4;

/** Commits one event after the other, each when the one before has long been handled. */
export async function commitEach(
  { from, count }: CommitInput,
  commit: (payload: Payload, beforeCommit: () => void) => Promise<unknown>,
): Promise<Times> {
  const times: Record<number, Instant> = {};
  for (let number = from; number < from + count; number += 1) {
    await commit(payloadOf(number), () => (times[number] = now()));
    await sleep(PAUSE_MS);
  }
  return times;
}

/** When what was handled. */
export class HandledTimes {
  #times: Record<number, Instant> = {};

  add({ number }: Payload): void {
    if (this.#times[number] !== undefined) throw new WrongResultError(`${number} came twice`);
    this.#times[number] = now();
  }

  /** Waits for that many, and forgets them. */
  async take({ count }: { count: number }): Promise<Times> {
    while (Object.keys(this.#times).length < count) await sleep(PAUSE_MS);
    const times = this.#times;
    this.#times = {};
    return times;
  }
}

/** Milliseconds from commit to handler that half of the events stay below. */
export function medianDelay(committed: Times, handled: Times): number {
  const delays = Object.entries(committed).map(([number, at]) => {
    const end = handled[Number(number)];
    if (end === undefined) throw new WrongResultError(`event ${number} was not handled`);
    return Number(BigInt(end) - BigInt(at)) / 1e6;
  });
  return percentile(
    delays.toSorted((a, b) => a - b),
    50,
  );
}
