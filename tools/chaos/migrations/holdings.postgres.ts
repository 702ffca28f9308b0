import type { Holding } from './killed-step.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { until } from './until.ts';

type PostgresHolding = Holding<PostgresDatabase>;

/** Nobody else uses this advisory lock: whoever asks for it waits until the experiment lets go. */
export const GATE = 'pg_advisory_xact_lock(1)';
/** Everybody may read it, nobody write. */
const LOCK_LEDGER = 'LOCK TABLE schema_migrations IN EXCLUSIVE MODE';
const WRITE_NOTE = "INSERT INTO notes VALUES (0, 'of an open transaction')";

/** A statement that asks for {@link GATE}. */
export const atGate: PostgresHolding = {
  hold: async (database) => holding(database, `SELECT ${GATE}`),
  isInside: async (database) => database.someoneWaitsFor('advisory'),
};

/** Any write into the ledger. */
export const atLedger: PostgresHolding = {
  hold: async (database) => holding(database, LOCK_LEDGER),
  isInside: async (database) => database.someoneWaitsFor('relation'),
};

/** What works concurrently waits for every transaction that has used the table. */
export const behindTransaction = (sql: string): PostgresHolding => ({
  hold: async (database) => holding(database, sql),
  isInside: async (database) => database.someoneWaitsFor('virtualxid'),
});

/** A transaction that has written into `notes`. */
export const behindWriter = behindTransaction(WRITE_NOTE);

/** The write into the ledger that follows upon a statement which works concurrently. */
export const atLedgerAfterwards: PostgresHolding = {
  hold: async (database, signal) => {
    const writer = await database.openTransaction(WRITE_NOTE);
    const ledger = (async () => {
      const hasBegun = async () => behindWriter.isInside(database);
      await until('the statement has begun', hasBegun, signal);
      const release = await holding(database, LOCK_LEDGER);
      await writer.end();
      return release;
    })();
    // Whoever releases hears of it.
    ledger.catch(() => undefined);
    return async () => (await ledger)();
  },
  isInside: async (database) => atLedger.isInside(database),
};

async function holding(database: PostgresDatabase, sql: string): Promise<() => Promise<void>> {
  const transaction = await database.openTransaction(sql);
  return async () => transaction.end();
}
