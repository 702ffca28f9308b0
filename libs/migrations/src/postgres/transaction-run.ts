import { untilAborted } from '../until-aborted.js';
import { retryWhileLocked, timeoutsOf, type PostgresRun } from './postgres.run.js';
import { RESET_READING } from './session-guards.js';

/**
 * Runs one part of a file in one transaction with its row of the ledger. COMMIT has a round trip of its
 * own: a runner that is killed or told to stop while the file runs shall not leave it applied.
 * @returns how long it took, in ms
 */
export async function runInTransaction(of: PostgresRun): Promise<number> {
  const { part, direction } = of;
  // In the round trip of the file. That of "down" must find its row before anything is taken back.
  const before = direction === 'up' ? `${beginning(of)}; ${insertion(of)};\n` : '';
  return retryWhileLocked(of, async () => once(of, before), { start: part.start, before });
}

/** The ledger's row first, so that two runners collide before any change. */
async function once(of: PostgresRun, before: string): Promise<number> {
  const { client, ledger, part, file, direction, signal } = of;
  const startedAt = performance.now();
  try {
    if (direction === 'down') {
      await ledger.change(`${beginning(of)}; ${ledger.removal(file.version)}`);
    }
    await untilAborted(client.query(`${before}${part.text}`), signal);
    const tookMs = performance.now() - startedAt;
    await commit(of, tookMs);
    return tookMs;
  } catch (error) {
    // A statement may still run: nothing can be sent behind it, and releasing ends its session.
    if (!signal.aborted) await rollback(of);
    throw error;
  }
}

/** The file's name comes first, for whoever looks at what the server is doing. */
function beginning(of: PostgresRun): string {
  const { lockTimeoutMs, statementTimeoutMs } = timeoutsOf(of);
  return `/* ${of.file.fileName} */ ${of.freshSession};
    BEGIN;
    SET LOCAL lock_timeout = ${lockTimeoutMs};
    SET LOCAL statement_timeout = ${statementTimeoutMs}`;
}

function insertion({ ledger, file, migration, run, entry }: PostgresRun): string {
  const { breaking } = migration.directives;
  const record = { file, state: 'applied', runner: run.runner, breaking } as const;
  return entry === undefined ? ledger.insertion(record) : ledger.replacement(record);
}

async function commit({ ledger, file, direction }: PostgresRun, tookMs: number): Promise<void> {
  // The file may have left another role set, which need not have a right to the ledger.
  if (direction === 'down') await ledger.ask(`${RESET_READING}; COMMIT`);
  else {
    const completion = ledger.completion(file.version, tookMs);
    await ledger.change(`RESET ROLE; ${RESET_READING}; ${completion}; COMMIT`);
  }
}

/** One that fails needs no handling: the connection is discarded, and the server rolls back. */
async function rollback({ ledger }: PostgresRun): Promise<void> {
  await ledger.ask('ROLLBACK').catch(() => undefined);
}
