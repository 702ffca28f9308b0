import { Unexpected } from './person.ts';

const WAIT_MS = 30_000;
const PAUSE_MS = 50;

/**
 * Looks again and again until `seen` accepts what `look` returns: messages need a moment.
 *
 * @throws Unexpected with the last thing seen, when 30 seconds were not enough.
 */
export async function observe<T>(
  what: string,
  look: () => Promise<T>,
  seen: (value: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const value = await look();
    if (seen(value)) return value;
    if (Date.now() > deadline) {
      throw new Unexpected(`${what} was not observed; last seen: ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/**
 * Looks for a while and insists that the value stays as it is: what was counted twice would show
 * late.
 */
export async function stays<T>(
  what: string,
  look: () => Promise<T>,
  { as, forMs }: { as: T; forMs: number },
): Promise<void> {
  const until = Date.now() + forMs;
  const expected = JSON.stringify(as);
  while (Date.now() < until) {
    const value = await look();
    if (JSON.stringify(value) !== expected) {
      throw new Unexpected(`${what} should stay ${expected} but became ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
