import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';
import { v7 as uuid } from 'uuid';

import type { ActivityEvent } from '../src/activity/activity-event.js';
import { openStores, startUsers, type Stores } from './users-app.js';

/** The service, with the partitions that its keeper makes right after the start. */
export interface ActivityStory {
  readonly stores: Stores;
  readonly app: NestFastifyApplication;
  /** The ids of what is stored of an account. */
  stored(accountId: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function startActivity(): Promise<ActivityStory> {
  const stores = await openStores();
  const app = await startUsers(stores);
  await app.startAllMicroservices();
  await eventually(async () => {
    const { rows } = await stores.database.query(
      `SELECT FROM pg_inherits WHERE inhparent = 'activity_events'::regclass`,
    );
    if (rows.length < 5) throw new Error(`${rows.length} partitions so far`);
  });
  return {
    stores,
    app,
    stored: async (accountId) => {
      const { rows } = await stores.database.query<{ id: string }>(
        'SELECT id FROM activity_events WHERE account_id = $1',
        [accountId],
      );
      return rows.map(({ id }) => id);
    },
    close: async () => {
      await app.close();
      await stores.close();
    },
  };
}

/** An event of an account, just now unless said otherwise. */
export function anEvent(accountId: string, more: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    id: uuid(),
    accountId,
    kind: 'post.liked',
    details: { postId: 'p"1"\\{}' },
    occurredAt: new Date(),
    ...more,
  };
}
