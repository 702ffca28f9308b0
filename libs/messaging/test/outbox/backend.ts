import type { Inbox, Outbox, OutboxStore } from '../../src/index.js';

/** A row that tests write beside their events: what the event tells of. */
export interface Note {
  readonly text: string;
}

/** One kind of store with all that an application would build on it, on a database of its own. */
export interface Backend {
  readonly store: OutboxStore;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  /** Where another process finds the same database. */
  readonly location: BackendLocation;
  /** Runs work in a transaction that `store`, `outbox` and `inbox` see as the ambient one. */
  inTransaction<T>(work: () => Promise<T>): Promise<T>;
  /** Writes a note in the ambient transaction. */
  write(text: string): Promise<void>;
  notes(): Promise<string[]>;
  /** Ids of all events, sent or not, whatever the store's own reading says. */
  storedIds(): Promise<string[]>;
  /** The store's clock. */
  now(): Promise<Date>;
  /** Closes connections and drops the database. */
  close(): Promise<void>;
}

export interface BackendLocation {
  readonly kind: 'postgres' | 'mongo';
  readonly url: string;
}

/** A kind of store, to be opened by a suite. */
export interface BackendKind {
  readonly name: string;
  open(): Promise<Backend>;
}
