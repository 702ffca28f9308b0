import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { eventually, redisForTest } from '@trilith/testing';

import { resolveMessagingOptions } from '../../src/messaging.options.js';

const workspace = path.resolve(import.meta.dirname, '../../../..');
const loader = path.join(workspace, 'tools/jest/typescript-child.mjs');
const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');

describe('the README', () => {
  it('should open with an example that works as it stands', async () => {
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const store = await redisForTest();
    const folder = mkdtempSync(path.join(tmpdir(), 'trilith-messaging-'));
    symlinkSync(path.join(workspace, 'node_modules'), path.join(folder, 'node_modules'));
    const program = path.join(folder, 'example.ts');
    const here = `{ url: '${store.url}' }, prefix: '${store.prefix}'`;
    writeFileSync(program, example.replace("{ url: 'redis://127.0.0.1:6379' }", here));

    const child = spawn(process.execPath, ['--import', loader, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child, 'exit');
    await eventually(() => expect(output).toContain('Welcome, Ada!\n'));
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    rmSync(folder, { recursive: true });
    await store.close();
  });

  it('should name every option with its default', () => {
    const options = resolveMessagingOptions({ redis: { url: 'redis://' }, service: 'any' });
    for (const [name, value] of Object.entries(options)) {
      const shown = typeof value === 'number' ? value.toLocaleString('en') : '';
      expect(readme).toMatch(new RegExp(`^\\| \`${name}(\\.url)?\` .*\\| .*${shown} `, 'm'));
    }
  });
});
