import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import { redisForTest } from '@trilith/testing';

const workspace = path.resolve(import.meta.dirname, '../../..');
const loader = path.join(workspace, 'tools/jest/typescript-child.mjs');
const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');

describe('the README', () => {
  it('should open with an example that works as it stands', async () => {
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const store = await redisForTest();
    const folder = mkdtempSync(path.join(tmpdir(), 'trilith-redis-'));
    symlinkSync(path.join(workspace, 'node_modules'), path.join(folder, 'node_modules'));
    const program = path.join(folder, 'example.ts');
    writeFileSync(
      program,
      example
        .replace('redis://127.0.0.1:6379', store.url)
        .replaceAll('stock:pears', `${store.prefix}:pears`),
    );

    // Whoever runs the tests may have asked for colours.
    const env = { ...process.env, FORCE_COLOR: '0' };
    const run = promisify(execFile)(process.execPath, ['--import', loader, program], { env });
    expect((await run).stdout).toBe('left: 3\n');
    rmSync(folder, { recursive: true });
    await store.close();
  });

  it('should name every option with its default', () => {
    const source = readFileSync(
      path.resolve(import.meta.dirname, '../src/connection.options.ts'),
      'utf8',
    );
    const defaults = [...source.matchAll(/^ {2}(?<name>\w+Ms) = (?<value>[\d_]+),$/gm)];
    expect(defaults).toHaveLength(4);
    for (const { groups } of defaults) {
      const value = groups?.['value']?.replaceAll('_', ',');
      expect(readme).toMatch(new RegExp(`^\\| \`${groups?.['name']}\` .*\\| ${value} `, 'm'));
    }
  });
});
