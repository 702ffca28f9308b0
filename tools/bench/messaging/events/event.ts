import { randomUUID } from 'node:crypto';
import { WrongResultError } from '../../frame/benchmark.ts';

/** What an event tells. */
export interface Payload {
  readonly number: number;
  readonly name: string;
  readonly text: string;
}

export interface Event {
  readonly id: string;
  /** What it is about: some events share one. */
  readonly key: string;
  readonly payload: Payload;
}

export const TOPIC = 'bench.happened';
const KEYS = 100;

/** What each process of these cases is told. */
export interface EventInput {
  readonly redisUrl: string;
}

/** Events of a round: each round has names of its own in Redis. */
export interface PublishInput {
  readonly prefix: string;
  readonly count: number;
  /** Handed over together, or one by one with as many on their way at a time. */
  readonly together: 1 | 100;
}

export interface ConsumeInput {
  readonly prefix: string;
  readonly count: number;
}

/** What publishing has to offer to these cases. */
export interface Publishing {
  readonly publish: (events: readonly Event[]) => Promise<unknown>;
  /** How many of them are in the store. */
  readonly stored: () => Promise<number>;
  readonly close: () => Promise<unknown>;
}

const IN_FLIGHT = 100;

/** Publishes so many events and gives how many a second. */
export async function publishAll(
  { publish, stored, close }: Publishing,
  { count, together }: PublishInput,
): Promise<number> {
  const events = Array.from({ length: count }, (_, number) => eventOf(number));
  const begun = performance.now();
  const lanes = together === 1 ? IN_FLIGHT : 1;
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const some = events.slice(next, next + together);
      next += together;
      await publish(some);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const perSecond = (count * 1_000) / (performance.now() - begun);
  const there = await stored();
  await close();
  if (there !== count) throw new WrongResultError(`${there} of ${count} events are there`);
  return perSecond;
}

/** What was handled: each event must be seen, and only once. */
export class Handled {
  readonly #seen = new Set<number>();
  readonly #all = Promise.withResolvers<void>();
  readonly #count: number;
  #first = 0;
  #last = 0;
  #calls = 0;

  constructor(count: number) {
    this.#count = count;
  }

  add({ number, name }: Payload): void {
    this.#last = performance.now();
    if (this.#calls === 0) this.#first = this.#last;
    this.#calls += 1;
    if (name === 'Ada Lovelace') this.#seen.add(number);
    if (this.#seen.size === this.#count) this.#all.resolve();
  }

  /** Events a second, from the first one handled to the last one. */
  async rate(): Promise<number> {
    await this.#all.promise;
    if (this.#calls !== this.#count) {
      throw new WrongResultError(`${this.#count} events were handled ${this.#calls} times`);
    }
    return ((this.#count - 1) * 1_000) / (this.#last - this.#first);
  }
}

function eventOf(number: number): Event {
  const payload = { number, name: 'Ada Lovelace', text: 'x'.repeat(100) };
  return { id: randomUUID(), key: `key-${number % KEYS}`, payload };
}
