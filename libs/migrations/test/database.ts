import type { MigrationStore } from '../src/migration-store.js';

/** Options that tests set, where a store knows them. */
export interface StoreTimeouts {
  readonly connectTimeoutMs?: number;
  readonly commandTimeoutMs?: number;
  readonly migrationTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly lockRetryMs?: number;
  readonly statementTimeoutMs?: number;
  readonly leaseMs?: number;
}

/** An empty database with a journal, to which the migrations of tests write. */
export interface TestDatabase {
  readonly url: string;
  /** A store on a connection of its own; closed by `drop` at the latest. */
  open(timeouts?: StoreTimeouts): MigrationStore;
  /** What migrations wrote, in order. */
  journal(): Promise<string[]>;
  /** Lets migrations that `waitForGate` or `failWithoutGate` go on. */
  openGate(): Promise<void>;
  /** Makes a ledger as the first version of this library did, with one applied migration. */
  createOldLedger(entry: { version: number; name: string; checksum: string }): Promise<void>;
  drop(): Promise<void>;
}

/** What the conformance suite needs of a kind of store. */
export interface StoreUnderTest {
  readonly name: 'postgres' | 'mongo';
  readonly variable: 'DATABASE_URL' | 'MONGODB_URL';
  readonly extension: '.sql' | '.ts';
  create(): Promise<TestDatabase>;
  /** A store at an address where nothing of the kind answers. */
  openAt(hostAndPort: string, timeouts?: StoreTimeouts): MigrationStore;
  /** Texts of migrations. */
  readonly text: {
    writes(entry: string): string;
    /** Writes and then fails with the message, unless the gate is open. */
    failsWithoutGate(entry: string, message: string): string;
    /** Writes; `down` writes `entry reverted`. */
    reversible(entry: string): string;
    /** Writes, and is breaking. */
    breaking(entry: string): string;
    /** Writes `begun`, waits until the gate is open, then writes the entry. */
    waitsForGate(entry: string): string;
  };
  /** Whether a begun migration that was killed leaves what it wrote: no transaction holds it. */
  readonly keepsHalves: boolean;
}
