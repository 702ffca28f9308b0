import { randomUUID } from 'node:crypto';
import type { Area } from '../frame/benchmark.ts';
import { events } from './events/events.case.ts';
import { commitToHandler } from './outbox/commit-to-handler.case.ts';
import { outboxDrain } from './outbox/outbox-drain.case.ts';
import { scratchDatabase } from './outbox/scratch-database.ts';
import { requestReply } from './requests/request-reply.case.ts';

/** The transport, and the outbox that feeds it. */
export const messaging: Area = {
  name: 'messaging',
  stores: ['redis', 'postgres'],
  cases: async (context) => {
    const redisUrl = context.env.REDIS_URL ?? '';
    const prefix = `bench:${randomUUID().slice(0, 8)}`;
    const databaseUrl = await scratchDatabase(context);
    return [
      ...requestReply({ redisUrl, prefix }),
      ...events({ redisUrl, prefix }),
      outboxDrain({ databaseUrl, redisUrl, prefix }),
      commitToHandler({ databaseUrl, redisUrl, prefix }),
    ];
  },
};
