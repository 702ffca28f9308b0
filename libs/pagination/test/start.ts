import { CursorCodec, pageOf } from '@trilith/pagination';

const list = 'posts:newest'; // the list's name and order: a cursor fits no other
const cursors = new CursorCodec({ secret: process.env.CURSOR_SECRET ?? '' });

export async function newest(find: FindPosts, limit: number, cursor?: string) {
  const after = cursor === undefined ? undefined : cursors.decode(list, cursor);
  const rows = await find({ after, limit: limit + 1 }); // WHERE (published_at, id) < ($1, $2)
  return pageOf({ rows, limit, list, cursors, positionOf: (p) => [p.publishedAt, p.id] });
}

interface Post {
  id: string;
  publishedAt: string;
}

type FindPosts = (query: { after?: readonly unknown[]; limit: number }) => Promise<Post[]>;
