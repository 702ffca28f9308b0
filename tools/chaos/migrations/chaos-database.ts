/** How often each of the migrations had its effect, and what the ledger says of it. */
export interface Counted {
  /** By version; the database itself counts. */
  readonly effects: ReadonlyMap<number, number>;
  readonly ledger: readonly LedgerLine[];
}

export interface LedgerLine {
  readonly version: number;
  readonly state: string;
  readonly checksum: string;
}

/** A fresh database of an experiment, and what it can tell. */
export interface ChaosDatabase {
  readonly store: 'postgres' | 'mongo';
  readonly url: string;
  count(): Promise<Counted>;
  /** Of which nothing is left when all is well; 0 where there is no such thing. */
  invalidIndexes(): Promise<number>;
  drop(): Promise<void>;
}
