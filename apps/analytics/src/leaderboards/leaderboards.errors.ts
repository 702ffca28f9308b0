import { DomainError } from '@trilith/service';

/** The board does not know the post, or nobody has paid attention to it yet. */
export class PostNotRankedError extends DomainError {
  readonly code = 'post_not_ranked';
  readonly kind = 'not_found';

  constructor(postId: string) {
    super('This post is not on the board.', { facts: { postId } });
  }
}
