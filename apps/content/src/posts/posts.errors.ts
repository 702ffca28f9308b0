import { DomainError } from '@trilith/service';

import type { PostStatus } from './post.schema.js';

/** There is no such post, or none that the caller may know of. */
export class PostNotFoundError extends DomainError {
  readonly code = 'post_not_found';
  readonly kind = 'not_found';

  constructor(postId: string) {
    super('There is no such post.', { facts: { postId } });
  }
}

/** Only its author may do this with a post. */
export class NotTheAuthorError extends DomainError {
  readonly code = 'not_the_author';
  readonly kind = 'forbidden';

  constructor(postId: string) {
    super('Only the author of this post may do that.', { facts: { postId } });
  }
}

/** The post's state does not allow this. */
export class PostStateError extends DomainError {
  readonly code = 'post_state';
  readonly kind = 'conflict';

  constructor(postId: string, status: PostStatus, message: string) {
    super(message, { facts: { postId, status } });
  }
}
