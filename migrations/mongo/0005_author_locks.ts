import type { MongoMigration } from '@trilith/migrations';

const date = { bsonType: 'date' };

/** As 0001 has it, and whether the account is locked, where that was told. */
const authors = {
  bsonType: 'object',
  required: ['_id', 'username', 'displayName', 'avatarUrl', 'version', 'updatedAt'],
  properties: {
    _id: { bsonType: 'string', minLength: 36, maxLength: 36 },
    username: { bsonType: 'string' },
    displayName: { bsonType: 'string' },
    avatarUrl: { bsonType: ['string', 'null'] },
    version: { bsonType: ['int', 'long'], minimum: 1 },
    updatedAt: date,
    security: {
      bsonType: 'object',
      required: ['version', 'isLocked', 'lockedUntil', 'failedLoginAttempts'],
      properties: {
        version: { bsonType: ['int', 'long'], minimum: 1 },
        isLocked: { bsonType: 'bool' },
        lockedUntil: { bsonType: ['date', 'null'] },
        failedLoginAttempts: { bsonType: ['int', 'long'], minimum: 0 },
      },
    },
  },
};

export default {
  async up({ ensureCollection }) {
    await ensureCollection('authors', { jsonSchema: authors });
  },
} satisfies MongoMigration;
