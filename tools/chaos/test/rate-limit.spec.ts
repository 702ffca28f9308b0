import { describe } from '@jest/globals';
import { everyKeyExpires } from '../rate-limit/every-key-expires.ts';
import { exactLimit } from '../rate-limit/exact-limit.ts';
import { failover } from '../rate-limit/failover.ts';
import { forgedAddresses } from '../rate-limit/forged-addresses.ts';
import { hungRedis } from '../rate-limit/hung-redis.ts';
import { restartedRedis } from '../rate-limit/restarted-redis.ts';
import { shortForms } from './short-forms.ts';

/**
 * `npm run chaos -- rate-limit` in small. Signing in without Redis needs a whole platform: in small it
 * stands in the tests of users.
 */
describe('rate limits', () => {
  shortForms({
    'let exactly as many through as they say, whatever the clocks': exactLimit,
    'are got around by no made-up header and no address of a /64': forgedAddresses,
    'answer by their policies while Redis hangs and is away': hungRedis,
    'let no more through while Redis is killed and forgets its scripts': restartedRedis,
    'go on where a replica takes over': failover,
    'leave no key for ever, whatever is killed': everyKeyExpires,
  });
});
