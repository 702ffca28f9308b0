import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { faultyProxy } from '@trilith/testing';
import type { Finding, Severity } from '../../finding.ts';
import type { Check } from '../check.ts';
import { privileges } from '../checks/privileges.check.ts';
import { CHECKS } from '../checks.ts';
import { examine } from '../examine.ts';
import { LIMITS } from '../limits.ts';
import { Session } from '../session.ts';
import { Patient } from './patient.ts';

/** Roles belong to the whole server. */
const ROLE = `doctor_${randomUUID().slice(0, 8)}`;

const findings = (severity: Severity, count: number): Finding[] =>
  Array.from({ length: count }, () => ({
    severity,
    subject: 's',
    what: 'w',
    next: 'n',
    facts: {},
  }));

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.admit();
});

afterAll(async () => patient.leave());

describe('a session of the doctor', () => {
  it('changes nothing', async () => {
    const session = await patient.session();
    await expect(session.rows('CREATE TABLE t ()')).rejects.toThrow('read-only transaction');
  });

  it('ends a query at its deadline, and goes on', async () => {
    const session = await Session.open(patient.url, { timeoutMs: 200 });
    await expect(session.rows('SELECT pg_sleep(30)')).rejects.toThrow('statement timeout');
    expect(await session.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await session.close();
  });

  it('does not wait for a lock', async () => {
    const holder = await patient.client();
    await patient.run('CREATE TABLE locked (n int)');
    await holder.query('BEGIN; LOCK locked IN ACCESS EXCLUSIVE MODE');
    const session = await patient.session();
    await expect(session.rows('SELECT * FROM locked')).rejects.toThrow('lock timeout');
    await holder.query('ROLLBACK');
  });

  it('tells fifty findings of a check, the worst, and how many more there are', async () => {
    const many: Check = {
      name: 'many',
      title: 'many',
      examine: async () => [...findings('notice', 60), ...findings('warning', 3)],
    };
    const [examination] = await examine(await patient.session(), [many], { limits: LIMITS });
    const told = examination?.findings ?? [];
    expect(told).toHaveLength(51);
    expect(told.filter(({ severity }) => severity === 'warning')).toHaveLength(3);
    expect(told.at(-1)?.facts).toEqual({ more: 13 });
  });

  it('says of a check that it may not look, and goes on with the next', async () => {
    const forbidden: Check = {
      name: 'forbidden',
      title: 'what only a superuser sees',
      examine: async (session) => session.rows('SELECT rolpassword FROM pg_authid'),
    };
    const client = await patient.client();
    await client.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'let me in'`);
    const url = Object.assign(new URL(patient.url), { username: ROLE, password: 'let me in' });
    const session = await Session.open(url.href, { timeoutMs: 30_000 });
    const examinations = await examine(session, [forbidden, privileges], { limits: LIMITS });
    expect(examinations).toMatchObject([
      { unknown: expect.stringContaining('may not look'), findings: [] },
      { findings: [{ severity: 'notice', facts: { role: ROLE } }] },
    ]);
    expect(await patient.examine(privileges)).toEqual([]);
    await session.close();
    await client.query(`DROP ROLE ${ROLE}`);
  });

  it('gives up a server that hangs, once', async () => {
    const proxy = await faultyProxy(patient.url);
    const session = await Session.open(proxy.url, { timeoutMs: 200 });
    proxy.stall();
    const since = performance.now();
    const examinations = await examine(session, CHECKS, { limits: LIMITS });
    expect(examinations.every(({ unknown }) => unknown !== undefined)).toBe(true);
    // One deadline, not one for each check.
    expect(performance.now() - since).toBeLessThan(CHECKS.length * 2_200);
    await session.close();
    await proxy.close();
  });

  it('says without its password what cannot be reached', async () => {
    const opening = Session.open('postgres://me:hidden@127.0.0.1:1/x', { timeoutMs: 200 });
    await expect(opening).rejects.toThrow('cannot be reached');
    await expect(opening).rejects.not.toThrow('hidden');
  });
});
