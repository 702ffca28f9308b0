import { Outbox, OutboxModule } from '@trilith/messaging';
import { Redis } from 'ioredis';
import { WrongResultError } from '../../frame/benchmark.ts';
import type { Part } from '../../frame/process-host.ts';
import { entriesOf, removeKeys } from '../events/redis-keys.ts';
import { startTrilithClient } from '../nest/trilith.ts';
import { type DrainInput, drainRate, payloadOf, type RoundInput, TOPIC } from './drain.ts';
import { OutboxDatabase } from './outbox-database.ts';

const ADDED_TOGETHER = 500;

/** Fills the outbox, then relays it with the defaults. */
export default async function start(input: DrainInput): Promise<Part> {
  const database = new OutboxDatabase(input.databaseUrl);
  const redis = new Redis(input.redisUrl);
  let rounds = 0;

  const fill = async (count: number) => {
    const outbox = new Outbox(database.store);
    for (let from = 0; from < count; from += ADDED_TOGETHER) {
      const events = Array.from({ length: ADDED_TOGETHER }, (_, index) => {
        const number = from + index;
        return { topic: TOPIC, key: `key-${number % 100}`, payload: payloadOf(number) };
      });
      await database.inTransaction(async () => outbox.addAll(events));
    }
  };
  const drain = async (prefix: string, count: number) => {
    const app = await startTrilithClient({
      messaging: { redis: { url: input.redisUrl }, service: 'publishing', prefix },
      imports: [OutboxModule.forRoot({ store: database.store })],
    });
    const done = async () => entriesOf(redis, prefix);
    const rate = await drainRate(count, { done, isOver: async () => database.isDrained() });
    const there = await done();
    await app.close();
    if (there !== count) throw new WrongResultError(`${there} of ${count} events were published`);
    return rate;
  };
  return {
    round: async ({ count }: RoundInput) => {
      const prefix = `${input.prefix}:${(rounds += 1)}`;
      await database.empty();
      await fill(count);
      try {
        return await drain(prefix, count);
      } finally {
        await removeKeys(redis, prefix);
      }
    },
    stop: async () => {
      redis.disconnect();
      await database.close();
    },
  };
}
