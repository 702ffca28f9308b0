import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import { codeOf } from '../store-failure.js';
import { answerWithin } from './answer-within.js';
import { now, type Moment } from './moment.js';

interface LeaseDocument {
  _id: 'migrations';
  /** Null while nobody holds it. */
  owner: string | null;
  /** For people: `user@host:pid`. */
  holder: string;
  /** Rises with each new owner. */
  fence: number;
  /** Rises with each renewal. */
  beat: number;
  /** How long it may stay the same before others count the lease as abandoned. */
  leaseMs: number;
}

/** A hold on the lease. */
export interface Lease {
  readonly owner: string;
  /** Fencing token: higher than that of any earlier owner. */
  readonly fence: number;
  /** Before it was ours: from here on its time counts. */
  readonly askedAt: Moment;
}

const DUPLICATE_KEY = 11_000;

/**
 * How a lease is kept: renewed every fifth of its time. The holder is sure of it for two fifths after a
 * renewal, and asks after that before it writes anything; an answer that took four fifths says nothing any
 * more. So the holder stops before anybody can take over.
 */
export function leaseTiming(leaseMs: number): {
  everyMs: number;
  sureForMs: number;
  endsAfterMs: number;
} {
  return {
    everyMs: Math.ceil(leaseMs / 5),
    sureForMs: (leaseMs * 2) / 5,
    endsAfterMs: Math.ceil((leaseMs * 4) / 5),
  };
}

/**
 * The lock: one document whose owner renews it. No clock is compared with another's: a lease counts
 * as abandoned when the one who wants it has seen the same beat for the lease's time, by its own
 * monotonic clock. Each change is conditional on what was seen, so of several takers one wins.
 */
export class MongoLeases {
  private readonly documents: Collection<LeaseDocument>;
  private seen: { fence: number; beat: number; since: number } | undefined;

  constructor(
    db: Db,
    private readonly options: { leaseMs: number; commandTimeoutMs: number },
  ) {
    this.documents = db.collection<LeaseDocument>('schema_migrations_lock', {
      writeConcern: { w: 'majority' },
      readConcern: { level: 'majority' },
      readPreference: 'primary',
    });
  }

  /** Takes the lease if it is free or abandoned; undefined if it is neither, or another was faster. */
  async tryTake(holder: string): Promise<Lease | undefined> {
    const askedAt = now();
    const current = await this.current();
    if (current === null) return this.create(holder, askedAt);
    if (current.owner !== null && !this.isAbandoned(current)) return undefined;
    return this.take(current, { holder, askedAt });
  }

  /** False if the lease is another's by now. Waits for an answer only as long as that helps. */
  async renew(lease: Lease): Promise<boolean> {
    const result = await answerWithin(
      leaseTiming(this.options.leaseMs).endsAfterMs,
      this.documents.updateOne({ _id: 'migrations', owner: lease.owner }, { $inc: { beat: 1 } }),
    );
    return result.matchedCount === 1;
  }

  /** Frees the lease, unless it is another's by now. */
  async give(lease: Lease): Promise<void> {
    await this.answered(
      this.documents.updateOne(
        { _id: 'migrations', owner: lease.owner },
        { $set: { owner: null } },
      ),
    );
  }

  async holder(): Promise<string | undefined> {
    const current = await this.current();
    return current === null || current.owner === null ? undefined : current.holder;
  }

  private async create(holder: string, askedAt: Moment): Promise<Lease | undefined> {
    const lease = { owner: randomUUID(), fence: 1 };
    const { leaseMs } = this.options;
    try {
      await this.answered(
        this.documents.insertOne({ _id: 'migrations', ...lease, holder, beat: 0, leaseMs }),
      );
      return { ...lease, askedAt };
    } catch (error) {
      if (codeOf(error) === DUPLICATE_KEY) {
        return undefined;
      }
      throw error;
    }
  }

  private async take(
    seen: LeaseDocument,
    { holder, askedAt }: { holder: string; askedAt: Moment },
  ): Promise<Lease | undefined> {
    const lease = { owner: randomUUID(), fence: seen.fence + 1 };
    const result = await this.answered(
      this.documents.updateOne(
        { _id: 'migrations', owner: seen.owner, fence: seen.fence, beat: seen.beat },
        { $set: { ...lease, holder, beat: 0, leaseMs: this.options.leaseMs } },
      ),
    );
    return result.modifiedCount === 1 ? { ...lease, askedAt } : undefined;
  }

  private async current(): Promise<LeaseDocument | null> {
    return this.answered(this.documents.findOne({ _id: 'migrations' }));
  }

  private async answered<T>(command: Promise<T>): Promise<T> {
    return answerWithin(this.options.commandTimeoutMs, command);
  }

  private isAbandoned({ fence, beat, leaseMs }: LeaseDocument): boolean {
    const now = performance.now();
    if (this.seen?.fence !== fence || this.seen.beat !== beat) {
      this.seen = { fence, beat, since: now };
    }
    return now - this.seen.since >= leaseMs;
  }
}
