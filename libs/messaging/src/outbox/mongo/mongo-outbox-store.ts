import type { ChangeStream, ClientSession, Collection, Db, Document, Timestamp } from 'mongodb';

import { withinDeadline } from '../deadline.js';
import { OutboxTransactionRequiredError } from '../outbox.errors.js';
import type { OutboxLag, OutboxMessage, OutboxStore, SentBefore } from '../outbox-store.js';

/** Where a {@link MongoOutboxStore} reads and writes. */
export interface MongoOutboxStoreOptions {
  readonly db: Db;
  /** The session of the transaction that the caller is in; undefined outside of one. */
  readonly current: () => ClientSession | undefined;
  /** Deadline of each operation in milliseconds; 5,000 by default. */
  readonly operationTimeoutMs?: number;
}

/** An event as it lies in the collection. */
interface OutboxDocument extends Omit<OutboxMessage, 'id'> {
  readonly _id: string;
  /**
   * Written empty. MongoDB puts its cluster time there as it inserts: an order that rises with each
   * insert, whatever the clocks of the writers say. A server that leaves it empty orders by `_id`.
   */
  readonly sequence: Timestamp;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

/** How long to wait for a change stream to close. */
const GOODBYE_MS = 1_000;

/** Keeps events in the collection `outbox` of MongoDB. */
export class MongoOutboxStore implements OutboxStore {
  private readonly collection: Collection<OutboxDocument>;
  private readonly timeoutMs: number;

  constructor(private readonly options: MongoOutboxStoreOptions) {
    this.collection = options.db.collection<OutboxDocument>('outbox');
    this.timeoutMs = options.operationTimeoutMs ?? 5_000;
  }

  async add(messages: readonly OutboxMessage[]): Promise<void> {
    const session = this.options.current();
    if (session === undefined || !session.inTransaction()) {
      throw new OutboxTransactionRequiredError(messages.map(({ topic }) => topic));
    }
    const documents = await toDocuments(messages);
    await this.within(
      'adding events to the outbox',
      this.collection.insertMany(documents, { session, ordered: true }),
    );
  }

  async unsent(limit: number): Promise<OutboxMessage[]> {
    // What a majority does not have may be rolled back by a failover: it must not be published.
    const found = this.collection.find(
      { sentAt: null },
      {
        sort: { sequence: 1, _id: 1 },
        limit,
        batchSize: limit,
        readConcern: { level: 'majority' },
        readPreference: 'primary',
        timeoutMS: this.timeoutMs,
      },
    );
    return (await this.within('reading unsent events', found.toArray())).map(toMessage);
  }

  async markSent(ids: readonly string[]): Promise<void> {
    await this.within(
      'marking events as sent',
      this.collection.updateMany(
        { _id: { $in: [...ids] }, sentAt: null },
        { $currentDate: { sentAt: true } },
        { timeoutMS: this.timeoutMs },
      ),
    );
  }

  async removeSent({ olderThanMs, limit }: SentBefore): Promise<number> {
    const sentBefore = { sentAt: { $lt: new Date(Date.now() - olderThanMs) } };
    const timeout = { timeoutMS: this.timeoutMs };
    const old = await this.within(
      'finding sent events',
      this.collection.find(sentBefore, { projection: { _id: 1 }, limit, ...timeout }).toArray(),
    );
    if (old.length === 0) return 0;
    const { deletedCount } = await this.within(
      'removing sent events',
      this.collection.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } }, timeout),
    );
    return deletedCount;
  }

  async lag(): Promise<OutboxLag> {
    const stages = [
      { $match: { sentAt: null } },
      { $group: { _id: null, pending: { $sum: 1 }, oldest: { $min: '$createdAt' } } },
    ];
    const [found] = await this.within(
      'measuring the lag of the outbox',
      this.collection
        .aggregate<{ pending: number; oldest: Date }>(stages, { timeoutMS: this.timeoutMs })
        .toArray(),
    );
    if (found === undefined) return { pending: 0, oldestAgeMs: 0 };
    // The writer's clock may be ahead of this one.
    const oldestAgeMs = Math.max(0, Date.now() - found.oldest.getTime());
    return { pending: found.pending, oldestAgeMs };
  }

  async watch(onCommitted: () => void, signal: AbortSignal): Promise<void> {
    const stages: Document[] = [
      { $match: { operationType: 'insert' } },
      // That something came is all that matters; the resume token is all that must be sent.
      { $project: { _id: 1 } },
    ];
    const stream = this.collection.watch(stages);
    const { promise: aborted, resolve: stop } = Promise.withResolvers<unknown>();
    signal.addEventListener('abort', stop, { once: true });
    try {
      // A server that hangs would keep the stream from ever ending by itself.
      if (!signal.aborted) await Promise.race([tellOf(stream, onCommitted), aborted]);
    } finally {
      signal.removeEventListener('abort', stop);
      await sayGoodbye(stream);
    }
  }

  /** The driver's limits do not hold inside a transaction: ours holds everywhere. */
  private async within<T>(operation: string, work: Promise<T>): Promise<T> {
    return withinDeadline(work, { operation, timeoutMs: this.timeoutMs });
  }
}

async function tellOf(stream: ChangeStream, onCommitted: () => void): Promise<never> {
  for await (const _change of stream) onCommitted();
  throw new Error('The change stream of the outbox has ended');
}

/** Closes a stream whose other side may have gone: then the driver is left to notice. */
async function sayGoodbye(stream: ChangeStream): Promise<void> {
  const closed = stream.close();
  await withinDeadline(closed, { operation: 'closing a stream', timeoutMs: GOODBYE_MS }).catch(
    () => undefined,
  );
}

async function toDocuments(messages: readonly OutboxMessage[]): Promise<OutboxDocument[]> {
  // Only here is the driver itself needed, and only applications with MongoDB have it.
  const { Timestamp } = await import('mongodb');
  const createdAt = new Date();
  return messages.map(({ id, ...message }) => ({
    _id: id,
    sequence: new Timestamp(0n),
    ...message,
    createdAt,
    sentAt: null,
  }));
}

function toMessage({ _id, topic, key, payload, headers }: OutboxDocument): OutboxMessage {
  return { id: _id, topic, key, payload, headers };
}
