import { type Policy, RateLimit, slidingWindow } from '@trilith/rate-limit';

import type { ContentConfig } from '../content.config.js';

/** What one account may write. */
export function writingPolicies({ posts, comments, likes }: ContentConfig['limits']): Policy[] {
  return [
    slidingWindow({ name: 'posts', ...posts }),
    slidingWindow({ name: 'comments', ...comments }),
    slidingWindow({ name: 'likes', ...likes }),
  ];
}

/** Limits a route by account. Stands above what signs callers in, and so counts none whom that refuses. */
export const LimitsWriting = (what: 'posts' | 'comments' | 'likes') =>
  RateLimit({ policy: what, key: 'user' });
