import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StatementStatistics } from '../statements/statement-statistics.ts';
import { statements } from '../statements/statements.check.ts';
import { statementFacts, statementsTable } from '../statements/statements-table.ts';
import { Patient } from './patient.ts';

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.admit();
});

afterAll(async () => patient.leave());

async function statistics(of = patient): Promise<StatementStatistics> {
  const found = await StatementStatistics.of(await of.session());
  if ('missing' in found) throw new Error(found.missing);
  return found;
}

describe('statements', () => {
  beforeAll(async () => {
    await patient.run(`
      CREATE EXTENSION IF NOT EXISTS pg_stat_statements;;
      CREATE TABLE notes (id int PRIMARY KEY, body text)`);
    await patient.run(
      `SELECT count(pg_sleep(0.02)) FROM generate_series(1, 2);;`.repeat(10) +
        `SELECT count(*) FROM notes WHERE body = 'my secret';;SELECT 1 AS quick`,
    );
    // A utility statement keeps its literals, as it was written.
    await patient.run(`DO $$ BEGIN PERFORM pg_sleep(0.05), 'hidden'; END $$`);
  });

  it('are told by the time they took, with an id that finds them again', async () => {
    const top = await (await statistics()).top(50);
    expect(top.map(({ total_ms: ms }) => ms)).toEqual(
      top.map(({ total_ms: ms }) => ms).toSorted((a, b) => b - a),
    );
    const slow = top.find(({ query }) => query.includes('count(pg_sleep'));
    expect(slow).toMatchObject({ calls: 10 });
    expect(slow?.mean_ms).toBeGreaterThanOrEqual(40);
    expect(slow?.id).toMatch(/^[0-9a-f]{16}$/);
    const found = await (await statistics()).find(slow?.id.slice(0, 8) ?? '');
    expect(found).toEqual({ id: slow?.id, query: slow?.query });
  });

  it('are those of this database, without the doctor’s own and without transactions', async () => {
    await patient.examine(statements);
    const queries = (await (await statistics()).top(1_000)).map(({ query }) => query);
    const own = /pg_stat_statements|set_config|^begin|^rollback/i;
    expect(queries.filter((query) => own.test(query) && !query.startsWith('CREATE'))).toEqual([]);
    expect(queries.some((query) => query.includes('notes'))).toBe(true);
  });

  it('are never shown with what was in them', async () => {
    const top = await (await statistics()).top(50);
    const shown = `${statementsTable(top)} ${JSON.stringify(statementFacts(top))}`;
    expect(shown).toContain('count(pg_sleep');
    expect(shown).not.toMatch(/secret|hidden/);
  });

  it('that are slow are a warning, and those that are quick are none', async () => {
    const limits = { slowStatementMs: 30, statementCalls: 10, topStatements: 50 };
    const findings = await patient.examine(statements, limits);
    const slow = findings.filter(({ what }) => what.includes('count(pg_sleep'));
    expect(slow).toMatchObject([{ severity: 'warning', facts: { calls: 10 } }]);
    expect(slow[0]?.next).toMatch(/^npm run doctor -- postgres explain [0-9a-f]{8}$/);
    expect(findings.filter(({ what }) => what.includes('quick'))).toEqual([]);
    expect(await patient.examine(statements, { ...limits, statementCalls: 11 })).toEqual([]);
  });

  it('that have no plan are listed and never a warning', async () => {
    const limits = { slowStatementMs: 30, statementCalls: 1, topStatements: 50 };
    const findings = await patient.examine(statements, limits);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter(({ what }) => what.includes(': DO'))).toEqual([]);
    const top = await (await statistics()).top(50);
    expect(top.some(({ query, mean_ms: ms }) => query.startsWith('DO') && ms > 30)).toBe(true);
  });

  it('that write to disk are a warning', async () => {
    await patient.run(
      `SET work_mem = '64kB';; SELECT count(*) FROM (SELECT n FROM generate_series(1, 50000) n ORDER BY n DESC OFFSET 0) spilled`,
    );
    const findings = await patient.examine(statements, { topStatements: 50 });
    const spilling = findings.filter(({ what }) => what.includes('spilled'));
    expect(spilling).toMatchObject([{ severity: 'warning' }]);
    expect(spilling[0]?.facts.temporaryBytes).toBeGreaterThan(100_000);
  });

  it('have no id that begins with nothing known', async () => {
    const known = await statistics();
    await expect(known.find('ffffffffffffffff')).rejects.toThrow('No statement has an id');
    await expect(known.find('')).rejects.toThrow('Several ids');
  });
});

describe('statements that nobody counts', () => {
  it('are told as that, with what to do', async () => {
    const other = await Patient.admit();
    const session = await other.session();
    // Another database of the server that has the extension would do.
    session.inDatabase = async () => Promise.reject(new Error('none'));
    expect(await other.examine(statements)).toMatchObject([
      { severity: 'notice', next: expect.stringContaining('CREATE EXTENSION pg_stat_statements') },
    ]);
    await other.leave();
  });

  it('are looked up in the server’s own database where that has the extension', async () => {
    const other = await Patient.admit();
    const session = await other.session();
    const beside = await patient.session();
    session.inDatabase = async () => beside;
    await other.run('SELECT 1 AS elsewhere');
    const top = await (await statistics(other)).top(50);
    expect(top.some(({ query }) => query.includes('elsewhere'))).toBe(true);
    expect(top.some(({ query }) => query.includes('notes'))).toBe(false);
    await other.leave();
  });
});
