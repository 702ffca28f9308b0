import { Injectable } from '@nestjs/common';

import { Store } from '../store/store.js';
import { Leaderboard } from './leaderboard.js';

/** What an act on a post is worth: the more trouble somebody takes, the more. */
export const postWeights = { view: 1, like: 3, comment: 5 } as const;
export type PostAct = keyof typeof postWeights;

/** What was trending counts half after a day. */
export const HALF_LIFE_MS = 86_400_000;

/** Posts by the attention they got; the label of each is its title. */
@Injectable()
export class PostLeaderboard extends Leaderboard<PostAct> {
  constructor({ redis, options }: Store) {
    super(redis, { ...options, name: 'posts', weights: postWeights, halfLifeMs: HALF_LIFE_MS });
  }
}
