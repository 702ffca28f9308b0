import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import { codeOf } from '../store-failure.js';

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
}

const DUPLICATE_KEY = 11_000;

/**
 * How a lease is kept: renewed every fifth of its time, each try with as much time to answer, and
 * given up after four fifths without success. So the holder knows before anybody can take over.
 */
export function renewalTiming(leaseMs: number): { everyMs: number; giveUpAfterMs: number } {
  return { everyMs: Math.ceil(leaseMs / 5), giveUpAfterMs: (leaseMs * 4) / 5 };
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
      timeoutMS: options.commandTimeoutMs,
    });
  }

  /** Takes the lease if it is free or abandoned; undefined if it is neither, or another was faster. */
  async tryTake(holder: string): Promise<Lease | undefined> {
    const current = await this.documents.findOne({ _id: 'migrations' });
    if (current === null) return this.create(holder);
    if (current.owner !== null && !this.isAbandoned(current)) return undefined;
    return this.take(current, holder);
  }

  /** False if the lease is another's by now. Waits for an answer only as long as that helps. */
  async renew(lease: Lease): Promise<boolean> {
    const result = await this.documents.updateOne(
      { _id: 'migrations', owner: lease.owner },
      { $inc: { beat: 1 } },
      { timeoutMS: renewalTiming(this.options.leaseMs).everyMs },
    );
    return result.matchedCount === 1;
  }

  /** Frees the lease, unless it is another's by now. */
  async give(lease: Lease): Promise<void> {
    await this.documents.updateOne(
      { _id: 'migrations', owner: lease.owner },
      { $set: { owner: null } },
    );
  }

  async holder(): Promise<string | undefined> {
    const current = await this.documents.findOne({ _id: 'migrations' });
    return current === null || current.owner === null ? undefined : current.holder;
  }

  private async create(holder: string): Promise<Lease | undefined> {
    const lease = { owner: randomUUID(), fence: 1 };
    const { leaseMs } = this.options;
    try {
      await this.documents.insertOne({ _id: 'migrations', ...lease, holder, beat: 0, leaseMs });
      return lease;
    } catch (error) {
      if (codeOf(error) === DUPLICATE_KEY) {
        return undefined;
      }
      throw error;
    }
  }

  private async take(seen: LeaseDocument, holder: string): Promise<Lease | undefined> {
    const lease = { owner: randomUUID(), fence: seen.fence + 1 };
    const result = await this.documents.updateOne(
      { _id: 'migrations', owner: seen.owner, fence: seen.fence, beat: seen.beat },
      { $set: { ...lease, holder, beat: 0, leaseMs: this.options.leaseMs } },
    );
    return result.modifiedCount === 1 ? lease : undefined;
  }

  private isAbandoned({ fence, beat, leaseMs }: LeaseDocument): boolean {
    const now = performance.now();
    if (this.seen?.fence !== fence || this.seen.beat !== beat) {
      this.seen = { fence, beat, since: now };
    }
    return now - this.seen.since >= leaseMs;
  }
}
