import { Outbox, OutboxModule } from '@trilith/messaging';
import type { Part } from '../../frame/process-host.ts';
import { startTrilithClient } from '../nest/trilith.ts';
import { commitEach, type CommitInput, type DelayInput, TOPIC } from './delay.ts';
import { OutboxDatabase } from './outbox-database.ts';

/** Commits events to an outbox, and relays them. */
export default async function start(input: DelayInput): Promise<Part> {
  const database = new OutboxDatabase(input.databaseUrl);
  await database.empty();
  const app = await startTrilithClient({
    messaging: { redis: { url: input.redisUrl }, service: 'publishing', prefix: input.prefix },
    imports: [OutboxModule.forRoot({ store: database.store })],
  });
  const outbox = app.get(Outbox);
  return {
    commit: async (round: CommitInput) =>
      commitEach(round, async (payload, beforeCommit) => {
        const event = { topic: TOPIC, key: String(payload.number), payload };
        await database.inTransaction(async () => outbox.add(event), beforeCommit);
      }),
    stop: async () => {
      await app.close();
      await database.close();
    },
  };
}
