import type { PoolClient } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import type { MigrationRun, Rehearsal } from '../migration-store.js';
import { deadlineIn, untilAborted } from '../until-aborted.js';
import { mayPassWhenTriedAgain, postgresFailure } from './postgres.failure.js';
import type { PostgresTimeouts } from './postgres.options.js';
import { query } from './postgres.query.js';
import { guardSession } from './session-guards.js';
import { sqlMigrationOf } from './sql-migration.js';

/** What a rehearsal works with. */
export interface RehearsalStage {
  readonly client: PoolClient;
  readonly timeouts: PostgresTimeouts;
  readonly run: MigrationRun;
}

/**
 * Runs files in one transaction, each on what those before it made, and rolls it back. Locks are held
 * until then, so no statement may take longer than `rehearsalTimeoutMs`, nor all of them together.
 */
export async function rehearse(
  files: readonly MigrationFile[],
  stage: RehearsalStage,
): Promise<Rehearsal[]> {
  const { client, timeouts, run } = stage;
  const ask = async (text: string) => query(client, text, timeouts.commandTimeoutMs);
  const signal = AbortSignal.any([run.signal, deadlineIn(timeouts.rehearsalTimeoutMs)]);
  const freshSession = await guardSession(client, timeouts.commandTimeoutMs);
  await ask('BEGIN');
  try {
    return await inTurn(files, { ...stage, signal, freshSession });
  } finally {
    // A statement may still run: nothing can be sent behind it, and releasing ends its session.
    if (!signal.aborted) await ask('ROLLBACK');
  }
}

interface RunningRehearsal extends RehearsalStage {
  readonly signal: AbortSignal;
  /** Makes the session as every migration finds it. */
  readonly freshSession: string;
}

async function inTurn(
  files: readonly MigrationFile[],
  stage: RunningRehearsal,
): Promise<Rehearsal[]> {
  const results: Rehearsal[] = [];
  for (const file of files) {
    const missed = results.find(({ outcome }) => outcome !== 'tried');
    results.push(await one(file, stage, missed));
  }
  return results;
}

async function one(
  file: MigrationFile,
  stage: RunningRehearsal,
  missed: Rehearsal | undefined,
): Promise<Rehearsal> {
  const { up, directives } = sqlMigrationOf(file);
  if (missed) return { file, outcome: 'shown', reason: `needs ${missed.file.fileName} before it` };
  if (directives.noTransaction) return { file, outcome: 'shown', reason: 'runs in no transaction' };
  const { client, timeouts, signal, run, freshSession } = stage;
  const startedAt = performance.now();
  try {
    await query(
      client,
      `${freshSession};
       SET LOCAL lock_timeout = ${directives.lockTimeoutMs ?? timeouts.lockTimeoutMs};
       SET LOCAL statement_timeout = ${timeouts.rehearsalTimeoutMs}`,
      timeouts.commandTimeoutMs,
    );
    await untilAborted(client.query(up.text), signal);
    // What is checked at the commit alone shall fail here as well.
    const check = 'SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED';
    await untilAborted(client.query(check), signal);
    return { file, outcome: 'tried', durationMs: performance.now() - startedAt };
  } catch (cause) {
    run.signal.throwIfAborted();
    const reason = postgresFailure(file, cause).message;
    const hint = mayPassWhenTriedAgain(cause) ? '; the plan may be made again' : '';
    return { file, outcome: 'failed', reason: `${reason}${hint}` };
  }
}
