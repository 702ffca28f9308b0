import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tryLock, withLock } from '../lock.ts';

describe('a lock between processes', () => {
  let folder: string;
  let file: string;
  let holder: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'trilith-spec-'));
    file = path.join(folder, 'some.lock');
  });
  afterEach(() => {
    holder?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  it('is had by one at a time', () => {
    const lock = tryLock(file);
    expect(lock).toBeDefined();
    expect(tryLock(file)).toBeUndefined();
    lock?.release();
    const next = tryLock(file);
    expect(next).toBeDefined();
    next?.release();
    expect(existsSync(file)).toBe(false);
  });

  it('is had by one at a time, however many take and remove it', async () => {
    const module = new URL('../lock.ts', import.meta.url).href;
    const code = `import { appendFileSync } from 'node:fs';
      const { withLock } = await import(${JSON.stringify(module)});
      const [lock, log] = process.argv.slice(1);
      for (let turn = 0; turn < 40; turn += 1) await withLock(lock, { pollMs: 1 }, async () => {
        appendFileSync(log, 'in ');
        await new Promise((resolve) => setTimeout(resolve, 1));
        appendFileSync(log, 'out ');
      });`;
    const log = path.join(folder, 'log');
    const args = ['--input-type=module', '-e', code, file, log];
    const contenders = Array.from({ length: 6 }, () => spawn(process.execPath, args));
    const exits = await Promise.all(contenders.map(async (child) => once(child, 'exit')));
    expect(exits).toEqual(contenders.map(() => [0, null]));
    expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(6 * 40));
    expect(existsSync(file)).toBe(false);
  });

  it('is given back when its holder is killed', async () => {
    const module = new URL('../lock.ts', import.meta.url).href;
    const code = `const { tryLock } = await import(${JSON.stringify(module)});
      globalThis.lock = tryLock(process.argv[1]);
      console.log('held');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, file], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    holder = child;
    await once(child.stdout, 'data');
    expect(tryLock(file)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = tryLock(file);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('is waited for, and released also when the work throws', async () => {
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`${name} ends`);
      if (name === 'first') throw new Error('broken');
    };
    const waits: string[] = [];
    const first = withLock(file, {}, work('first'));
    const second = withLock(file, { onWait: () => waits.push('second') }, work('second'));
    await expect(first).rejects.toThrow('broken');
    await second;
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
    expect(waits).toEqual(['second']);
  });
});
