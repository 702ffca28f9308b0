import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HeldStores, holdStores } from '../../stores/client.ts';
import type { Experiment } from '../experiment.ts';
import { exactCount, movedClocks } from '../locks/exact-count.ts';
import { killedHolder } from '../locks/killed-holder.ts';
import { quorumOutage } from '../locks/quorum-outage.ts';
import { risingTokens } from '../locks/rising-tokens.ts';
import { LOCK_STORES } from '../locks/stage.ts';
import { stoppedHolders } from '../locks/stopped-holders.ts';

/** Only a hang takes so long: each waits for what it counts. */
const TIMEOUT_MS = 300_000;

/** `npm run chaos -- locks` in small: a few faults each. */
describe('locks', () => {
  let held: HeldStores;
  const interrupted = new AbortController();

  beforeAll(async () => {
    held = await holdStores({
      profile: LOCK_STORES,
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
    ['lose no update with the fence when holders are stopped', stoppedHolders],
    ['have rising tokens though Redis is killed and emptied', risingTokens],
    ['let one work at a time', exactCount],
    ['do not heed the wall clock', movedClocks],
    ['of a quorum go on with two of five killed, and stop with three', quorumOutage],
    ['that are fair pass from a killed holder to the next in line', killedHolder],
  ])(
    '%s',
    async (_title, { run }) => {
      const said: string[] = [];
      const finding = await run({
        seed: 1,
        seconds: 6,
        signal: interrupted.signal,
        say: (text) => said.push(text),
      });
      expect({ said, ...finding }).toMatchObject({ held: true, reasons: [] });
    },
    TIMEOUT_MS,
  );
});
