import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { redisForTest } from '@trilith/testing';

import { entryDefaults } from '../src/entry.options.js';
import { runProgram } from './processes.js';

const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');

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
    for (const [name, value] of Object.entries(defaults)) {
      const shown =
        typeof value === 'number' ? value.toLocaleString('en').replace('∞', 'Infinity') : '';
      expect(readme).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${shown} +\\|`, 'm'));
    }
  });
});
