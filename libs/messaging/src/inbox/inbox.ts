import { validate as isUuid } from 'uuid';

import { InboxMessageIdError } from './inbox.errors.js';

/** What became of a message. */
export type InboxOutcome<T> =
  | { readonly repeated: false; /** What the effect gave. */ readonly result: T }
  | { readonly repeated: true };

/** How an inbox takes part in transactions. */
export interface InboxTransactions {
  /** Runs work in a transaction that is committed when it resolves and rolled back when it throws. */
  readonly inTransaction: <T>(work: () => Promise<T>) => Promise<T>;
  /** Who handles messages here, when {@link Inbox.once} is not told; the service's name, say. */
  readonly consumer?: string;
}

/**
 * Remembers which messages have had their effect, so that one delivered again has no second.
 * The memory of a message and its effect are committed by the same transaction: both or neither.
 *
 * @example
 * await this.inbox.once(context.id, async () => {
 *   await this.authors.save(author);
 * });
 */
export abstract class Inbox {
  constructor(protected readonly transactions: InboxTransactions) {}

  /** Who handles messages where {@link once} is not told. */
  get consumer(): string | undefined {
    return this.transactions.consumer;
  }

  /**
   * Runs `effect` if this message has had none. Joins the transaction that the caller is in; else
   * opens one. If the effect throws, nothing is remembered and the message may be delivered again.
   * Of two deliveries at the same time one waits for the other, or fails and is delivered again.
   * @param consumer who has the effect: each consumer of a message has its own.
   * @throws {InboxMessageIdError} when the id is no uuid.
   */
  once<T>(messageId: string, effect: () => Promise<T>): Promise<InboxOutcome<T>>;
  once<T>(messageId: string, consumer: string, effect: () => Promise<T>): Promise<InboxOutcome<T>>;
  async once<T>(
    messageId: string,
    ...rest: [effect: () => Promise<T>] | [consumer: string, effect: () => Promise<T>]
  ): Promise<InboxOutcome<T>> {
    const [consumer, effect] = rest.length === 2 ? rest : [this.consumer, rest[0]];
    if (consumer === undefined)
      throw new TypeError('once: neither it nor the inbox has a consumer');
    if (!isUuid(messageId)) throw new InboxMessageIdError(messageId, consumer);

    const work = async () => this.runOnce({ consumer, messageId }, effect);
    return this.isInTransaction() ? work() : this.transactions.inTransaction(work);
  }

  /**
   * Forgets messages that were handled long ago, and tells how many. Nothing to do for a store that
   * forgets by itself.
   */
  async forget(_which: HandledBefore): Promise<number> {
    return 0;
  }

  protected abstract isInTransaction(): boolean;

  /** Remembers the message in the ambient transaction; tells whether it is new. */
  protected abstract remember(delivery: Delivery): Promise<boolean>;

  private async runOnce<T>(delivery: Delivery, effect: () => Promise<T>): Promise<InboxOutcome<T>> {
    if (!(await this.remember(delivery))) return { repeated: true };
    return { repeated: false, result: await effect() };
  }
}

/** Which messages {@link Inbox.forget} forgets. */
export interface HandledBefore {
  /** Only messages that were handled longer ago than this. */
  readonly olderThanMs: number;
  /** At most so many, so that no delete runs long. */
  readonly limit: number;
}

/** A message on its way into one consumer. */
export interface Delivery {
  readonly consumer: string;
  readonly messageId: string;
}
