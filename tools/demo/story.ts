import { observe, stays } from './observe.ts';
import { call, expectCall, Person, Unexpected } from './person.ts';
import type { Addresses } from './person.ts';

/** One act or observation of the story. `run` returns what was observed, for people to read. */
export interface Step {
  title: string;
  run: () => Promise<string>;
}

interface Totals {
  accounts: number;
  posts: number;
  comments: number;
  likes: number;
  uniqueVisitorsToday: number;
}

const ACTS = { accounts: 3, posts: 1, comments: 2, likes: 2, readers: 3 };

/**
 * The platform's main job, told through its public routes alone: people sign up, one writes, the
 * others comment and like, and every act shows where it should, once.
 */
export function mainJob(addresses: Addresses): Step[] {
  const ada = new Person(addresses, 'Ada');
  const bob = new Person(addresses, 'Bob');
  const cleo = new Person(addresses, 'Cleo');
  const people = [ada, bob, cleo];
  const title = `On engines, by ${ada.username}`;
  let before: Totals;
  let postId = '';

  return [
    {
      title: 'analytics shows its totals',
      run: async () => {
        before = await totals(addresses);
        return `${before.accounts} accounts, ${before.posts} posts`;
      },
    },
    {
      title: 'three people sign up and sign in',
      run: async () => {
        await Promise.all(people.map((person) => person.signUp()));
        await Promise.all(people.map((person) => person.signIn()));
        return people.map(({ username }) => username).join(', ');
      },
    },
    {
      title: 'a second account with the same e-mail is refused',
      run: async () => {
        const { status, body } = await call('POST', `${addresses.users}/v1/accounts`, {
          json: {
            email: ada.email.toUpperCase(),
            username: `${bob.username}2`.slice(0, 30),
            password: 'correct horse battery',
            displayName: 'Somebody else',
          },
        });
        return insist(status === 409, `${status} ${String(body.code)}`);
      },
    },
    {
      title: 'Ada drafts a post that nobody else can see',
      run: async () => {
        postId = await ada.draft({
          title,
          content: 'The engine weaves algebraic patterns.',
          tags: ['engines', 'history'],
        });
        await ada.read(postId);
        await bob.read(postId, 404);
        return `draft ${postId}`;
      },
    },
    {
      title: 'Ada publishes it; her name came by message',
      run: async () => {
        await ada.publish(postId);
        const post = await observe(
          'the author’s name on the post',
          () => bob.read(postId),
          (seen) => authorName(seen) === ada.displayName,
        );
        return `author "${String(authorName(post))}"`;
      },
    },
    {
      title: 'Bob and Cleo comment and like, Bob twice',
      run: async () => {
        await bob.comment(postId, 'Weaves how?');
        await cleo.comment(postId, 'As the loom weaves flowers and leaves.');
        await Promise.all([bob.like(postId), cleo.like(postId)]);
        await bob.like(postId);
        return '2 comments, 3 requests to like';
      },
    },
    {
      title: 'the post shows 2 comments and 2 likes',
      run: async () => {
        const { metadata, recentComments } = await cleo.read(postId);
        const { likeCount, commentCount } = metadata as Record<string, number>;
        const embedded = (recentComments as unknown[]).length;
        return insist(
          likeCount === ACTS.likes && commentCount === ACTS.comments && embedded === ACTS.comments,
          `${commentCount} comments, ${likeCount} likes, ${embedded} embedded`,
        );
      },
    },
    {
      title: 'it leads the newest posts',
      run: async () => {
        const { items } = await expectCall(200, 'GET', `${addresses.content}/v1/posts?limit=20`);
        const listed = (items as { id: string }[]).findIndex(({ id }) => id === postId);
        return insist(listed >= 0, `place ${listed + 1} of the newest`);
      },
    },
    {
      title: 'every act shows in the live totals',
      run: async () => {
        await ada.read(postId);
        const after = await observe(
          'every act in the overview',
          () => totals(addresses),
          (now) => countsAll(before, now),
        );
        return `+${after.accounts - before.accounts} accounts, +${after.posts - before.posts} posts, +${after.comments - before.comments} comments, +${after.likes - before.likes} likes`;
      },
    },
    {
      title: 'the three readers count as unique visitors',
      run: async () => {
        const { uniqueVisitorsToday } = await observe(
          'the readers among today’s visitors',
          () => totals(addresses),
          (now) => now.uniqueVisitorsToday >= ACTS.readers,
        );
        return `${uniqueVisitorsToday} today`;
      },
    },
    {
      title: 'the leaderboard counts each act once, and stays so',
      run: async () => {
        const look = () => boardEntry(addresses, postId);
        const expected = { title, comments: ACTS.comments, likes: ACTS.likes };
        await observe('the post on the leaderboard', look, (entry) => sameEntry(entry, expected));
        await stays('the entry', look, { as: await look(), forMs: 1_000 });
        const entry = await look();
        return insist(
          sameEntry(entry, expected),
          `${String(entry?.likes)} likes, ${String(entry?.comments)} comments`,
        );
      },
    },
    {
      title: 'Ada changes her name, and content follows',
      run: async () => {
        await ada.rename('Ada Lovelace');
        const post = await observe(
          'the new name on the post',
          () => bob.read(postId),
          (seen) => authorName(seen) === 'Ada Lovelace',
        );
        return `author "${String(authorName(post))}"`;
      },
    },
  ];
}

interface BoardEntry {
  rank: number;
  title: string | null;
  likes: number;
  comments: number;
}

async function boardEntry(addresses: Addresses, postId: string): Promise<BoardEntry | undefined> {
  const url = `${addresses.analytics}/v1/leaderboards/posts/${postId}`;
  const { status, body } = await call('GET', url);
  return status === 200 ? (body as unknown as BoardEntry) : undefined;
}

function sameEntry(
  entry: BoardEntry | undefined,
  expected: { title: string; likes: number; comments: number },
): boolean {
  return (
    entry?.title === expected.title &&
    entry.likes === expected.likes &&
    entry.comments === expected.comments
  );
}

async function totals(addresses: Addresses): Promise<Totals> {
  return (await expectCall(200, 'GET', `${addresses.analytics}/v1/overview`)) as unknown as Totals;
}

/** Others may use the platform at the same time, so totals may rise by more than the story's acts. */
function countsAll(before: Totals, now: Totals): boolean {
  return (
    now.accounts - before.accounts >= ACTS.accounts &&
    now.posts - before.posts >= ACTS.posts &&
    now.comments - before.comments >= ACTS.comments &&
    now.likes - before.likes >= ACTS.likes
  );
}

function authorName(post: Record<string, unknown>): unknown {
  return (post.author as { displayName?: unknown } | undefined)?.displayName;
}

function insist(held: boolean, observed: string): string {
  if (held) return observed;
  throw new Unexpected(`saw ${observed}`);
}
