import type { MongoMigration } from '@trilith/migrations';

/** Message ids are UUIDs in their text form. */
const UUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

/** An event on its way out, as the relay reads it: one that it cannot read would stop all behind it. */
const outbox = {
  bsonType: 'object',
  required: ['_id', 'sequence', 'topic', 'key', 'payload', 'headers', 'createdAt', 'sentAt'],
  properties: {
    _id: { bsonType: 'string', pattern: `^${UUID}$` },
    sequence: { bsonType: 'timestamp' },
    topic: { bsonType: 'string', minLength: 1 },
    key: { bsonType: 'string' },
    // Whatever JSON can say; the contract of the topic says more.
    payload: {},
    headers: { bsonType: 'object', additionalProperties: { bsonType: 'string' } },
    createdAt: { bsonType: 'date' },
    deliverAt: { bsonType: 'date' },
    sentAt: { bsonType: ['date', 'null'] },
  },
};

/** A message that was handled: `<consumer>:<message id>`. Without a date it would never be forgotten. */
const inbox = {
  bsonType: 'object',
  required: ['_id', 'handledAt'],
  properties: {
    _id: { bsonType: 'string', pattern: `^.+:${UUID}$` },
    handledAt: { bsonType: 'date' },
  },
};

// Moderate: what an earlier release may have written otherwise can still be marked as sent.
const validationLevel = 'moderate';

export default {
  async up({ ensureCollection }) {
    await ensureCollection('outbox', { jsonSchema: outbox, validationLevel });
    await ensureCollection('inbox', { jsonSchema: inbox, validationLevel });
  },
} satisfies MongoMigration;
