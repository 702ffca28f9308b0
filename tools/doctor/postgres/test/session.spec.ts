import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { faultyProxy } from '@trilith/testing';
import { CHECKS } from '../checks.ts';
import { examine } from '../examine.ts';
import { LIMITS } from '../limits.ts';
import { Session } from '../session.ts';
import { Patient } from './patient.ts';

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
