import {
  type PayloadOf,
  accountCreated,
  commentCreated,
  postLiked,
  postPublished,
  postViewed,
} from '@trilith/contracts';
import type { OutgoingEvent } from '@trilith/messaging';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

/** Something that happened, as its service publishes it. */
export interface Act extends OutgoingEvent {
  id: string;
  from: 'users' | 'content';
}

const accountId = '0197d5a0-0000-7000-8000-000000000001';
const authorId = '0197d5a0-0000-7000-8000-000000000002';
const noon = '2026-01-31T12:00:00.000Z';

const onPost = (postId: string) => ({ from: 'content' as const, key: postId, id: uuidv7() });

export function signUp(): Act {
  const payload: PayloadOf<typeof accountCreated> = {
    accountId: uuidv7(),
    username: 'ada',
    displayName: 'Ada',
    avatarUrl: null,
    version: 1,
    createdAt: noon,
  };
  return { from: 'users', topic: accountCreated, key: payload.accountId, id: uuidv7(), payload };
}

export function publish(postId: string, title: string): Act {
  const payload: PayloadOf<typeof postPublished> = {
    postId,
    authorId,
    title,
    tags: [],
    publishedAt: noon,
  };
  return { ...onPost(postId), topic: postPublished, payload };
}

export function comment(postId: string): Act {
  const payload: PayloadOf<typeof commentCreated> = {
    commentId: uuidv7(),
    postId,
    postAuthorId: authorId,
    authorId: accountId,
    createdAt: noon,
  };
  return { ...onPost(postId), topic: commentCreated, payload };
}

export function like(postId: string): Act {
  const payload: PayloadOf<typeof postLiked> = { postId, authorId, accountId, likedAt: noon };
  return { ...onPost(postId), topic: postLiked, payload };
}

export function view(postId: string, visitor: string, viewedAt = noon): Act {
  const payload: PayloadOf<typeof postViewed> = { postId, authorId, visitor, viewedAt };
  return { ...onPost(postId), topic: postViewed, payload };
}

/** Any act, on one of a few posts. A post keeps its title, as it is published once. */
export const anyAct: fc.Arbitrary<Act> = fc
  .record({ post: fc.nat(5), visitor: fc.nat(20), day: fc.constantFrom(30, 31) })
  .chain(({ post, visitor, day }) =>
    fc.constantFrom(
      () => signUp(),
      () => publish(`post-${post}`, `Title ${post}`),
      () => comment(`post-${post}`),
      () => like(`post-${post}`),
      () => view(`post-${post}`, `visitor-${visitor}`, `2026-01-${day}T12:00:00.000Z`),
    ),
  )
  .map((happens) => happens());
