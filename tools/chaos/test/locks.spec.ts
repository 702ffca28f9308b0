import { describe } from '@jest/globals';
import { exactCount, movedClocks } from '../locks/exact-count.ts';
import { killedHolder } from '../locks/killed-holder.ts';
import { quorumOutage } from '../locks/quorum-outage.ts';
import { risingTokens } from '../locks/rising-tokens.ts';
import { LOCK_STORES } from '../locks/stage.ts';
import { stoppedHolders } from '../locks/stopped-holders.ts';
import { shortForms } from './short-forms.ts';

/** `npm run chaos -- locks` in small: a few faults each. */
describe('locks', () => {
  shortForms(
    {
      'lose no update with the fence when holders are stopped': stoppedHolders,
      'have rising tokens though Redis is killed and emptied': risingTokens,
      'let one work at a time': exactCount,
      'do not heed the wall clock': movedClocks,
      'of a quorum go on with two of five killed, and stop with three': quorumOutage,
      'that are fair pass from a killed holder to the next in line': killedHolder,
    },
    { stores: { profile: LOCK_STORES, stores: ['postgres'] } },
  );
});
