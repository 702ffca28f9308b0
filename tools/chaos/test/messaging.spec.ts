import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HeldStores, holdStores } from '../../stores/client.ts';
import type { Experiment } from '../experiment.ts';
import { crashLoop } from '../messaging/crash-loop.ts';
import { emptiedRedis } from '../messaging/emptied-redis.ts';
import { frozenConsumer } from '../messaging/frozen-consumer.ts';
import { killedEverywhere } from '../messaging/killed-everywhere.ts';
import { orderPerKey } from '../messaging/order-per-key.ts';
import { slowConsumer } from '../messaging/slow-consumer.ts';
import { CHAOS_STORES } from '../messaging/stage.ts';

/** Only a hang takes so long: each waits for what it counts. */
const TIMEOUT_MS = 300_000;

/** `npm run chaos -- messaging` in small: a few faults, a few hundred events. */
describe('messaging', () => {
  let held: HeldStores;
  const interrupted = new AbortController();

  beforeAll(async () => {
    held = await holdStores({
      profile: CHAOS_STORES,
      stores: ['postgres'],
      holder: `tests of chaos (pid ${process.pid})`,
      env: { ...process.env, DATABASE_URL: undefined },
    });
  }, TIMEOUT_MS);

  afterAll(async () => {
    interrupted.abort();
    await held.release();
  });

  it.each<[title: string, experiment: Experiment]>([
    ['loses and repeats nothing when everything is killed', killedEverywhere],
    ['gives up no event that was never begun, however often its consumer dies', crashLoop],
    ['repeats nothing when a frozen consumer wakes', frozenConsumer],
    ['keeps the order of each key, and buries poison alone', orderPerKey],
    ['loses nothing when the producer is faster than the consumer', slowConsumer],
    ['loses nothing when Redis is emptied', emptiedRedis],
  ])(
    '%s',
    async (_title, { run }) => {
      const said: string[] = [];
      const finding = await run({
        seed: 1,
        seconds: 6,
        events: 300,
        signal: interrupted.signal,
        say: (text) => said.push(text),
      });
      expect({ said, ...finding }).toMatchObject({ held: true, reasons: [] });
    },
    TIMEOUT_MS,
  );
});
