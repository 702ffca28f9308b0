import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { identify } from '../../stores/processes/identity.ts';

const FOREGROUND = new URL('../foreground.mjs', import.meta.url).href;
const PARENT_WATCH = new URL('../parent-watch.mjs', import.meta.url).href;

/** Says its number once it listens, then every signal that it gets; ends a while after the first. */
const PROGRAM = `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
  console.log(signal);
  setTimeout(() => process.exit(5), 300);
});
setInterval(() => {}, 1000);
console.log(process.pid);`;

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A process that runs `code` in the foreground, as the bootstrap does. */
function foreground(code: string) {
  const args = [`--import=${PARENT_WATCH}`, '-e', code];
  const main = `const { runInForeground } = await import(${JSON.stringify(FOREGROUND)});
    process.exitCode = await runInForeground(process.execPath, ${JSON.stringify(args)}, process.env);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', main], {
    env: { ...process.env, npm_lifecycle_event: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => String((await lines.next()).value) };
}

describe('a command in the foreground', () => {
  it('gives its exit code', async () => {
    const { child } = foreground('process.exit(42)');
    expect(await once(child, 'exit')).toEqual([42, null]);
  });

  it('tells by its exit code which signal ended it', async () => {
    const { child } = foreground("process.kill(process.pid, 'SIGKILL')");
    expect(await once(child, 'exit')).toEqual([137, null]);
  });

  it('gets a Ctrl-C once, although the terminal and npm both send it', async () => {
    const { child, next } = foreground(PROGRAM);
    await next();
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    const [first, rest] = [await next(), await next()];
    expect(['SIGINT', 'SIGTERM']).toContain(first);
    expect(rest).toBe('undefined');
    expect(await exit).toEqual([5, null]);
  });

  it('is stopped when whoever started it is killed', async () => {
    const { child, next } = foreground(PROGRAM);
    const pid = Number(await next());
    child.kill('SIGKILL');
    expect(await next()).toBe('SIGTERM');
    while (identify(pid)) await sleep(20);
  });
});
