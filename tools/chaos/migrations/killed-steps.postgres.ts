import {
  atGate,
  atLedger,
  atLedgerAfterwards,
  behindTransaction,
  behindWriter,
  GATE,
} from './holdings.postgres.ts';
import type { KilledStep } from './killed-step.ts';
import type { PostgresDatabase } from './postgres-database.ts';

const FIRST = `CREATE TABLE effects (version int NOT NULL);
CREATE TABLE notes (id int, text text NOT NULL);
INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 5000) n;
INSERT INTO effects VALUES (1);
`;
const PARTITIONED = `CREATE TABLE parted (at int) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10)`;
const CREATE_INDEX = 'CREATE INDEX CONCURRENTLY notes_text ON notes (text);';
const DETACH = 'ALTER TABLE parted DETACH PARTITION parted_1 CONCURRENTLY;';

const PATIENT = '-- migrate: lock-timeout 60s';
const ALONE = '-- migrate: no-transaction';
const DOWN = '-- migrate: down';

const effect = (version: number) => `INSERT INTO effects VALUES (${version});`;
const gatedEffect = (version: number) => `INSERT INTO effects SELECT ${version} FROM ${GATE};`;
const noEffect = (version: number) => `DELETE FROM effects WHERE version = ${version};`;
const second = (...lines: readonly string[]) => ({
  '0001_notes.sql': FIRST,
  '0002_step.sql': `${lines.join('\n')}\n`,
});

/** Versions 1 and 2 applied, each with its effect once. */
const both = { effects: { 1: 1, 2: 1 }, applied: [1, 2] };

export const POSTGRES_STEPS: readonly KilledStep<PostgresDatabase>[] = [
  {
    ...both,
    name: 'a transaction',
    files: second(PATIENT, effect(2), gatedEffect(20)),
    inside: atGate,
    effects: { ...both.effects, 20: 1 },
  },
  {
    ...both,
    name: 'between two migrations',
    files: second(effect(2)),
    inside: { freezeAt: { number: 2 } },
  },
  {
    ...both,
    name: 'a statement without a transaction around all',
    files: second(ALONE, PATIENT, effect(2), gatedEffect(20), effect(21)),
    inside: atGate,
    effects: { ...both.effects, 20: 1, 21: 1 },
  },
  {
    ...both,
    name: 'between two statements',
    files: second(ALONE, effect(2), effect(20), effect(21)),
    inside: { freezeAt: { number: 2, done: 1 } },
    effects: { ...both.effects, 20: 1, 21: 1 },
  },
  {
    ...both,
    name: 'CREATE INDEX CONCURRENTLY',
    files: second(ALONE, effect(2), CREATE_INDEX, effect(20)),
    before: { upTo: 1 },
    inside: behindWriter,
    effects: { ...both.effects, 20: 1 },
    faults: indexFaults,
  },
  {
    ...both,
    name: 'REINDEX CONCURRENTLY',
    files: second(ALONE, effect(2), 'REINDEX TABLE CONCURRENTLY notes;'),
    before: { upTo: 1, arrange: async (database) => database.query(CREATE_INDEX) },
    inside: behindWriter,
    faults: indexFaults,
  },
  {
    ...both,
    name: 'DETACH PARTITION CONCURRENTLY',
    files: second(ALONE, effect(2), DETACH),
    before: { upTo: 1, arrange: async (database) => database.query(PARTITIONED) },
    inside: behindTransaction('SELECT FROM parted'),
    faults: async (database) => (await database.query('SELECT FROM pg_inherits')).length,
  },
  {
    ...both,
    name: 'writing a migration into the ledger',
    files: second(effect(2)),
    before: { upTo: 1 },
    inside: atLedger,
  },
  {
    ...both,
    name: 'writing into the ledger that an index was built',
    files: second(ALONE, effect(2), CREATE_INDEX),
    before: { upTo: 1 },
    inside: atLedgerAfterwards,
    faults: indexFaults,
  },
  {
    name: 'down, in a transaction',
    files: second(PATIENT, effect(2), DOWN, noEffect(2), gatedEffect(3)),
    before: { upTo: 2 },
    verb: { name: 'down', to: 1 },
    inside: atGate,
    effects: { 1: 1, 3: 1 },
    applied: [1],
  },
  {
    name: 'down, statement by statement',
    files: second(ALONE, effect(2), DOWN, noEffect(2), effect(3), effect(4)),
    before: { upTo: 2 },
    verb: { name: 'down', to: 1 },
    inside: { freezeAt: { number: 1, done: 2 } },
    effects: { 1: 1, 3: 1, 4: 1 },
    applied: [1],
  },
  {
    ...both,
    name: 'repair',
    files: second(effect(2)),
    before: { upTo: 2 },
    edited: { '0002_step.sql': `${effect(2)} -- with a remark\n` },
    verb: { name: 'repair', versions: [2] },
    inside: atLedger,
  },
];

/** Invalid ones, and the one that should be there and is not. */
async function indexFaults(database: PostgresDatabase): Promise<number> {
  const found = await database.query("SELECT WHERE to_regclass('notes_text') IS NOT NULL");
  return (await database.invalidIndexes()) + (1 - found.length);
}
