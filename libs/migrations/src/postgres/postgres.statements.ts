import { readFileSync } from 'node:fs';

/** The ledger's table, where the search path says in which schema it is. */
export const LEDGER = 'schema_migrations';

/** Means nothing; it only has to be the same in every runner. */
const LOCK_KEY = '7308613709768421697';

const lines = (name: string) => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const ledgerStatement = (name: string) => {
  const text = lines(name);
  return (ledger: string) =>
    text
      .replaceAll(':ledger_text', `'${ledger.replaceAll("'", "''")}'`)
      .replaceAll(':ledger', ledger);
};

export const readLedgerStatement = ledgerStatement('read-ledger');
export const createLedgerStatement = ledgerStatement('create-ledger');
export const upgradeLedgerStatement = ledgerStatement('upgrade-ledger');
export const TRY_LOCK = lines('try-lock').replaceAll(':key', LOCK_KEY);
export const LOCK_HOLDER = lines('lock-holder').replaceAll(':key', LOCK_KEY);
export const GUARD_CONNECTION_CHECK = lines('guard-connection-check');
export const GUARD_SESSION = lines('guard-session');
export const FIND_INDEX = lines('find-index');
export const FIND_REINDEX_LEFTOVERS = lines('find-reindex-leftovers');
export const FIND_PARTITION = lines('find-partition');
export const FIND_RELATION = lines('find-relation');
