import { defineList, Pager, selectPage, type Positioned } from '@trilith/pagination';
import type { Pool } from 'pg';

const newest = defineList('posts:newest', { publishedAt: 'desc', id: 'desc' });
const posts = {
  select: { id: 'id', title: 'title' },
  from: 'posts',
  where: 'author_id = $1',
  keys: {
    publishedAt: { sql: 'published_at', type: 'timestamptz' },
    id: { sql: 'id', type: 'uuid' },
  },
};
const pager = new Pager({ secrets: [process.env.CURSOR_SECRET ?? ''] });

export function postsOf(author: string, pool: Pool, cursor?: string) {
  return pager.read(
    { cursor, limit: 20 },
    {
      list: newest,
      scope: [author], // a cursor of one author's list is refused by another's
      read: async (slice) => {
        const { text, values } = selectPage(posts, slice, [author]);
        return (await pool.query<Positioned<Post>>(text, values)).rows;
      },
      positionOf: ({ position }) => position,
    },
  ); // { items, nextCursor, previousCursor }
}

interface Post {
  readonly id: string;
  readonly title: string;
}
