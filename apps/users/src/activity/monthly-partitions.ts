import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import pg, { type Pool, type PoolClient } from 'pg';

import { PartitionConflictError } from './partitions.errors.js';
import {
  type PartitionPolicy,
  type PartitionState,
  type PartitionStep,
  planPartitions,
  toState,
} from './partition-plan.js';

/** What a {@link MonthlyPartitions} works on. */
export interface MonthlyPartitionsOptions extends PartitionPolicy {
  readonly pool: Pool;
  /** Name of a table that is partitioned by a range of one `timestamptz`. */
  readonly table: string;
  /**
   * How long a change of the schema waits for its locks, in milliseconds, before it gives way to the
   * queries behind it and tries again; 2,000 by default.
   */
  readonly lockTimeoutMs?: number;
}

/** What was done. */
export interface PartitionChanges {
  readonly created: readonly string[];
  /** Detached and dropped, with their rows. */
  readonly retired: readonly string[];
}

const LIST = readFileSync(new URL('./list-partitions.sql', import.meta.url), 'utf8');
const LOCK_TIMEOUT_MS = 2_000;
const MOST_FAILURES = 10;

/**
 * Others hold locks (lock_not_available, deadlock_detected), or did the same meanwhile
 * (duplicate_table, duplicate_object, unique_violation in a catalog, invalid_object_definition for bounds that overlap,
 * undefined_table, object_not_in_prerequisite_state, "tuple concurrently updated").
 */
const CONTENTION = new Set([
  '55P03',
  '40P01',
  '42P07',
  '42710',
  '23505',
  '42P17',
  '42P01',
  '55000',
  'XX000',
]);

/**
 * Keeps a table's partitions by month (UTC): makes them ahead, fills gaps, and retires those whose
 * time is over, without shutting anybody out of the table. It may be stopped anywhere and run by
 * several at once; a lock around it only spares them the work.
 */
export class MonthlyPartitions {
  private readonly lockTimeoutMs: number;

  constructor(private readonly options: MonthlyPartitionsOptions) {
    this.lockTimeoutMs = options.lockTimeoutMs ?? LOCK_TIMEOUT_MS;
  }

  /**
   * Does what is due at this time.
   * @param signal ends the work before its next step
   * @throws PartitionConflictError when a table stands in the way that is no partition
   * @throws the database's own error when a step failed ten times
   */
  async maintain(now: Date, signal?: AbortSignal): Promise<PartitionChanges> {
    const client = await this.options.pool.connect();
    // A connection that breaks raises an event as well, which without a listener ends the process.
    client.on('error', () => undefined);
    try {
      // A detach waits for the transactions before it, longer than a request's statement may.
      await client.query(
        `SET timezone = 'UTC'; SET statement_timeout = '5min'; SET lock_timeout = ${this.lockTimeoutMs}`,
      );
      return await this.converge(client, now, signal);
    } finally {
      // Its settings end with it.
      client.release(true);
    }
  }

  /** Looks again after each step: what another run did meanwhile is done. */
  private async converge(
    client: PoolClient,
    now: Date,
    signal: AbortSignal | undefined,
  ): Promise<PartitionChanges> {
    const done: PartitionStep[] = [];
    for (let failures = 0; ;) {
      signal?.throwIfAborted();
      const states = await this.list(client);
      const [step] = planPartitions(this.options.table, states, now, this.options);
      if (step === undefined) return changesOf(done);
      this.refuseConflict(step, states);
      try {
        await this.run(client, step);
        done.push(step);
      } catch (error) {
        failures += 1;
        if (failures >= MOST_FAILURES || !isContention(error)) throw error;
        await sleep(this.lockTimeoutMs * (0.1 + Math.random() / 2), undefined, { signal });
      }
    }
  }

  private async list(client: PoolClient): Promise<PartitionState[]> {
    const { rows } = await client.query<Parameters<typeof toState>[0]>(LIST, [this.options.table]);
    return rows.map(toState);
  }

  private refuseConflict(step: PartitionStep, states: readonly PartitionState[]): void {
    const inTheWay = states.some(({ name, attached }) => name === step.name && !attached);
    if (step.kind === 'create' && inTheWay) {
      throw new PartitionConflictError(this.options.table, step.name);
    }
  }

  private async run(client: PoolClient, step: PartitionStep): Promise<void> {
    const table = pg.escapeIdentifier(this.options.table);
    const partition = pg.escapeIdentifier(step.name);
    switch (step.kind) {
      case 'create':
        return this.create(client, step);
      case 'finalize':
        await client.query(`ALTER TABLE ${table} DETACH PARTITION ${partition} FINALIZE`);
        return undefined;
      case 'detach':
        await client.query(`ALTER TABLE ${table} DETACH PARTITION ${partition} CONCURRENTLY`);
        return undefined;
      case 'drop':
        await client.query(`DROP TABLE ${partition}`);
        return undefined;
    }
  }

  /** By ATTACH, under which reading and writing the table go on; PARTITION OF would stop both. */
  private async create(
    client: PoolClient,
    { name, from, to }: Extract<PartitionStep, { kind: 'create' }>,
  ): Promise<void> {
    const table = pg.escapeIdentifier(this.options.table);
    const partition = pg.escapeIdentifier(name);
    await client.query('BEGIN');
    try {
      await client.query(
        `CREATE TABLE ${partition} (LIKE ${table} INCLUDING ALL EXCLUDING INDEXES);
         ALTER TABLE ${table} ATTACH PARTITION ${partition}
           FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}');
         COMMIT`,
      );
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
  }
}

function isContention(error: unknown): boolean {
  return error instanceof pg.DatabaseError && CONTENTION.has(error.code ?? '');
}

function changesOf(done: readonly PartitionStep[]): PartitionChanges {
  const namesOf = (kind: PartitionStep['kind']) =>
    done.filter((step) => step.kind === kind).map(({ name }) => name);
  return { created: namesOf('create'), retired: namesOf('drop') };
}
