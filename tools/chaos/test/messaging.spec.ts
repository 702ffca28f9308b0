import { describe } from '@jest/globals';
import { crashLoop } from '../messaging/crash-loop.ts';
import { emptiedRedis } from '../messaging/emptied-redis.ts';
import { frozenConsumer } from '../messaging/frozen-consumer.ts';
import { killedEverywhere } from '../messaging/killed-everywhere.ts';
import { orderPerKey } from '../messaging/order-per-key.ts';
import { slowConsumer } from '../messaging/slow-consumer.ts';
import { CHAOS_STORES } from '../messaging/stage.ts';
import { shortForms } from './short-forms.ts';

/** `npm run chaos -- messaging` in small: a few faults, a few hundred events. */
describe('messaging', () => {
  shortForms(
    {
      'loses and repeats nothing when everything is killed': killedEverywhere,
      'gives up no event that was never begun, however often its consumer dies': crashLoop,
      'repeats nothing when a frozen consumer wakes': frozenConsumer,
      'keeps the order of each key, and buries poison alone': orderPerKey,
      'loses nothing when the producer is faster than the consumer': slowConsumer,
      'loses nothing when Redis is emptied': emptiedRedis,
    },
    { events: 300, stores: { profile: CHAOS_STORES, stores: ['postgres'] } },
  );
});
