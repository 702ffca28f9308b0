import { checksumOf } from '../checksum.js';
import { throwIfAborted } from '../lock-wait.js';
import type { StatementProgress } from '../migration-store.js';
import { codeOf } from '../store-failure.js';
import { untilAborted } from '../until-aborted.js';
import { concurrentStatementOf, type ConcurrentStatement } from './concurrent-statement.js';
import { ConcurrentLeftovers } from './concurrent-leftovers.js';
import type { FailingPlace } from './postgres.failure.js';
import { retryWhileLocked, timeoutsOf, type PostgresRun } from './postgres.run.js';
import { RESET_READING } from './session-guards.js';
import type { SqlPart } from './sql-migration.js';
import type { SqlStatement } from './sql-statements.js';

/** "Cannot run inside a transaction block", also from within a procedure that commits. */
const REFUSES_TRANSACTION = new Set(['25001', '2D000']);
/** What a file sets for the statements after it; it is set again when a later run goes on. */
const SETS_SESSION = /^(?:SET(?! (?:LOCAL|CONSTRAINTS|TRANSACTION)\b)|RESET)\b/;
const SETS_LOCK_TIMEOUT = /^SET (?:SESSION )?LOCK_TIMEOUT\b/;

/**
 * Runs one part of a file statement by statement. The ledger's row tells how many are done: each one
 * that can be in a transaction commits together with that, and one that cannot looks first at what an
 * earlier attempt left behind.
 * @returns how long it took, in ms
 */
export async function runStatements(of: PostgresRun): Promise<number> {
  const startedAt = performance.now();
  const run = new StatementRun(of);
  await run.begin();
  await run.rest();
  return run.finish(performance.now() - startedAt);
}

/** By what it is known whether the statements that are done are still those of the file. */
export function checksumOfStatements({ statements }: SqlPart, count: number): string {
  const texts = statements.slice(0, count).map(({ text }) => text);
  return checksumOf(texts.join(';\n'));
}

class StatementRun {
  private done = 0;
  private attempted = false;
  private readonly leftovers: ConcurrentLeftovers;

  constructor(private readonly of: PostgresRun) {
    this.leftovers = new ConcurrentLeftovers(of.client, of.timeouts.commandTimeoutMs);
  }

  /** Makes the session and the ledger's row ready, and sets what statements before had set. */
  async begin(): Promise<void> {
    const { ledger, entry, run } = this.of;
    const { lockTimeoutMs, statementTimeoutMs } = timeoutsOf(this.of);
    this.done = entry?.progress?.done ?? 0;
    this.attempted = entry?.progress?.attempted ?? false;
    await retryWhileLocked(this.of, async () => {
      await ledger.ask(`${this.of.freshSession};
        SET lock_timeout = ${lockTimeoutMs}; SET statement_timeout = ${statementTimeoutMs}`);
      await this.beginLedger();
    });
    if (this.done === 0 && !this.attempted) return;
    const { length } = this.statements;
    run.logger.info(`postgres: ${this.of.file.fileName} goes on after ${this.done} of ${length}`);
    for (const { words, text } of this.statements.slice(0, this.done)) {
      if (SETS_SESSION.test(words.join(' '))) await this.query(text);
    }
  }

  async rest(): Promise<void> {
    const { run } = this.of;
    for (; this.done < this.statements.length;) {
      throwIfAborted(run.signal);
      run.progress(this.done, this.statements.length);
      const statement = this.statements[this.done];
      if (statement === undefined) return;
      await retryWhileLocked(this.of, async () => this.step(statement), this.placeOf(statement));
      this.done += 1;
      this.attempted = false;
    }
  }

  async finish(tookMs: number): Promise<number> {
    const { ledger, file, direction } = this.of;
    const { version } = file;
    const change =
      direction === 'up' ? ledger.completion(version, tookMs) : ledger.removal(version);
    const last = `${RESET_READING}; ${change}`;
    await retryWhileLocked(this.of, async () => this.inTransaction(last));
    return tookMs;
  }

  private get statements(): readonly SqlStatement[] {
    return this.of.part.statements;
  }

  private async beginLedger(): Promise<void> {
    const { ledger, file, migration, direction, entry, run } = this.of;
    const { runner } = run;
    const { breaking } = migration.directives;
    const state = direction === 'up' ? 'started' : 'reverting';
    const record = { file, state, runner, breaking, progress: this.progress() } as const;
    if (entry?.state === state && entry.progress) await ledger.change(ledger.continuation(record));
    else if (direction === 'up') await ledger.ask(ledger.replacement(record));
    else await ledger.change(ledger.reversal(file.version, record.progress));
  }

  private async step(statement: SqlStatement): Promise<void> {
    const concurrent = concurrentStatementOf(statement);
    if (concurrent) return this.concurrently(statement, concurrent);
    try {
      await this.inTransaction(this.advance(), statement);
    } catch (error) {
      if (!REFUSES_TRANSACTION.has(String(codeOf(error)))) throw error;
      await this.query(statement.text);
      await this.inTransaction(this.advance());
    }
  }

  /**
   * The ledger is told of the attempt before it is made, but not if what it makes is there already:
   * then PostgreSQL shall say so. So what is there after an attempt was made by it.
   */
  private async concurrently(statement: SqlStatement, what: ConcurrentStatement): Promise<void> {
    const state = await this.leftovers.stateOf(what);
    if (this.attempted && state === 'done') {
      await this.inTransaction(this.advance());
      return;
    }
    if (state !== 'done' && !this.attempted) {
      await this.inTransaction(this.of.ledger.advance(this.version, this.progress(true)));
      this.attempted = true;
    }
    await this.patiently(what, async () => {
      if (!(await this.clear(what))) await this.query(statement.text);
    });
    await this.inTransaction(this.advance());
  }

  private async clear(what: ConcurrentStatement): Promise<boolean> {
    const { run, file } = this.of;
    return this.leftovers.clear(what, {
      attempted: this.attempted,
      query: async (text) => this.query(text),
      tell: (line) => run.logger.warn(`postgres: ${file.fileName}: ${line}`),
    });
  }

  /**
   * Nobody queues behind a statement that works on an index concurrently while it waits for older
   * transactions, and starting it over is dear: it may wait for as long as another would be retried.
   */
  private async patiently(what: ConcurrentStatement, work: () => Promise<void>): Promise<void> {
    const { ledger, timeouts, migration } = this.of;
    const { lockTimeoutMs } = timeoutsOf(this.of);
    const chosen =
      migration.directives.lockTimeoutMs !== undefined ||
      this.statements.some(({ words }) => SETS_LOCK_TIMEOUT.test(words.join(' ')));
    if (chosen || what.kind === 'detach') return work();
    await ledger.ask(`SET lock_timeout = ${Math.max(lockTimeoutMs, timeouts.lockRetryMs)}`);
    await work();
    await ledger.ask(`SET lock_timeout = ${lockTimeoutMs}`);
  }

  /** One transaction with the change of the ledger, whatever role the file has set. */
  private async inTransaction(change: string, statement?: SqlStatement): Promise<void> {
    const { ledger, signal } = this.of;
    try {
      await ledger.ask('BEGIN');
      if (statement) await this.query(statement.text);
      await ledger.change(`${ledger.asOwner}; ${change}`);
      await ledger.ask('COMMIT');
    } catch (error) {
      if (!signal.aborted) await ledger.ask('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async query(text: string): Promise<void> {
    await untilAborted(this.of.client.query(text), this.of.signal);
  }

  private get version(): number {
    return this.of.file.version;
  }

  /** The ledger's change once the statement that is next is done. */
  private advance(): string {
    return this.of.ledger.advance(this.version, this.progress(false, this.done + 1));
  }

  private progress(attempted = this.attempted, done = this.done): StatementProgress {
    return { done, attempted, checksum: checksumOfStatements(this.of.part, done) };
  }

  private placeOf({ start }: SqlStatement): FailingPlace {
    const which = `statement ${this.done + 1} of ${this.statements.length}`;
    const goOn = 'those before it are done and stay so: correct it, and the next run goes on there';
    return { start, isStatement: true, hint: this.done === 0 ? which : `${which}; ${goOn}` };
  }
}
