/** An event as an outbox keeps it: checked, with its id, ready to be published as it is. */
export interface OutboxMessage {
  /** uuid v7; the same each time the event is published. */
  readonly id: string;
  readonly topic: string;
  /** What the event is about: events of one key are published in the order they were added. */
  readonly key: string;
  /** JSON, as it will travel. */
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** How far the relay is behind. */
export interface OutboxLag {
  /** Committed events that are not published yet. */
  readonly pending: number;
  /** Age of the oldest of them in milliseconds; 0 when there is none. */
  readonly oldestAgeMs: number;
}

/** Which sent events {@link OutboxStore.removeSent} removes. */
export interface SentBefore {
  /** Only events that were sent longer ago than this. */
  readonly olderThanMs: number;
  /** At most so many, so that no delete runs long. */
  readonly limit: number;
}

/**
 * Where events wait between the commit of a change and their publication.
 * Each call has a deadline of its own, and rejects when it passes.
 */
export interface OutboxStore {
  /**
   * Writes events in the transaction that the caller is in, in the order given.
   * @throws {OutboxTransactionRequiredError} when there is none.
   */
  add(messages: readonly OutboxMessage[]): Promise<void>;

  /** The first committed events that are not marked as sent, in order of publication. */
  unsent(limit: number): Promise<OutboxMessage[]>;

  /** Marks events as sent, all or none. An event already marked stays as it is. */
  markSent(ids: readonly string[]): Promise<void>;

  /** Removes sent events, and tells how many. */
  removeSent(which: SentBefore): Promise<number>;

  lag(): Promise<OutboxLag>;

  /**
   * Calls back when an event may have been committed; may call too often, and may miss one.
   * Resolves after `signal` aborted; rejects when the store can no longer be listened to.
   */
  watch(onCommitted: () => void, signal: AbortSignal): Promise<void>;
}
