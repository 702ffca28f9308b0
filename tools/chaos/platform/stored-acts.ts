import { MongoClient } from 'mongodb';
import pg from 'pg';
import type { StoreReport } from '../../stores/store.ts';
import type { Acts } from './acts.ts';

/** What the owners' stores hold, read past the services. */
export interface StoredActs {
  readonly ids: Acts['acknowledged'];
  /** The counters kept in post documents, summed. */
  readonly counters: { readonly likes: number; readonly comments: number };
  /** Accounts whose copy in content's `authors` is missing or outdated. */
  readonly staleAuthors: number;
  /** Events that no relay has sent yet. */
  readonly unsent: number;
}

interface Row {
  readonly id: string;
  readonly version: number;
}

export async function readStoredActs(stores: readonly StoreReport[]): Promise<StoredActs> {
  const [relational, documents] = await Promise.all([
    readAccounts(urlOf(stores, 'postgres')),
    readContent(urlOf(stores, 'mongodb')),
  ]);
  const { authors, unsent, counters, ...ids } = documents;
  return {
    ids: { accounts: new Set(relational.accounts.map(({ id }) => id)), ...ids },
    counters,
    staleAuthors: relational.accounts.filter(({ id, version }) => authors.get(id) !== version)
      .length,
    unsent: relational.unsent + unsent,
  };
}

async function readAccounts(url: string): Promise<{ accounts: Row[]; unsent: number }> {
  const client = new pg.Client({ connectionString: url, query_timeout: 30_000 });
  await client.connect();
  try {
    const accounts = await client.query<Row>('SELECT id, version FROM accounts');
    const unsent = await client.query<{ count: string }>(
      'SELECT count(*) FROM outbox WHERE sent_at IS NULL',
    );
    return { accounts: accounts.rows, unsent: Number(unsent.rows[0]?.count) };
  } finally {
    await client.end();
  }
}

async function readContent(url: string) {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
  try {
    const db = client.db();
    const posts = await db
      .collection<{ _id: string; metadata: { likeCount: number; commentCount: number } }>('posts')
      .find({ status: 'published' }, { projection: { metadata: 1 } })
      .toArray();
    const comments = await db.collection<{ _id: string }>('comments').find().toArray();
    const likes = await db
      .collection<{ postId: string; accountId: string }>('likes')
      .find()
      .toArray();
    const authors = await db
      .collection<{ _id: string; version: number }>('authors')
      .find()
      .toArray();
    return {
      posts: new Set(posts.map(({ _id }) => _id)),
      comments: new Set(comments.map(({ _id }) => _id)),
      likes: new Set(likes.map(({ postId, accountId }) => `${postId} ${accountId}`)),
      authors: new Map(authors.map(({ _id, version }) => [_id, version])),
      counters: {
        likes: sum(posts.map(({ metadata }) => metadata.likeCount)),
        comments: sum(posts.map(({ metadata }) => metadata.commentCount)),
      },
      unsent: await db.collection('outbox').countDocuments({ sentAt: null }),
    };
  } finally {
    await client.close();
  }
}

function urlOf(stores: readonly StoreReport[], store: StoreReport['store']): string {
  const found = stores.find((report) => report.store === store);
  if (!found) throw new Error(`The platform runs without ${store}`);
  return found.url;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
