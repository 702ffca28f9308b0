import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { runProcess } from './processes.js';
import { type TestRedis, openRedis } from './redis.js';
import { type ConsumerInput, sharedPolicies } from './shared-policies.js';

const names = Object.keys(sharedPolicies) as ConsumerInput['policy'][];

describe('a limit that processes share', () => {
  let test: TestRedis;

  beforeAll(async () => {
    test = await openRedis();
  });
  afterAll(async () => {
    await test.close();
  });

  it.each(names)(
    'by %s lets exactly 50 of 1,000 calls through, whatever their clocks say',
    async (policy) => {
      const contenders = [
        { calls: 334, clockOffsetMs: -30_000 },
        { calls: 333, clockOffsetMs: 0 },
        { calls: 333, clockOffsetMs: 30_000 },
      ].map(async (part) => {
        const input: ConsumerInput = { url: test.url, prefix: test.prefix, policy, ...part };
        return JSON.parse(await runProcess('consumer-process.ts', input)) as Record<string, number>;
      });
      const outcomes = await Promise.all(contenders);
      expect(outcomes.map(({ skewMs }) => Math.round((skewMs ?? 0) / 1_000))).toEqual([-30, 0, 30]);
      expect(outcomes.reduce((sum, { allowed = 0 }) => sum + allowed, 0)).toBe(50);
    },
  );
});
