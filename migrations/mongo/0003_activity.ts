import type { MongoMigration } from '@trilith/migrations';

const KEPT_SECONDS = 400 * 24 * 60 * 60;

/** Ids are UUID version 7 in their text form, as everywhere. */
const id = { bsonType: 'string', minLength: 36, maxLength: 36 };

/** What readers and writers did, for trends: who, what, about which post, in which session. */
const activity = {
  bsonType: 'object',
  required: ['_id', 'accountId', 'type', 'postId', 'sessionId', 'occurredAt'],
  properties: {
    // The id of the message that told of it: seen twice, it is refused.
    _id: id,
    accountId: id,
    type: { bsonType: 'string', pattern: '^[a-z0-9_.]{1,100}$' },
    postId: { bsonType: ['string', 'null'], minLength: 36, maxLength: 36 },
    sessionId: { bsonType: ['string', 'null'], minLength: 1, maxLength: 100 },
    occurredAt: { bsonType: 'date' },
  },
};

export default {
  async up({ db }) {
    const options = {
      validator: { $jsonSchema: activity },
      validationLevel: 'strict',
      validationAction: 'error',
    };
    const existing = await db.listCollections({ name: 'activity' }, { nameOnly: true }).toArray();
    if (existing.length > 0) await db.command({ collMod: 'activity', ...options });
    else await db.createCollection('activity', options);
    await db.collection('activity').createIndexes([
      // What an account did, newest first; and what goes with the account.
      {
        name: 'activity_of_account_newest',
        key: { accountId: 1, occurredAt: -1, _id: -1 },
      },
      // One type over a span of time, by session, answered from the index alone.
      { name: 'activity_of_type', key: { type: 1, occurredAt: 1, sessionId: 1 } },
      // All of a span of time; and forgetting what is older than the longest that trends look back.
      { name: 'activity_retention', key: { occurredAt: 1 }, expireAfterSeconds: KEPT_SECONDS },
    ]);
  },
} satisfies MongoMigration;
