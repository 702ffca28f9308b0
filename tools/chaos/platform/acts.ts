/** What the traffic knows of its acts. */
export interface Acts {
  /** Ids of the acts that were answered with success. */
  readonly acknowledged: Record<'accounts' | 'posts' | 'comments' | 'likes', Set<string>>;
  /** How many were answered with a failure of the service or not at all. */
  readonly unanswered: Record<'accounts' | 'posts' | 'comments' | 'likes', number>;
  /** How many were answered with a 4xx. */
  refused: number;
  /** Reads of published posts that were answered. */
  reads: number;
}

export const ACT_KINDS = ['accounts', 'posts', 'comments', 'likes'] as const;

export function noActs(): Acts {
  return {
    acknowledged: {
      accounts: new Set(),
      posts: new Set(),
      comments: new Set(),
      likes: new Set(),
    },
    unanswered: { accounts: 0, posts: 0, comments: 0, likes: 0 },
    refused: 0,
    reads: 0,
  };
}
