import type { ClientSession, Collection, Db, Document, FindOptions } from 'mongodb';

import type { CommitListener } from '../commit-listener.js';
import { withinDeadline } from '../deadline.js';
import { OutboxTransactionRequiredError } from '../outbox.errors.js';
import type {
  OutboxLag,
  OutboxMessage,
  OutboxStore,
  SentBefore,
  SentPage,
  SentQuery,
} from '../outbox-store.js';
import { MongoCommitListener } from './mongo-commit-listener.js';
import {
  type OutboxDocument,
  positionOf,
  sentFilter,
  toDocuments,
  toMessage,
} from './outbox-document.js';

/** Where a {@link MongoOutboxStore} reads and writes. */
export interface MongoOutboxStoreOptions {
  readonly db: Db;
  /** The session of the transaction that the caller is in; undefined outside of one. */
  readonly current: () => ClientSession | undefined;
  /** Deadline of each operation in milliseconds; 5,000 by default. */
  readonly operationTimeoutMs?: number;
}

/** One time for all events of one command, so that their order in time is that of their sequence. */
const MARK_SENT = [{ $set: { sentAt: '$$NOW' } }];

/** So many that a slow server does it within the deadline; MongoDB would undo none of more either. */
const MARKED_AT_ONCE = 250;

const IN_ORDER = { sequence: 1, _id: 1 } as const;

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

  async unsent(limit: number, inHand: readonly string[] = []): Promise<OutboxMessage[]> {
    // Left out here: to leave out thousands by `$nin` takes some servers longer than to send them.
    const known = new Set(inHand);
    const found = this.collection.find(
      { sentAt: null },
      { ...this.reading(limit + known.size), sort: IN_ORDER },
    );
    const documents = await this.within('reading unsent events', found.toArray());
    const others = documents.filter(({ _id }) => !known.has(_id));
    return others.slice(0, limit).map(toMessage);
  }

  async markSent(ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += MARKED_AT_ONCE) {
      const portion = { _id: { $in: ids.slice(from, from + MARKED_AT_ONCE) }, sentAt: null };
      await this.within(
        'marking events as sent',
        this.collection.updateMany(portion, MARK_SENT, { timeoutMS: this.timeoutMs }),
      );
    }
  }

  async sent(query: SentQuery): Promise<SentPage> {
    const { limit } = query;
    const sort = { sentAt: 1, ...IN_ORDER } as const;
    const found = this.collection.find(await sentFilter(query), { ...this.reading(limit), sort });
    const documents = await this.within('reading sent events', found.toArray());
    const last = documents.length < limit ? undefined : documents.at(-1);
    return { messages: documents.map(toMessage), next: last && positionOf(last) };
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
    const operation = 'measuring the lag of the outbox';
    const unsent = { sentAt: null };
    const timeout = { timeoutMS: this.timeoutMs };
    const oldest = await this.within(
      operation,
      this.collection.findOne(unsent, {
        sort: IN_ORDER,
        projection: { createdAt: 1 },
        ...timeout,
      }),
    );
    if (oldest === null) return { pending: 0, oldestAgeMs: 0 };
    const pending = await this.within(operation, this.collection.countDocuments(unsent, timeout));
    // The writer's clock may be ahead of this one.
    return { pending, oldestAgeMs: Math.max(0, Date.now() - oldest.createdAt.getTime()) };
  }

  async listen(onCommitted: () => void): Promise<CommitListener> {
    const stages: Document[] = [
      { $match: { operationType: 'insert' } },
      // That something came is all that matters; the resume token is all that must be sent.
      { $project: { _id: 1 } },
    ];
    return new MongoCommitListener(this.collection.watch(stages), onCommitted);
  }

  /** What a majority does not have may be rolled back by a failover: it must not be published. */
  private reading(limit: number): FindOptions {
    return {
      limit,
      batchSize: limit,
      readConcern: { level: 'majority' },
      readPreference: 'primary',
      timeoutMS: this.timeoutMs,
    };
  }

  /** The driver's limits do not hold inside a transaction: ours holds everywhere. */
  private async within<T>(operation: string, work: Promise<T>): Promise<T> {
    return withinDeadline(work, { operation, timeoutMs: this.timeoutMs });
  }
}
