import type { Collection, Db } from 'mongodb';

import type { FencingTokens } from './fencing-tokens.js';

interface Counter {
  /** The resource. */
  readonly _id: string;
  /** The last token; a long of BSON. */
  readonly token: unknown;
}

/** A counter begins where the tokens are of Redis alone: at the time in microseconds. */
const COUNT_UP = [
  {
    $set: {
      token: {
        $add: [{ $ifNull: ['$token', { $multiply: [{ $toLong: '$$NOW' }, 1_000] }] }, 1],
      },
    },
  },
];

const DUPLICATE_KEY = 11_000;

/** Where a {@link MongoFencingTokens} counts. */
export interface MongoFencingTokensOptions {
  readonly db: Db;
  /** `fencing_tokens` by default. */
  readonly collection?: string;
  /** Deadline of each operation in milliseconds; 5,000 by default. */
  readonly timeoutMs?: number;
}

/**
 * Mints from a counter document for each resource, written to a majority: a token is never repeated,
 * also not when another member becomes the primary.
 */
export class MongoFencingTokens implements FencingTokens {
  private readonly counters: Collection<Counter>;
  private readonly timeoutMs: number;

  constructor({ db, collection = 'fencing_tokens', timeoutMs = 5_000 }: MongoFencingTokensOptions) {
    this.counters = db.collection<Counter>(collection);
    this.timeoutMs = timeoutMs;
  }

  async next(resource: string): Promise<bigint> {
    const token = (await this.countUp(resource)) ?? (await this.countUp(resource));
    if (token === undefined) throw new Error(`no counter could be made for ${resource}`);
    return token;
  }

  /** Undefined when another made the counter at the same moment: the next time it is there. */
  private async countUp(resource: string): Promise<bigint | undefined> {
    const counter = await this.upsert(resource).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === DUPLICATE_KEY) return null;
      throw error;
    });
    // A number, a bigint or a Long, as the client was told to read it.
    return counter ? BigInt(String(counter.token)) : undefined;
  }

  private async upsert(resource: string): Promise<Counter | null> {
    return this.counters.findOneAndUpdate({ _id: resource }, COUNT_UP, {
      upsert: true,
      returnDocument: 'after',
      writeConcern: { w: 'majority', journal: true },
      timeoutMS: this.timeoutMs,
    });
  }
}
