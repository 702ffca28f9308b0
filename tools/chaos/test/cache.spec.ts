import { afterAll, describe, expect, it } from '@jest/globals';
import { cutOffReplica } from '../cache/cut-off-replica.ts';
import { failingRedis } from '../cache/failing-redis.ts';
import { killedLoader } from '../cache/killed-loader.ts';
import { overtakenLoader } from '../cache/overtaken-loader.ts';
import { threeUsers } from '../cache/three-users.ts';
import type { Experiment } from '../experiment.ts';

/** Only a hang takes so long: each waits for what it counts. */
const TIMEOUT_MS = 300_000;

/** `npm run chaos -- cache` in small. No time counts in it. */
describe('cache', () => {
  const interrupted = new AbortController();

  afterAll(() => interrupted.abort());

  it.each<[title: string, experiment: Experiment]>([
    ['answers, and loses no write, while Redis fails, hangs and is away', failingRedis],
    ['gives nothing stale after a replica was cut off', cutOffReplica],
    ['replaces a loader that was killed, and none that is slow', killedLoader],
    ['never puts an old value back', overtakenLoader],
    ["gives nobody another's response", threeUsers],
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
