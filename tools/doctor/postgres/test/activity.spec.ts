import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import type { Finding } from '../../finding.ts';
import { lockWaits } from '../checks/lock-waits.check.ts';
import { transactions } from '../checks/transactions.check.ts';
import { Patient } from './patient.ts';

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.admit();
  await patient.run(
    'CREATE TABLE desks (id int PRIMARY KEY, name text);; INSERT INTO desks VALUES (1)',
  );
});

afterAll(async () => patient.leave());

describe('transactions', () => {
  it('are told when they are open and do nothing, without what was in them', async () => {
    const sleeper = await patient.client('sleeper');
    await sleeper.query('BEGIN');
    await sleeper.query(`SELECT * FROM desks WHERE name = 'my secret' OR id = 4711`);
    const [finding] = await patient.examine(transactions, { idleInTransactionMs: 0 });
    expect(finding).toMatchObject({
      severity: 'warning',
      facts: { idle: true, application: 'sleeper' },
    });
    expect(JSON.stringify(finding)).not.toMatch(/secret|4711/);
    expect(finding?.facts.query).toBe('SELECT * FROM desks WHERE name = ? OR id = ?');
    expect(await patient.examine(transactions)).toEqual([]);
    await sleeper.query('ROLLBACK');
    expect(await patient.examine(transactions, { idleInTransactionMs: 0 })).toEqual([]);
  });

  it('are told when they are open for long, and critical when for very long', async () => {
    const worker = await patient.client('worker');
    const working = worker.query('SELECT pg_sleep(60)').catch((error: Error) => error.message);
    const [finding] = await eventually(async () => {
      const findings = await patient.examine(transactions, { transactionMs: 100 });
      expect(findings).toHaveLength(1);
      return findings;
    });
    expect(finding).toMatchObject({ facts: { idle: false, application: 'worker' } });
    const [tooLong] = await patient.examine(transactions, { transactionMs: 1 });
    expect(tooLong?.severity).toBe('critical');
    expect(await patient.examine(transactions)).toEqual([]);
    await patient.run(`SELECT pg_cancel_backend(${String(finding?.facts.pid)})`);
    expect(await working).toContain('canceling statement');
  });
});

describe('lock waits', () => {
  it('are told with who is in the way, and not when nobody waits', async () => {
    const [holder, waiter] = [await patient.client('holder'), await patient.client('waiter')];
    await holder.query('BEGIN');
    await holder.query(`UPDATE desks SET name = 'hidden' WHERE id = 1`);
    expect(await patient.examine(lockWaits, { lockWaitMs: 0 })).toEqual([]);
    const waiting = waiter.query('ALTER TABLE desks ADD COLUMN size int DEFAULT 4711');
    const finding = await eventually(async () => {
      const [first] = await patient.examine(lockWaits, { lockWaitMs: 0 });
      expect(first).toBeDefined();
      return first as Finding;
    });
    const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect(finding.facts).toMatchObject({
      application: 'waiter',
      mode: 'AccessExclusiveLock',
      object: 'public.desks',
      blockedBy: String(rows[0]?.pid),
    });
    expect(finding.what).toContain('holder, idle in transaction');
    expect(finding.next).toContain(`pg_terminate_backend(${rows[0]?.pid})`);
    expect(JSON.stringify(finding)).not.toMatch(/hidden|4711/);
    expect(finding.facts.query).toBe('ALTER TABLE desks ADD COLUMN size int DEFAULT ?');
    await holder.query('ROLLBACK');
    await waiting;
    expect(await patient.examine(lockWaits, { lockWaitMs: 0 })).toEqual([]);
  });

  it('blame who holds it, and not who only waits for it as well', async () => {
    const [queued, holder, waiter] = [
      await patient.client('queued'),
      await patient.client('holder'),
      await patient.client('waiter'),
    ];
    // The longest transaction of all, yet not the one in the way.
    await queued.query('BEGIN; SELECT 1');
    await holder.query(`BEGIN; UPDATE desks SET name = 'taken' WHERE id = 1`);
    const behind = async (count: number) =>
      eventually(async () => {
        const findings = await patient.examine(lockWaits, { lockWaitMs: 0 });
        expect(findings).toHaveLength(count);
        return findings;
      });
    const first = queued.query('LOCK desks IN ACCESS EXCLUSIVE MODE');
    await behind(1);
    const second = waiter.query('BEGIN; LOCK desks IN ACCESS EXCLUSIVE MODE; ROLLBACK');
    const findings = await behind(2);
    const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const told = findings.find(({ facts }) => facts.application === 'waiter');
    expect(String(told?.facts.blockedBy).split(', ')).toHaveLength(2);
    expect(told?.next).toContain(`pg_terminate_backend(${rows[0]?.pid})`);
    await holder.query('ROLLBACK');
    await first;
    await queued.query('ROLLBACK');
    await second;
  });

  it('are seen although the whole table is locked', async () => {
    const [holder, waiter] = [await patient.client('holder'), await patient.client('waiter')];
    await holder.query('BEGIN; LOCK desks IN ACCESS EXCLUSIVE MODE');
    const waiting = waiter.query('SELECT FROM desks');
    await eventually(async () => {
      expect(await patient.examine(lockWaits, { lockWaitMs: 0 })).toHaveLength(1);
    });
    await holder.query('ROLLBACK');
    await waiting;
  });
});
