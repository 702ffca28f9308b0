import type { MongoMigration } from '@trilith/migrations';

/** Longer than any outbox keeps sent events, or publishing them again would repeat their effects. */
const INBOX_RETENTION_SECONDS = 30 * 24 * 60 * 60;

export default {
  async up({ db }) {
    // One index for all that the relay asks: unsent events in order, and events sent before a time.
    await db
      .collection('outbox')
      .createIndex({ sentAt: 1, sequence: 1, _id: 1 }, { name: 'outbox_unsent_in_order' });
    await db
      .collection('inbox')
      .createIndex(
        { handledAt: 1 },
        { name: 'inbox_retention', expireAfterSeconds: INBOX_RETENTION_SECONDS },
      );
  },
} satisfies MongoMigration;
