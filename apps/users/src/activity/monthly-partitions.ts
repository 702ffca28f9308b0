import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import pg, { type Pool } from 'pg';

import { type PatientConnection, onPatientConnection } from '../database/patient-connection.js';
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
  /**
   * How long one change may take, in milliseconds; 300,000 by default. A detach waits for each
   * transaction before it, a drop for the file system.
   */
  readonly statementTimeoutMs?: number;
}

/** What was done. */
export interface PartitionChanges {
  readonly created: readonly string[];
  /** Detached and dropped, with their rows. */
  readonly retired: readonly string[];
}

const LIST = readFileSync(new URL('./list-partitions.sql', import.meta.url), 'utf8');
const LOCK_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 300_000;
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
  private readonly statementTimeoutMs: number;

  constructor(private readonly options: MonthlyPartitionsOptions) {
    this.lockTimeoutMs = options.lockTimeoutMs ?? LOCK_TIMEOUT_MS;
    this.statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  }

  /**
   * Does what is due at this time.
   * @param signal ends the work, also in the middle of a step
   * @throws PartitionConflictError when a table stands in the way that is no partition
   * @throws the database's own error when a step failed ten times
   */
  async maintain(now: Date, signal?: AbortSignal): Promise<PartitionChanges> {
    const patience = { timeoutMs: this.statementTimeoutMs, signal };
    return onPatientConnection(this.options.pool, patience, async (connection) => {
      await connection.query(`SET timezone = 'UTC'; SET lock_timeout = ${this.lockTimeoutMs}`);
      return this.converge(connection, now, signal);
    });
  }

  /** Looks again after each step: what another run did meanwhile is done. */
  private async converge(
    connection: PatientConnection,
    now: Date,
    signal: AbortSignal | undefined,
  ): Promise<PartitionChanges> {
    const done: PartitionStep[] = [];
    for (let failures = 0; ;) {
      signal?.throwIfAborted();
      const states = await this.list(connection);
      const [step] = planPartitions(this.options.table, states, now, this.options);
      if (step === undefined) return changesOf(done);
      this.refuseConflict(step, states);
      try {
        await this.run(connection, step);
        done.push(step);
      } catch (error) {
        failures += 1;
        if (failures >= MOST_FAILURES || !isContention(error)) throw error;
        await sleep(this.lockTimeoutMs * (0.1 + Math.random() / 2), undefined, { signal });
      }
    }
  }

  private async list(connection: PatientConnection): Promise<PartitionState[]> {
    const { rows } = await connection.query<Parameters<typeof toState>[0]>(LIST, [
      this.options.table,
    ]);
    return rows.map(toState);
  }

  private refuseConflict(step: PartitionStep, states: readonly PartitionState[]): void {
    const inTheWay = states.some(({ name, attached }) => name === step.name && !attached);
    if (step.kind === 'create' && inTheWay) {
      throw new PartitionConflictError(this.options.table, step.name);
    }
  }

  private async run(connection: PatientConnection, step: PartitionStep): Promise<void> {
    const table = pg.escapeIdentifier(this.options.table);
    const partition = pg.escapeIdentifier(step.name);
    switch (step.kind) {
      case 'create':
        return this.create(connection, step);
      case 'finalize':
        await connection.query(`ALTER TABLE ${table} DETACH PARTITION ${partition} FINALIZE`);
        return undefined;
      case 'detach':
        await connection.query(`ALTER TABLE ${table} DETACH PARTITION ${partition} CONCURRENTLY`);
        return undefined;
      case 'drop':
        await connection.query(`DROP TABLE ${partition}`);
        return undefined;
    }
  }

  /** By ATTACH, under which reading and writing the table go on; PARTITION OF would stop both. */
  private async create(
    connection: PatientConnection,
    { name, from, to }: Extract<PartitionStep, { kind: 'create' }>,
  ): Promise<void> {
    const table = pg.escapeIdentifier(this.options.table);
    const partition = pg.escapeIdentifier(name);
    await connection.query('BEGIN');
    try {
      await connection.query(
        `CREATE TABLE ${partition} (LIKE ${table} INCLUDING ALL EXCLUDING INDEXES);
         ALTER TABLE ${table} ATTACH PARTITION ${partition}
           FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}');
         COMMIT`,
      );
    } catch (error) {
      await connection.query('ROLLBACK');
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
