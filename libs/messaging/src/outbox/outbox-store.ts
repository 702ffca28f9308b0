import type { CommitListener } from './commit-listener.js';

/** An event as an outbox keeps it: checked, with its id, ready to be published as it is. */
export interface OutboxMessage {
  /** uuid v7; the same each time the event is published. */
  readonly id: string;
  readonly topic: string;
  /** What the event is about: events of one key are published in the order they were added. */
  readonly key: string;
  /** What JSON can hold; the connection's `codec` writes it when it is published. */
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** When consumers are to have it; at once when there is none. Published like any other. */
  readonly deliverAt?: Date;
}

/** How far the relay is behind. */
export interface OutboxLag {
  /** Committed events that are not published yet. */
  readonly pending: number;
  /** For how long the first of them has waited, in milliseconds; 0 when there is none. */
  readonly oldestAgeMs: number;
}

/** Which sent events {@link OutboxStore.sent} gives. */
export interface SentQuery {
  /** Events that were marked as sent at this time or later. */
  readonly since: Date;
  /** Events that were marked as sent before this time. */
  readonly until: Date;
  /** Where a page before this one ended: its {@link SentPage.next}. */
  readonly after?: string;
  readonly limit: number;
}

/** Some of the sent events, in the order in which they were marked: that of their publication. */
export interface SentPage {
  readonly messages: readonly OutboxMessage[];
  /** Where the next page begins; undefined when this is the last. Its form is the store's own. */
  readonly next: string | undefined;
}

/** Which sent events {@link OutboxStore.removeSent} removes. */
export interface SentBefore {
  /** Only events that were sent longer ago than this. */
  readonly olderThanMs: number;
  /** At most so many, so that no delete runs long. */
  readonly limit: number;
}

/**
 * Called when events may have been committed; perhaps too often. With the events, where the store can
 * tell them: of a listener that is armed, calls come for every commit, in the order of the commits.
 */
export type OnCommitted = (events?: readonly OutboxMessage[]) => void;

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

  /**
   * The first committed events that are not marked as sent, in order of publication.
   * @param inHand ids to leave out: events that the caller has and will mark.
   */
  unsent(limit: number, inHand?: readonly string[]): Promise<OutboxMessage[]>;

  /**
   * Marks events as sent; when it fails, perhaps some of them. An event already marked stays as it
   * is, so that a relay which is no longer the one in charge does no harm: what it marks, it
   * published.
   */
  markSent(ids: readonly string[]): Promise<void>;

  /** A page of sent events, while retention keeps them. */
  sent(query: SentQuery): Promise<SentPage>;

  /** Removes sent events, and tells how many. */
  removeSent(which: SentBefore): Promise<number>;

  lag(): Promise<OutboxLag>;

  /**
   * Begins to listen for commits. Resolves when it does: what was committed earlier is not told of.
   * Gives undefined where the store cannot tell of commits: then events are found by looking.
   */
  listen(onCommitted: OnCommitted): Promise<CommitListener | undefined>;
}
