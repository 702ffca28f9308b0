import { DomainError } from '@trilith/service';

/** The post has no points in what was asked for: it is not known, or nobody has paid attention to it. */
export class PostNotRankedError extends DomainError {
  readonly code = 'post_not_ranked';
  readonly kind = 'not_found';

  constructor(postId: string) {
    super('This post is not on the board.', { facts: { postId } });
  }
}

/** The author has no points in what was asked for. */
export class AuthorNotRankedError extends DomainError {
  readonly code = 'author_not_ranked';
  readonly kind = 'not_found';

  constructor(accountId: string) {
    super('This author is not on the board.', { facts: { accountId } });
  }
}
