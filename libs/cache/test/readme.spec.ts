import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { redisForTest } from '@trilith/testing';

import { resolveCacheOptions } from '../src/cache.options.js';
import { entryDefaults } from '../src/entry.options.js';
import { runProgram } from './processes.js';

const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');

/** The defaults that its tables give of these options. */
function tabled(names: readonly string[]): Record<string, string | undefined> {
  const rows = readme.matchAll(/^\| `(\S+)` +\| (.*?) +\|/gm);
  const defaults = new Map(
    Array.from(rows, ([, name, value]) => [name, value?.replaceAll('`', '')]),
  );
  return Object.fromEntries(names.map((name) => [name, defaults.get(name)]));
}

/** Defaults as the tables write them. */
function shown(defaults: object): Record<string, string> {
  const written = Object.entries(defaults).map(([name, value]) => [
    name,
    typeof value === 'number' ? value.toLocaleString('en').replace('∞', 'Infinity') : String(value),
  ]);
  return Object.fromEntries(written) as Record<string, string>;
}

function within(part: string, options: object = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [`${part}.${name}`, value]),
  );
}

describe('the README', () => {
  it('should open with an example that works as it stands', async () => {
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const place = await redisForTest();
    const { url, prefix } = place;
    const program = example
      .replace("url: 'redis://127.0.0.1:6379'", `url: '${url}', prefix: '${prefix}'`)
      .replace('async (id: string)', 'async (id)');
    expect(await runProgram(program)).toEqual({ status: 0, output: 'hello Ada\n' });
    await place.close();
  });

  it('should name every option of an entry with its default', () => {
    const { tags: _none, ...defaults } = entryDefaults;
    expect(tabled(Object.keys(defaults))).toEqual(shown(defaults));
  });

  it('should name every option of a cache with its default', () => {
    const { memory, redis, isolation, maxValueBytes } = resolveCacheOptions({
      name: 'any',
      redis: { url: 'redis://127.0.0.1' },
    });
    const { url: _url, sentinelCredentials: _credentials, ...ofRedis } = { ...redis };
    const defaults = {
      isolation,
      maxValueBytes,
      ...within('memory', memory),
      ...within('redis', ofRedis),
    };
    expect(tabled(Object.keys(defaults))).toEqual(shown(defaults));
  });
});
