import { Injectable } from '@nestjs/common';

import { Store } from '../store/store.js';
import { Leaderboard } from './leaderboard.js';
import { HALF_LIFE_MS, type PostAct, postWeights } from './post-leaderboard.js';

/** Authors by the attention that their posts got; the label of each is the name it shows. */
@Injectable()
export class AuthorLeaderboard extends Leaderboard<PostAct> {
  constructor({ redis, options }: Store) {
    super(redis, { ...options, name: 'authors', weights: postWeights, halfLifeMs: HALF_LIFE_MS });
  }
}
