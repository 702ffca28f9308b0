import { readFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';
import { redisForTest } from '@trilith/testing';

import { killContenders, runProgram } from './processes.js';

describe('the README', () => {
  afterAll(killContenders);

  it('opens with an example that works as it stands', async () => {
    const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');
    const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const { url } = await redisForTest();
    const program = example.replace('redis://127.0.0.1:6379', url);
    expect(await runProgram(program)).toEqual({
      status: 0,
      output: 'working alone on report:monday\n',
    });
  });
});
