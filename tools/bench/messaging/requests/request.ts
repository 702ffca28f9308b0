import { WrongResultError } from '../../frame/benchmark.ts';

/** What is asked, and comes back. */
export interface Payload {
  readonly number: number;
  readonly name: string;
  readonly tags: readonly string[];
  readonly text: string;
}

export const PATTERN = 'echo';

/** What each process of this case is told. */
export interface RequestInput {
  readonly redisUrl: string;
  /** Starts the names of all that it keeps in Redis. */
  readonly prefix: string;
}

export interface RoundInput {
  readonly inFlight: number;
  readonly forMs: number;
}

export type Ask = (payload: Payload) => Promise<Payload>;

/** A client's methods for the frame: asks for a while, so many at a time; gives requests a second. */
export function asking(ask: Ask) {
  let asked = 0;
  const lane = async (until: number): Promise<number> => {
    let answered = 0;
    while (performance.now() < until) {
      const number = (asked += 1);
      checkReply(await ask(payloadOf(number)), number);
      answered += 1;
    }
    return answered;
  };
  return {
    round: async ({ inFlight, forMs }: RoundInput): Promise<number> => {
      const begun = performance.now();
      const lanes = Array.from({ length: inFlight }, async () => lane(begun + forMs));
      const answered = (await Promise.all(lanes)).reduce((sum, one) => sum + one, 0);
      return (answered * 1_000) / (performance.now() - begun);
    },
  };
}

function payloadOf(number: number): Payload {
  return { number, name: 'Ada Lovelace', tags: ['one', 'two', 'three'], text: 'x'.repeat(100) };
}

function checkReply(reply: Payload, asked: number): void {
  const isRight = reply.number === asked && reply.tags.length === 3 && reply.text.length === 100;
  if (!isRight) throw new WrongResultError(`request ${asked} got ${JSON.stringify(reply)}`);
}
