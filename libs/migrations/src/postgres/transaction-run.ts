import { untilAborted } from '../until-aborted.js';
import { retryWhileLocked, timeoutsOf, type PostgresRun } from './postgres.run.js';

/**
 * Runs one part of a file in one transaction with its row of the ledger.
 * @returns how long it took, in ms
 */
export async function runInTransaction(of: PostgresRun): Promise<number> {
  return retryWhileLocked(of, async () => once(of), { start: of.part.start });
}

/** The ledger's row first, so that two runners collide before any change. */
async function once(of: PostgresRun): Promise<number> {
  const { client, ledger, part, signal } = of;
  const { lockTimeoutMs, statementTimeoutMs } = timeoutsOf(of);
  const startedAt = performance.now();
  try {
    const begin = `${of.freshSession};
      BEGIN;
      SET LOCAL lock_timeout = ${lockTimeoutMs};
      SET LOCAL statement_timeout = ${statementTimeoutMs}`;
    await (of.direction === 'up'
      ? ledger.ask(`${begin}; ${insertion(of)}`)
      : ledger.change(`${begin}; ${ledger.removal(of.file.version)}`));
    await untilAborted(client.query(part.text), signal);
    const tookMs = performance.now() - startedAt;
    await commit(of, tookMs);
    return tookMs;
  } catch (error) {
    // A statement may still run: nothing can be sent behind it, and releasing ends its session.
    if (!signal.aborted) await rollback(of);
    throw error;
  }
}

function insertion({ ledger, file, migration, run, entry }: PostgresRun): string {
  const { breaking } = migration.directives;
  const record = { file, state: 'applied', runner: run.runner, breaking } as const;
  return entry === undefined ? ledger.insertion(record) : ledger.replacement(record);
}

async function commit({ ledger, file, direction }: PostgresRun, tookMs: number): Promise<void> {
  // The file may have left another role set, which need not have a right to the ledger.
  if (direction === 'down') await ledger.ask('COMMIT');
  else await ledger.change(`RESET ROLE; ${ledger.completion(file.version, tookMs)}; COMMIT`);
}

/** One that fails needs no handling: the connection is discarded, and the server rolls back. */
async function rollback({ ledger }: PostgresRun): Promise<void> {
  await ledger.ask('ROLLBACK').catch(() => undefined);
}
