import type { Post } from './post.schema.js';
import { NotTheAuthorError, PostNotFoundError, PostStateError } from './posts.errors.js';

/** What a rule must know of a post. */
export type PostState = Pick<Post, '_id' | 'authorId' | 'status'>;

/** What is done with a post, for the rule about it. */
export interface PostAct<Found extends PostState = PostState> {
  readonly postId: string;
  /** The post as stored; undefined when there is none. */
  readonly post: Found | undefined;
  /** The person who acts; undefined when nobody signed in. */
  readonly accountId: string | undefined;
}

/**
 * Published posts are for everybody; drafts and archived ones exist for their author alone.
 * @throws {PostNotFoundError}
 */
export function readable<Found extends PostState>({
  postId,
  post,
  accountId,
}: PostAct<Found>): Found {
  const mayRead = post?.status === 'published' || post?.authorId === accountId;
  if (post === undefined || !mayRead) throw new PostNotFoundError(postId);
  return post;
}

/**
 * A draft may be published, by its author. Publishing what is published changes nothing.
 * @throws {PostNotFoundError | NotTheAuthorError | PostStateError}
 */
export function publishable<Found extends PostState>(act: PostAct<Found>): Found {
  const post = readable(act);
  if (post.authorId !== act.accountId) throw new NotTheAuthorError(post._id);
  if (post.status === 'archived') {
    throw new PostStateError(post._id, post.status, 'An archived post cannot be published.');
  }
  return post;
}

/**
 * People comment on and like published posts only.
 * @throws {PostNotFoundError | PostStateError}
 */
export function openToReactions<Found extends PostState>(act: PostAct<Found>): Found {
  const post = readable(act);
  if (post.status !== 'published') {
    throw new PostStateError(
      post._id,
      post.status,
      'Only a published post takes comments and likes.',
    );
  }
  return post;
}
