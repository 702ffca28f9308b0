import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Platform, type Replica } from './support/platform.js';
import type { Person } from './support/token-issuer.js';

type Json = Record<string, unknown>;

/** One operation as the database's profiler saw it. */
interface Profiled {
  ns: string;
  command: Json & { updates?: { q: Json }[]; q?: Json };
}

let platform: Platform;
let content: Replica;
let author: Person;
let reader: Person;

beforeAll(async () => {
  platform = await Platform.start();
  content = await platform.replica();
  [author, reader] = await Promise.all([platform.issuer.person(), platform.issuer.person()]);
});
afterAll(async () => platform[Symbol.asyncDispose]());

/** What the collections of this service were asked while the work was done. */
async function profiled(work: () => Promise<unknown>): Promise<Profiled[]> {
  const { db } = content.database;
  await db?.command({ profile: 2 });
  await work();
  await db?.command({ profile: 0 });
  const profile = content.database.collection<Profiled>('system.profile');
  const seen = await profile.find().toArray();
  await profile.drop();
  return seen.filter(({ ns }) => collections.has(collectionOf(ns)));
}

const collections = new Set(['posts', 'comments', 'likes', 'authors']);
const collectionOf = (ns: string) => ns.slice(ns.indexOf('.') + 1);

/** The same as commands that can be explained. */
async function queriesOf(work: () => Promise<unknown>): Promise<Json[]> {
  return (await profiled(work)).flatMap(({ ns, command }): Json[] => {
    const { find, filter, sort, limit, aggregate, pipeline, updates, q } = command;
    if (find !== undefined) return [{ find, filter, ...(sort ? { sort } : {}), limit: limit ?? 0 }];
    if (aggregate !== undefined) return [{ aggregate, pipeline, cursor: {} }];
    const condition = q ?? updates?.[0]?.q;
    return condition === undefined ? [] : [{ find: collectionOf(ns), filter: condition }];
  });
}

/** How the database would answer. */
async function planOf(query: Json): Promise<string> {
  const { db } = content.database;
  const explained = await db?.command({ explain: query, verbosity: 'queryPlanner' });
  const plan = JSON.stringify(explained);
  // SecantusDB sorts in memory whatever an index found: there its plans can't tell about sorts.
  return plan.includes('"host":"secantus"') ? plan.replaceAll('"SORT"', '"LEFT OUT"') : plan;
}

describe('what the database is asked for', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['reading the newest posts', async () => twoPages('/v1/posts')],
    ['reading an author’s posts', async () => twoPages(`/v1/posts?authorId=${author.accountId}`)],
    ['reading the posts with a tag', async () => twoPages('/v1/posts?tag=indexes')],
    ['reading a post', async () => content.get(`/v1/posts/${(await commented()).id}`)],
    ['reading comments', async () => twoPages(`/v1/posts/${(await commented()).id}/comments`)],
    ['publishing', async () => content.published(author)],
    ['commenting', async () => commented()],
    [
      'liking',
      async () => content.post(`/v1/posts/${(await commented()).id}/likes`, { as: reader }),
    ],
  ])('should be found by an index, in order: %s', async (_what, work) => {
    for (let count = 0; count < 3; count++) await content.published(author, { tags: ['indexes'] });

    const queries = await queriesOf(work);

    expect(queries).not.toHaveLength(0);
    for (const query of queries) {
      const plan = await planOf(query);
      expect(plan).toMatch(/IXSCAN|IDHACK|EXPRESS/);
      expect(plan).not.toMatch(/COLLSCAN|"SORT"/);
    }
  });

  it('should be two queries for a page with its authors: no more for longer pages', async () => {
    const post = await commented();
    // Reads alone: the view of a post is written when its message arrives, whenever that is.
    const count = async (url: string) =>
      (await profiled(async () => content.get(url))).filter(
        ({ command }) => 'find' in command || 'aggregate' in command,
      ).length;

    await expect(count(`/v1/posts/${post.id}`)).resolves.toBe(2);
    await expect(count('/v1/posts?limit=2')).resolves.toBe(2);
    await expect(count('/v1/posts?limit=100')).resolves.toBe(2);
  });
});

async function commented() {
  const post = await content.published(author);
  await content.comments(post.id, reader, 3);
  return post;
}

async function twoPages(url: string): Promise<void> {
  const page = `${url}${url.includes('?') ? '&' : '?'}limit=1`;
  const { body } = await content.get<{ nextCursor: string }>(page);
  const { status } = await content.get(`${page}&cursor=${body.nextCursor}`);
  if (status !== 200) throw new Error('there is no second page');
}
