// A master with a replica and three Sentinels, and what an experiment does to them.
import { redisSentinelForTest } from '@trilith/testing';

import { readSettings, serve } from '../../cache/programs/process.js';
import { keysBelow } from '../keys.js';
import { OUR_PREFIX, type SentinelsSettings } from './settings.js';

process.env['REDIS_SERVER_PROGRAM'] = (readSettings() as SentinelsSettings).command;
const trio = await redisSentinelForTest();
let dead: Awaited<ReturnType<typeof trio.master>> | undefined;

serve({
  url: async () => trio.url,
  masterUrl: async () => (await trio.master()).url,
  /** Resolves when the replica has all that was written up to now. */
  replicate: async () => {
    const master = await trio.master();
    await master.withClient(async (redis) => {
      // It waits for what its own connection wrote, and so for all that was written before.
      await redis.set('written-last', 'anything', 'PX', 60_000);
      for (;;) if ((await redis.wait(1, 1_000)) >= 1) return;
    });
  },
  failOver: async () => trio.failOver(),
  killMaster: async () => {
    dead = await trio.master();
    await dead.kill();
  },
  /** What was killed comes back as a replica; resolves when that has everything. */
  mend: async () => {
    await dead?.restart();
    dead = undefined;
    await trio.settled();
  },
  keys: async () => {
    const master = await trio.master();
    return master.withClient(async (redis) => keysBelow(redis, OUR_PREFIX));
  },
});
