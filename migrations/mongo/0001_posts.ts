import type { MongoMigration } from '@trilith/migrations';

type Migration = Parameters<MongoMigration['up']>[0];
type Db = Migration['db'];

/** Ids are UUID version 7 in their text form: sortable by time, the same in events and addresses. */
const id = { bsonType: 'string', minLength: 36, maxLength: 36 };
const count = { bsonType: ['int', 'long'], minimum: 0 };
const date = { bsonType: 'date' };
const text = (minLength: number, maxLength: number) => ({
  bsonType: 'string',
  minLength,
  maxLength,
});

const recentComment = {
  bsonType: 'object',
  required: ['commentId', 'authorId', 'text', 'createdAt'],
  properties: { commentId: id, authorId: id, text: text(1, 2_000), createdAt: date },
};

const posts = {
  bsonType: 'object',
  required: [
    '_id',
    'authorId',
    'title',
    'content',
    'tags',
    'status',
    'metadata',
    'recentComments',
    'publishedAt',
    'createdAt',
    'updatedAt',
  ],
  properties: {
    _id: id,
    authorId: id,
    title: text(1, 200),
    content: text(1, 50_000),
    tags: { bsonType: 'array', maxItems: 10, uniqueItems: true, items: text(1, 50) },
    status: { enum: ['draft', 'published', 'archived'] },
    metadata: {
      bsonType: 'object',
      required: ['viewCount', 'likeCount', 'commentCount'],
      properties: { viewCount: count, likeCount: count, commentCount: count },
    },
    recentComments: { bsonType: 'array', maxItems: 10, items: recentComment },
    publishedAt: { bsonType: ['date', 'null'] },
    createdAt: date,
    updatedAt: date,
  },
  // Every list of published posts is ordered by this date: one without it would be in none.
  anyOf: [{ properties: { status: { enum: ['draft'] } } }, { properties: { publishedAt: date } }],
};

const comments = {
  bsonType: 'object',
  required: ['_id', 'postId', 'authorId', 'text', 'createdAt'],
  properties: { _id: id, postId: id, authorId: id, text: text(1, 2_000), createdAt: date },
};

const likes = {
  bsonType: 'object',
  required: ['_id', 'postId', 'accountId', 'likedAt'],
  properties: { _id: id, postId: id, accountId: id, likedAt: date },
};

const authors = {
  bsonType: 'object',
  required: ['_id', 'username', 'displayName', 'avatarUrl', 'version', 'updatedAt'],
  properties: {
    _id: id,
    username: { bsonType: 'string' },
    displayName: { bsonType: 'string' },
    avatarUrl: { bsonType: ['string', 'null'] },
    version: { bsonType: ['int', 'long'], minimum: 1 },
    updatedAt: date,
  },
};

/** Creates a collection with its validator, or gives an existing one this validator. */
async function collectionWithValidator(db: Db, name: string, $jsonSchema: object): Promise<void> {
  const options = {
    validator: { $jsonSchema },
    validationLevel: 'strict',
    validationAction: 'error',
  };
  const existing = await db.listCollections({ name }, { nameOnly: true }).toArray();
  if (existing.length > 0) await db.command({ collMod: name, ...options });
  else await db.createCollection(name, options);
}

export default {
  async up({ db }) {
    await collectionWithValidator(db, 'posts', posts);
    await collectionWithValidator(db, 'comments', comments);
    await collectionWithValidator(db, 'likes', likes);
    // Read by _id alone, so it needs no index of its own.
    await collectionWithValidator(db, 'authors', authors);

    // Each index of posts serves one list of published posts, newest first: equality on what
    // chooses the list, then the order of its pages.
    const newest = { status: 1, publishedAt: -1, _id: -1 } as const;
    await db.collection('posts').createIndexes([
      // GET /v1/posts
      { name: 'posts_newest', key: { ...newest } },
      // GET /v1/posts?authorId=
      { name: 'posts_of_author_newest', key: { authorId: 1, ...newest } },
      // GET /v1/posts?tag=
      { name: 'posts_with_tag_newest', key: { tags: 1, ...newest } },
    ]);
    // GET /v1/posts/:id/comments
    await db
      .collection('comments')
      .createIndex({ postId: 1, createdAt: -1, _id: -1 }, { name: 'comments_of_post_newest' });
    // POST /v1/posts/:id/likes, and the promise behind it: a person likes a post once.
    await db
      .collection('likes')
      .createIndex({ postId: 1, accountId: 1 }, { name: 'likes_once_a_person', unique: true });
  },
} satisfies MongoMigration;
