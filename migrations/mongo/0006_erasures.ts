import type { MongoMigration } from '@trilith/migrations';

/** Longer than any outbox or inbox remembers events: until then an old one may tell of the account. */
const REMEMBERED_SECONDS = 60 * 24 * 60 * 60;

export default {
  async up({ ensureIndexes }) {
    // All of one account, in the order of the ids: for its erasure and its export.
    await ensureIndexes('posts', [{ name: 'posts_of_author', key: { authorId: 1, _id: 1 } }]);
    await ensureIndexes('comments', [{ name: 'comments_of_author', key: { authorId: 1, _id: 1 } }]);
    await ensureIndexes('likes', [{ name: 'likes_of_account', key: { accountId: 1, _id: 1 } }]);
    // What is left of an author that was erased; others have no such date, and stay.
    await ensureIndexes('authors', [
      {
        name: 'authors_erased',
        key: { erasedAt: 1 },
        expireAfterSeconds: REMEMBERED_SECONDS,
      },
    ]);
  },

  async down({ db }) {
    await db.collection('posts').dropIndex('posts_of_author');
    await db.collection('comments').dropIndex('comments_of_author');
    await db.collection('likes').dropIndex('likes_of_account');
    await db.collection('authors').dropIndex('authors_erased');
  },
} satisfies MongoMigration;
