const MIB = 1_024 ** 2;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** From where on something is worth telling. */
export interface Limits {
  /** Rows from which on a table is large. */
  readonly largeTableRows: number;
  /** Bytes below which an index that nobody uses, or a double, is let be. */
  readonly idleIndexBytes: number;
  /** Scans of a whole large table, since statistics began, from which on an index may be missing. */
  readonly wholeTableScans: number;
  /** Bytes of bloat, and its share of the relation: less is let be. */
  readonly bloatBytes: number;
  readonly bloatShare: number;
  /** Dead rows, and their number as a share of the living. */
  readonly deadRows: number;
  readonly deadShare: number;
  /** How long a transaction may be open, in milliseconds. */
  readonly transactionMs: number;
  /** How long one may be open and do nothing. */
  readonly idleInTransactionMs: number;
  /** How long somebody may wait for a lock. */
  readonly lockWaitMs: number;
  /** How many partitions should be there for the time after the present one's. */
  readonly partitionsAhead: number;
  /** Share of the 2³¹ transactions until wraparound that may be used up. */
  readonly wraparoundShare: number;
  /** Blocks read from below the cache from which on its hit ratio says something. */
  readonly cacheReads: number;
  readonly cacheHitShare: number;
  /** Mean time of a statement, in milliseconds, and calls from which on it counts. */
  readonly slowStatementMs: number;
  readonly statementCalls: number;
  /** How many statements to tell. */
  readonly topStatements: number;
}

export const LIMITS: Limits = {
  largeTableRows: 10_000,
  idleIndexBytes: MIB,
  wholeTableScans: 50,
  bloatBytes: 16 * MIB,
  bloatShare: 0.3,
  deadRows: 10_000,
  deadShare: 0.2,
  transactionMs: 5 * MINUTE_MS,
  idleInTransactionMs: MINUTE_MS,
  lockWaitMs: SECOND_MS,
  partitionsAhead: 2,
  // PostgreSQL vacuums against it by itself from 200 million on, about a tenth.
  wraparoundShare: 0.25,
  cacheReads: 100_000,
  cacheHitShare: 0.95,
  slowStatementMs: 100,
  statementCalls: 10,
  topStatements: 10,
};
