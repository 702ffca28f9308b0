import type { ClientSession, Collection, Db } from 'mongodb';

import { withinDeadline } from '../outbox/deadline.js';
import { type Delivery, Inbox, type InboxTransactions } from './inbox.js';
import { InboxTransactionRequiredError } from './inbox.errors.js';

/** Where a {@link MongoInbox} remembers. */
export interface MongoInboxOptions extends InboxTransactions {
  readonly db: Db;
  /** The session of the transaction that the caller is in; undefined outside of one. */
  readonly current: () => ClientSession | undefined;
  /** Deadline of each operation in milliseconds; 5,000 by default. */
  readonly operationTimeoutMs?: number;
}

interface InboxDocument {
  /** `<consumer>:<message id>`. */
  readonly _id: string;
  readonly handledAt: Date;
}

/** Remembers messages in the collection `inbox` of MongoDB. A TTL index forgets them. */
export class MongoInbox extends Inbox {
  private readonly collection: Collection<InboxDocument>;

  constructor(private readonly options: MongoInboxOptions) {
    super(options);
    this.collection = options.db.collection<InboxDocument>('inbox');
  }

  protected isInTransaction(): boolean {
    return this.options.current()?.inTransaction() ?? false;
  }

  protected async remember({ consumer, messageId }: Delivery): Promise<boolean> {
    const session = this.options.current();
    if (!session?.inTransaction()) throw new InboxTransactionRequiredError();
    // An upsert, because the duplicate key error of an insert would end the caller's transaction.
    const upsert = this.collection.updateOne(
      { _id: `${consumer}:${messageId}` },
      { $setOnInsert: { handledAt: new Date() } },
      { session, upsert: true },
    );
    const { upsertedCount } = await withinDeadline(upsert, {
      operation: 'remembering a message',
      timeoutMs: this.options.operationTimeoutMs ?? 5_000,
    });
    return upsertedCount === 1;
  }
}
