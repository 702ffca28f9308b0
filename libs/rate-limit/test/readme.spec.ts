import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { redisForTest } from '@trilith/testing';

import * as library from '../src/index.js';
import { resolveModuleOptions } from '../src/nest/rate-limit.module-options.js';
import { resolveRateLimiterOptions } from '../src/rate-limiter.options.js';
import { runProgram } from './processes.js';

const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');

describe('the README', () => {
  it('opens with an example that works as it stands', async () => {
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const store = await redisForTest();
    const { url, prefix } = store;
    const program = example
      .replace('redis://127.0.0.1:6379', url)
      .replace(
        "name: 'shop' });\nconst signIns",
        `name: 'shop', prefix: '${prefix}' });\nconst signIns`,
      );
    expect(program).toContain(prefix);
    expect(await runProgram(program)).toBe('go on, 4 left\n');
    await store.close();
  });

  it('names every option, with its default where that is a number', () => {
    const redis = {} as library.LimitRedis;
    const options = {
      ...resolveModuleOptions({ redis, policies: [] }),
      ...resolveRateLimiterOptions({ redis }),
    };
    const rows = new Map(
      readme
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .map((line) => line.split('|').map((cell) => cell.trim()))
        .flatMap(([, names = '', value = '']) =>
          names.split(', ').map((name) => [name.replaceAll('`', ''), value] as const),
        ),
    );
    for (const [name, value] of Object.entries(options)) {
      expect([...rows.keys()]).toContain(name);
      const isBound = typeof value === 'number' && value < Number.MAX_SAFE_INTEGER;
      expect(rows.get(name)).toMatch(isBound ? value.toLocaleString('en') : /./);
    }
  });

  it('names every algorithm and decorator', () => {
    const names = [
      'slidingLog',
      'slidingWindow',
      'gcra',
      'concurrency',
      'RateLimit',
      'SkipRateLimit',
    ];
    for (const name of names) {
      expect(Object.keys(library)).toContain(name);
      expect(readme).toContain(name);
    }
  });
});
