import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identify } from '../processes/identity.ts';
import { Ledger } from '../processes/ledger.ts';

/** Runs until it is killed; says when it is ready for signals. */
async function sleeper(onTerm = 'process.exit(0)'): Promise<ChildProcess> {
  const code = `process.on('SIGTERM', () => { ${onTerm} }); console.log('up'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe('the ledger of started processes', () => {
  let folder: string;
  let ledger: Ledger;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'trilith-spec-'));
    ledger = new Ledger(path.join(folder, 'processes.json'));
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  async function recorded(label: string): Promise<ChildProcess> {
    const child = await sleeper();
    children.push(child);
    const identity = identify(child.pid ?? 0);
    if (!identity) throw new Error('not running');
    ledger.add({ ...identity, label, stopSignal: 'SIGTERM' });
    return child;
  }

  it('finds and stops what still runs, also from another process', async () => {
    const [one, other] = [await recorded('redis'), await recorded('mongodb')];
    const ends = Promise.all([once(one, 'exit'), once(other, 'exit')]);
    const swept = await new Ledger(path.join(folder, 'processes.json')).sweep();
    expect(swept.map(({ label }) => label)).toEqual(['redis', 'mongodb']);
    // Both stopped by themselves, at the signal that was recorded for them.
    expect(await ends).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(ledger.entries()).toEqual([]);
  });

  it('takes no later process for one that had the same number', async () => {
    const child = await sleeper();
    children.push(child);
    ledger.add({
      pid: child.pid ?? 0,
      startedAt: 'another time',
      label: 'redis',
      stopSignal: 'SIGKILL',
    });
    expect(await ledger.sweep()).toEqual([]);
    expect(identify(child.pid ?? 0)).toBeDefined();
  });

  it('forgets what has ended', async () => {
    const child = await recorded('redis');
    const [entry] = ledger.entries();
    if (entry) ledger.remove(entry);
    expect(ledger.entries()).toEqual([]);
    expect(await ledger.sweep()).toEqual([]);
    expect(child.exitCode).toBeNull();
  });
});
