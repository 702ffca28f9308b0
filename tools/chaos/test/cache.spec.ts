import { describe } from '@jest/globals';
import { cutOffReplica } from '../cache/cut-off-replica.ts';
import { failingRedis } from '../cache/failing-redis.ts';
import { killedLoader } from '../cache/killed-loader.ts';
import { overtakenLoader } from '../cache/overtaken-loader.ts';
import { threeUsers } from '../cache/three-users.ts';
import { shortForms } from './short-forms.ts';

/** `npm run chaos -- cache` in small. No time counts in it. */
describe('cache', () => {
  shortForms({
    'answers, and loses no write, while Redis fails, hangs and is away': failingRedis,
    'gives nothing stale after a replica was cut off': cutOffReplica,
    'replaces a loader that was killed, and none that is slow': killedLoader,
    'never puts an old value back': overtakenLoader,
    "gives nobody another's response": threeUsers,
  });
});
