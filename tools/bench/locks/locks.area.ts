import { randomUUID } from 'node:crypto';
import type { Area } from '../frame/benchmark.ts';
import { crowd } from './crowd.case.ts';
import { handOver } from './hand-over.case.ts';
import { uncontended } from './uncontended.case.ts';

/** Locks on one server. What they leave in it expires. */
export const locks: Area = {
  name: 'locks',
  stores: ['redis'],
  cases: async ({ env }) => {
    const redisUrl = env['REDIS_URL'] ?? '';
    const prefix = randomUUID().slice(0, 8);
    return [uncontended(redisUrl, prefix), handOver(redisUrl, prefix), ...crowd(redisUrl, prefix)];
  },
};
